const text = { type: "string" } as const;
const filled = { type: "string", minLength: 1 } as const;
const texts = { type: "array", items: filled } as const;
const textsByName = { type: "object", additionalProperties: text } as const;
const switchedOn = { type: "boolean" } as const;
/** A day is longer than any grace period. */
const seconds = { type: "number", minimum: 0, maximum: 86_400 } as const;
const transport = { enum: ["stdio", "http", "streamable-http", "sse"] } as const;
const names = {
  type: "object",
  additionalProperties: false,
  properties: { allow: texts, deny: texts },
} as const;

const server = {
  type: "object",
  additionalProperties: false,
  properties: {
    type: transport,
    transport,
    command: filled,
    args: { type: "array", items: text },
    env: textsByName,
    cwd: filled,
    url: filled,
    headers: textsByName,
    disabled: switchedOn,
    required: switchedOn,
    connectTimeout: { ...seconds, minimum: 0.1 },
    shutdownTimeout: seconds,
    idleTimeout: seconds,
    perSession: switchedOn,
    tools: names,
  },
} as const;

/** Asymmetric ones alone: with a shared secret, whoever can check a token can make one. */
export const jwtAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

const auth = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  properties: {
    bearer: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["token", "subject"],
        properties: { token: filled, subject: filled, roles: texts },
      },
    },
    forwarded: {
      type: "object",
      additionalProperties: false,
      required: ["subjectHeader", "trustedNetworks"],
      properties: { subjectHeader: filled, rolesHeader: filled, trustedNetworks: { ...texts, minItems: 1 } },
    },
    jwt: {
      type: "object",
      additionalProperties: false,
      required: ["jwks", "issuer", "audience"],
      properties: {
        jwks: filled,
        issuer: filled,
        audience: filled,
        algorithms: { type: "array", minItems: 1, items: { enum: jwtAlgorithms } },
        rolesClaim: filled,
      },
    },
  },
} as const;

/** The shape of the configuration; what cannot be said in a schema is checked when it is resolved. */
export const configSchema = {
  type: "object",
  additionalProperties: false,
  required: ["mcpServers"],
  properties: {
    $schema: text,
    mcpServers: { type: "object", additionalProperties: server },
    separator: { type: "string", pattern: "^[A-Za-z0-9_./-]{0,8}$", examples: ['"__"'] },
    auth,
    access: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["roles"],
        properties: { roles: { ...texts, minItems: 1 }, allow: texts, deny: texts },
      },
    },
    audit: {
      type: "object",
      additionalProperties: false,
      required: ["to"],
      properties: { to: filled, arguments: { enum: ["omitted", "hashed", "full"] } },
    },
    hosts: texts,
    origins: texts,
    listCache: filled,
    maxMessageBytes: { type: "integer", minimum: 1024, maximum: 1_073_741_824 },
    sessionSeconds: { type: "integer", minimum: 1, maximum: 31_536_000 },
    traces: {
      type: "object",
      additionalProperties: false,
      required: ["endpoint"],
      properties: { endpoint: filled },
    },
  },
} as const;
