import { createServer, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:https";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { createAuthenticate, type Authenticate, type Authenticated } from "../../proxy/access/authenticate.ts";
import type { AuthConfig } from "../../proxy/config/config.ts";

const log = pino({ enabled: false });
const none: AuthConfig = { bearer: [], forwarded: undefined, jwt: undefined };
const bearer = [
  { token: "0123456789abcdef", subject: "ci", roles: ["dev"] },
  { token: "fedcba9876543210", subject: "ops", roles: [] },
];

/** A real server that asks, so that headers are what Node makes of them. */
let server: Server;
let decide: Authenticate;
beforeAll(async () => {
  server = createServer((message: IncomingMessage, response) => {
    void (async () => response.end(JSON.stringify(await decide(message))))();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());

async function ask(auth: AuthConfig | undefined, headers: Record<string, string | string[]>): Promise<Authenticated> {
  decide = await createAuthenticate(auth, log);
  return askAgain(headers);
}

function askAgain(headers: Record<string, string | string[]>): Promise<Authenticated> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(JSON.parse(text) as Authenticated));
    })
      .on("error", reject)
      .end();
  });
}

const unauthorized = {
  refusal: { status: 401, headers: { "www-authenticate": expect.stringContaining("Bearer realm=") } },
};

describe("who sends a request", () => {
  it("is anonymous where no auth is configured", async () => {
    expect(await ask(undefined, { authorization: "Bearer whatever" })).toEqual({
      identity: { subject: "anonymous", roles: [] },
    });
  });

  it.each([
    ["the first token", "Bearer 0123456789abcdef", { identity: { subject: "ci", roles: ["dev"] } }],
    ["another, the scheme in small letters", "bearer fedcba9876543210", { identity: { subject: "ops", roles: [] } }],
    ["an unknown token", "Bearer 0123456789abcdee", unauthorized],
    ["a part of a token", "Bearer 0123456789abcde", unauthorized],
    ["another scheme", "Basic 0123456789abcdef", unauthorized],
    ["nothing", "", unauthorized],
  ])("is known by %s", async (_name, authorization, expected) => {
    expect(await ask({ ...none, bearer }, authorization === "" ? {} : { authorization })).toMatchObject(expected);
  });

  const forwarded = { subjectHeader: "x-user", rolesHeader: "x-roles", trustedNetworks: ["127.0.0.0/8"] };
  it.each<[string, Partial<typeof forwarded>, Record<string, string | string[]>, object]>([
    [
      "says who",
      {},
      { "X-User": "ada", "X-Roles": "dev, ops" },
      { identity: { subject: "ada", roles: ["dev", "ops"] } },
    ],
    ["says no roles", {}, { "X-User": "ada" }, { identity: { subject: "ada", roles: [] } }],
    ["says nothing", {}, {}, unauthorized],
    ["adds its header to the client's", {}, { "X-User": ["root", "ada"] }, unauthorized],
    ["adds its roles to the client's", {}, { "X-User": "ada", "X-Roles": ["admin", "dev"] }, unauthorized],
    ["is in no trusted network", { trustedNetworks: ["10.0.0.0/8"] }, { "X-User": "ada" }, unauthorized],
  ])("is told by a gateway that %s", async (_name, changes, headers, expected) => {
    expect(await ask({ ...none, forwarded: { ...forwarded, ...changes } }, headers)).toMatchObject(expected);
  });

  it("may be told by a token where the gateway says nothing", async () => {
    const auth = { ...none, bearer, forwarded };
    expect(await ask(auth, { authorization: "Bearer 0123456789abcdef" })).toMatchObject({
      identity: { subject: "ci" },
    });
  });
});

const signedAuth = (jwks: string, rolesClaim = "realm_access.roles"): AuthConfig => ({
  ...none,
  jwt: { jwks, issuer: "https://issuer.example", audience: "tools", algorithms: ["ES256"], rolesClaim },
});

describe("signed tokens", () => {
  let key: CryptoKey;
  let jwk: JWK;
  let file: string;
  const sign = async (
    claims: Record<string, unknown>,
    options: { key?: CryptoKey; kid?: string } = {},
  ): Promise<string> =>
    new SignJWT({
      iss: "https://issuer.example",
      aud: "tools",
      sub: "ada",
      realm_access: { roles: ["dev"] },
      ...claims,
    })
      .setProtectedHeader({ alg: "ES256", kid: options.kid ?? "one" })
      .setExpirationTime((claims["exp"] as number | undefined) ?? "1h")
      .sign(options.key ?? key);
  beforeAll(async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    key = pair.privateKey;
    jwk = { ...(await exportJWK(pair.publicKey)), kid: "one", alg: "ES256" };
    file = join(temporaryFolder(), "jwks.json");
    writeFileSync(file, JSON.stringify({ keys: [jwk] }));
  });

  it("say who and with which roles", async () => {
    const authorization = `Bearer ${await sign({})}`;
    const ada = { identity: { subject: "ada", roles: ["dev"] } };
    expect(await ask(signedAuth(file), { authorization })).toEqual(ada);
    expect(await askAgain({ authorization })).toEqual(ada);
  });

  it("have roles in one text as well, or none", async () => {
    const authorization = `Bearer ${await sign({ scope: "a b" })}`;
    expect(await ask(signedAuth(file, "scope"), { authorization })).toMatchObject({ identity: { roles: ["a", "b"] } });
    expect(await ask(signedAuth(file, "no.such"), { authorization })).toMatchObject({ identity: { roles: [] } });
  });

  it.each<[string, () => Promise<string>]>([
    ["of another issuer", async () => sign({ iss: "https://evil.example" })],
    ["for another audience", async () => sign({ aud: "other" })],
    ["that has expired", async () => sign({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ["that is not valid yet", async () => sign({ nbf: Math.floor(Date.now() / 1000) + 120 })],
    ["without a subject", async () => sign({ sub: undefined })],
    ["of another key", async () => sign({}, { key: (await generateKeyPair("ES256")).privateKey })],
    ["of an unknown key", async () => sign({}, { kid: "two" })],
    ["without a signature", async () => `${btoa('{"alg":"none"}')}.${btoa('{"sub":"root"}')}.`],
    ["that is none", async () => "abc"],
  ])("are refused: one %s", async (_name, make) => {
    expect(await ask(signedAuth(file), { authorization: `Bearer ${await make()}` })).toMatchObject({
      refusal: { status: 401, headers: { "www-authenticate": expect.stringContaining('error="invalid_token"') } },
    });
  });

  it("with a clock that is 20 s behind are taken", async () => {
    const exp = Math.floor(Date.now() / 1000) - 20;
    expect(await ask(signedAuth(file), { authorization: `Bearer ${await sign({ exp })}` })).toHaveProperty("identity");
  });

  it("are no reason to log in again while the keys cannot be had", async () => {
    const authorization = `Bearer ${await sign({})}`;
    const closed = createTlsServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as AddressInfo;
    closed.close();
    for (const jwks of [`https://127.0.0.1:${port}/jwks`, `${file}.missing`])
      expect(await ask(signedAuth(jwks), { authorization })).toMatchObject({
        refusal: { status: 503, headers: { "retry-after": "5" } },
      });
  });
});
