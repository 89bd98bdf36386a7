import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { expect, it, onTestFinished } from "vitest";
import { makeCertificate } from "../../webhook/certificates.ts";
import { configFile, hasty, politeServer, startProxy, type ProxyProcess } from "../proxy-process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** An issuer's key set at a URL of https, whose authority nobody knows unless told. */
async function keySet(): Promise<{
  readonly url: string;
  readonly authority: string;
  readonly sign: (key?: CryptoKey) => Promise<string>;
  readonly asked: () => number;
}> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }];
  const { certPem, keyPem, caPem } = makeCertificate();
  let asked = 0;
  const server = createServer({ cert: certPem, key: keyPem }, (_request, response) => {
    asked += 1;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const authority = join(temporaryFolder(), "ca.pem");
  writeFileSync(authority, caPem);
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    authority,
    sign: (key = privateKey) =>
      new SignJWT({ iss: "https://issuer.example", aud: "tools", sub: "ada" })
        .setProtectedHeader({ alg: "ES256", kid: "one" })
        .setExpirationTime("1h")
        .sign(key),
    asked: () => asked,
  };
}

async function proxyWith(jwks: string, env: Readonly<Record<string, string>>): Promise<ProxyProcess> {
  const jwt = { jwks, issuer: "https://issuer.example", audience: "tools", algorithms: ["ES256"] };
  const file = configFile({ mcpServers: { a: politeServer }, auth: { jwt } });
  const proxy = await startProxy(["--config", file], { ...hasty, ...env });
  await proxy.logged(/^ready$/);
  return proxy;
}

const bearing = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

it("signed tokens are checked with keys that are had over https, of a server that NODE_EXTRA_CA_CERTS lets trust", async () => {
  const { url, authority, sign, asked } = await keySet();
  const proxy = await proxyWith(url, { NODE_EXTRA_CA_CERTS: authority });
  const good = bearing(await sign());
  for (let n = 0; n < 3; n += 1) {
    const { status, message } = await proxy.call("a__echo", { text: "hi" }, good);
    expect([status, message.result?.content[0]?.text]).toEqual([200, "hi"]);
  }
  const forged = bearing(await sign((await generateKeyPair("ES256")).privateKey));
  expect((await proxy.call("a__echo", {}, forged)).status).toBe(401);
  expect(asked()).toBe(1);
});

it("keys of a server that nobody vouches for are no keys: 503, and the log says why", async () => {
  const { url, sign, asked } = await keySet();
  const proxy = await proxyWith(url, {});
  expect((await proxy.call("a__echo", {}, bearing(await sign()))).status).toBe(503);
  expect(JSON.stringify(await proxy.logged(/keys for signed tokens cannot be had/))).toMatch(
    /certificate|self-signed/i,
  );
  expect(asked()).toBe(0);
});
