import type { Path } from "../../policies/path.ts";
import type { ConfigProblem } from "../../policies/schema-problem.ts";
import type { AuthConfig, BackendConfig, ProxyConfig } from "./config.ts";
import type { ConfigFile } from "./config-file.ts";
import { jwtAlgorithms } from "./config-schema.ts";
import { defaultConfig } from "./default-config.ts";
import { isNetwork } from "./networks.ts";
import { resolveServer } from "./resolve-server.ts";

/** The configuration with its defaults in place, or everything that a schema cannot see. */
export function resolveConfig(
  file: ConfigFile,
): { readonly config: ProxyConfig } | { readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const separator = file.separator ?? defaultConfig.separator;
  const backends: BackendConfig[] = [];
  const enabled = Object.entries(file.mcpServers).filter(([, { disabled }]) => disabled !== true);
  for (const [name, entry] of enabled) {
    const at = ["mcpServers", name];
    const badName = nameProblem(name, separator);
    if (badName !== undefined) problems.push({ at, message: badName });
    const resolved = resolveServer(name, entry);
    if ("backend" in resolved) backends.push(resolved.backend);
    else
      for (const { key, message } of resolved.problems) problems.push({ at: key === "" ? at : [...at, key], message });
  }
  if (enabled.length === 0)
    problems.push({
      at: ["mcpServers"],
      message: "there is no server in it that is not disabled: the proxy would have nothing to offer",
    });
  if (separator === "" && enabled.length > 1)
    problems.push({
      at: ["separator"],
      message: `without a separator the names of ${enabled.length} servers cannot be told apart: leave it out, or keep one server`,
    });
  problems.push(...authProblems(file.auth), ...urlProblem(["traces", "endpoint"], file.traces?.endpoint));
  for (const [index, origin] of (file.origins ?? []).entries()) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      problems.push({
        at: ["origins", index],
        message: `"${origin}" is no origin: it looks like https://host or http://host:port, without a path`,
      });
  }
  if (problems.length > 0) return { problems };
  return {
    config: {
      backends,
      separator,
      auth: resolveAuth(file.auth),
      access: (file.access ?? []).map(({ roles, allow = [], deny = [] }) => ({ roles, allow, deny })),
      audit: file.audit && { to: file.audit.to, arguments: file.audit.arguments ?? "omitted" },
      hosts: file.hosts,
      origins: file.origins ?? defaultConfig.origins,
      listCache: file.listCache,
      maxMessageBytes: file.maxMessageBytes ?? defaultConfig.maxMessageBytes,
      sessionSeconds: file.sessionSeconds ?? defaultConfig.sessionSeconds,
      traces: file.traces,
    },
  };
}

/** The prefix must be found again in `server__tool`. */
function nameProblem(name: string, separator: string): string | undefined {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name))
    return `"${name}" cannot be a server's name: it becomes part of its tools' names, so use up to 64 letters, digits, ".", "_" and "-"`;
  if (separator === "" || (name + separator).indexOf(separator) === name.length) return undefined;
  return `the name "${name}" runs into the separator "${separator}", so its tools could not be told from another server's: rename it, or set another separator`;
}

function* authProblems(auth: ConfigFile["auth"]): Iterable<ConfigProblem> {
  if (auth === undefined) return;
  const tokens = (auth.bearer ?? []).map(({ token }) => token);
  for (const [index, token] of tokens.entries()) {
    const at = ["auth", "bearer", index, "token"];
    if (/\s/.test(token))
      yield {
        at,
        message: `the token holds white space and could never be sent: is there a line break at the end of its variable?`,
      };
    if (token.length < 16)
      yield {
        at,
        message: `the token is shorter than 16 characters and could be guessed: make one with \`openssl rand -hex 32\``,
      };
    if (tokens.indexOf(token) !== index) yield { at, message: "the token is that of another entry as well" };
  }
  for (const [index, network] of (auth.forwarded?.trustedNetworks ?? []).entries()) {
    if (!isNetwork(network))
      yield {
        at: ["auth", "forwarded", "trustedNetworks", index],
        message: `"${network}" is no network: it looks like 10.0.0.0/8, fd00::/8, or one address`,
      };
  }
  const jwks = auth.jwt?.jwks ?? "";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(jwks) && !(URL.canParse(jwks) && new URL(jwks).protocol === "https:"))
    yield {
      at: ["auth", "jwt", "jwks"],
      message: `"jwks" must be a path, or a URL of https: whoever answers in between could sign its own tokens`,
    };
}

function* urlProblem(at: Path, text: string | undefined): Iterable<ConfigProblem> {
  if (text === undefined) return;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    yield { at, message: `"${at.at(-1)}" must look like http://host:4318/v1/traces` };
}

function resolveAuth(auth: ConfigFile["auth"]): AuthConfig | undefined {
  if (auth === undefined) return undefined;
  const { bearer = [], forwarded, jwt } = auth;
  return {
    bearer: bearer.map(({ token, subject, roles = [] }) => ({ token, subject, roles })),
    forwarded: forwarded && {
      subjectHeader: forwarded.subjectHeader.toLowerCase(),
      rolesHeader: forwarded.rolesHeader?.toLowerCase(),
      trustedNetworks: forwarded.trustedNetworks,
    },
    jwt: jwt && {
      jwks: jwt.jwks,
      issuer: jwt.issuer,
      audience: jwt.audience,
      algorithms: jwt.algorithms ?? jwtAlgorithms,
      rolesClaim: jwt.rolesClaim ?? "roles",
    },
  };
}
