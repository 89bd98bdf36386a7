import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { askPlugin } from "../../../linter/audit/exec-plugin.ts";
import { issueSelfSigned } from "../../../webhook/certs/issue.ts";
import { makeCertificate, makeClientCertificate } from "../../webhook/certificates.ts";
import { playRecording, type Guard, type Recording } from "../audit/recorded-server.ts";
import { httpTunnel, socksTunnel } from "../audit/tunnels.ts";
import { parseFindings } from "../findings.ts";
import { folder } from "../folder.ts";
import { gracewarden, type Outcome } from "../program.ts";

const certificate = makeCertificate();
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const bearer =
  (...tokens: readonly string[]) =>
  ({ headers }: IncomingMessage): boolean =>
    tokens.some((token) => headers.authorization === `Bearer ${token}`);
const hasCertificate = ({ socket }: IncomingMessage): boolean => (socket as TLSSocket).authorized;
const play = async (guard: Partial<Guard> = {}): Promise<Recording> =>
  playRecording(undefined, { certificate, admits: bearer("good"), ...guard });

/** A cluster of a kubeconfig, by the fields that a test is about. */
const clusterAt = (port: number, more: object = {}): object => ({
  server: `https://127.0.0.1:${port}`,
  "certificate-authority-data": base64(certificate.caPem),
  ...more,
});

/** A JSON web token as far as anybody reads it here. */
const idToken = (exp: number): string => ["{}", JSON.stringify({ exp }), "x"].map(base64).join(".").replaceAll("=", "");
const oidcUser = (token: string): object => ({
  "auth-provider": { name: "oidc", config: { "id-token": token, "refresh-token": "once" } },
});

const kubeconfig = (cluster: object, user: object | undefined): string =>
  JSON.stringify({
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", ...(user !== undefined && { user: "me" }) } }],
    clusters: [{ name: "test", cluster }],
    users: user === undefined ? [] : [{ name: "me", user }],
  });

const version = "client.authentication.k8s.io/v1";
const credential = (status: object): string => JSON.stringify({ apiVersion: version, kind: "ExecCredential", status });
const exec = (command: string, more: object = {}): object => ({
  exec: { apiVersion: version, command, interactiveMode: "IfAvailable", ...more },
});
const script = (body: string): string => `#!/bin/sh\n${body}\n`;
const printing = (status: object): string => script(`echo '${credential(status)}'`);

async function audit(
  cluster: object,
  user: object | undefined,
  files: Readonly<Record<string, string>> = {},
): Promise<Outcome & { readonly cwd: string }> {
  // The kubeconfig lies apart, so that what is relative to it is seen to be.
  const cwd = folder({ "home/kubeconfig": kubeconfig(cluster, user) });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, "home", name), text, { mode: 0o755 });
  const env = { PATH: `${join(cwd, "home")}:/usr/bin:/bin`, OWN: "mine" };
  const args = ["audit", "--no-config", "--kubeconfig", "home/kubeconfig", "--format", "json"];
  return { ...(await gracewarden(args, { cwd, env })), cwd };
}

const isWhole = ({ code, stdout }: Outcome): boolean => code === 1 && parseFindings(stdout).cluster?.pods === 3;

describe("credentials of a kubeconfig", () => {
  // The Kubernetes client has hundreds of files; the built program has it in one.
  beforeAll(() => import("../../../linter/audit/cluster-report.ts"), 60_000);

  it.each<[string, object, Readonly<Record<string, string>>]>([
    ["a token", { token: "good" }, {}],
    ["a token file beside the kubeconfig", { tokenFile: "token" }, { token: "good\n" }],
    ["a token file rather than a token", { tokenFile: "token", token: "old" }, { token: "good" }],
    ["a plugin on the PATH", exec("get-token"), { "get-token": printing({ token: "good" }) }],
    ["a plugin beside the kubeconfig", exec("./get-token"), { "get-token": printing({ token: "good" }) }],
    [
      "a plugin rather than a token",
      { token: "old", ...exec("get-token") },
      { "get-token": printing({ token: "good" }) },
    ],
    [
      "a plugin that leaves something running",
      exec("get-token"),
      { "get-token": `${printing({ token: "good" })}sleep 20 &\n` },
    ],
  ])("may be %s", async (_name, user, files) => {
    await using server = await play();
    const outcome = await audit(clusterAt(server.port), user, files);
    expect(outcome.stderr).toBe("");
    expect(isWhole(outcome)).toBe(true);
  });

  it("may be an id-token of OIDC that is still good", async () => {
    const good = idToken(4_000_000_000);
    await using server = await play({ admits: bearer(good) });
    expect(isWhole(await audit(clusterAt(server.port), oidcUser(good)))).toBe(true);
    expect(await audit(clusterAt(server.port), oidcUser(idToken(1_000_000_000)))).toMatchObject({
      code: 2,
      stderr:
        'gracewarden: no cluster to audit: no credentials of user "me" of the kubeconfig: its id-token expired at 2001-09-09T01:46:40.000Z: let kubectl refresh it, as by `kubectl get namespaces`\n',
    });
  });

  it("may be a client certificate, by paths from the kubeconfig, as data, or of a plugin", async () => {
    const { certPem, keyPem, caPem } = makeClientCertificate();
    await using server = await play({ clientCaPem: caPem, admits: hasCertificate });
    const cluster = clusterAt(server.port);
    const files = { "me.crt": certPem, "me.key": keyPem };
    const byPath = { "client-certificate": "me.crt", "client-key": "me.key" };
    expect(isWhole(await audit(cluster, byPath, files))).toBe(true);
    const asData = { "client-certificate-data": base64(certPem), "client-key-data": base64(keyPem) };
    expect(isWhole(await audit(cluster, asData))).toBe(true);
    const status = { clientCertificateData: certPem, clientKeyData: keyPem };
    const plugin = script(`cat <<'END'\n${credential(status)}\nEND`);
    expect(isWhole(await audit(cluster, exec("get-token"), { "get-token": plugin }))).toBe(true);

    expect((await audit(cluster, byPath, { "me.crt": certPem })).stderr).toContain(
      "its client-key me.key does not exist\n",
    );
    expect((await audit(cluster, { "client-certificate": "me.crt" }, files)).stderr).toContain(
      "it has a client-certificate alone\n",
    );
    expect((await audit(cluster, byPath, { ...files, "me.key": certificate.keyPem })).stderr).toMatch(
      /its client certificate and key cannot be used: .*key values mismatch/,
    );
  });

  it("tell a plugin what its protocol promises", async () => {
    await using server = await play();
    const body = `printf '%s\\n' "$KUBERNETES_EXEC_INFO" "$OWN" "$GIVEN" "$*" > told
echo 'opening your browser' >&2
${printing({ token: "good" })}`;
    const extension = { name: "client.authentication.k8s.io/exec", extension: { audience: "us" } };
    const cluster = clusterAt(server.port, { extensions: [extension] });
    const more = { args: ["eks", "get-token"], env: [{ name: "GIVEN", value: "1" }], provideClusterInfo: true };
    const outcome = await audit(cluster, exec("get-token", more), { "get-token": script(body) });
    expect(isWhole(outcome)).toBe(true);
    expect(outcome.stderr).toBe("opening your browser\n");
    const [info, ...rest] = readFileSync(join(outcome.cwd, "told"), "utf8").split("\n");
    expect(rest).toEqual(["mine", "1", "eks get-token", ""]);
    expect(JSON.parse(info ?? "")).toEqual({
      apiVersion: version,
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: {
          server: `https://127.0.0.1:${server.port}`,
          "certificate-authority-data": base64(certificate.caPem),
          config: { audience: "us" },
        },
      },
    });
  });

  it.each<[string, object, string | undefined, string]>([
    ["is missing", exec("get-token"), undefined, "is not on the PATH"],
    [
      "is missing, and says how to get it",
      exec("get-token", { installHint: "Install it:\n  brew install get-token\n" }),
      undefined,
      "is not on the PATH\nInstall it:\n  brew install get-token",
    ],
    ["is not where it should be", exec("./get-token"), undefined, "does not exist"],
    ["fails", exec("get-token"), script("echo 'SSO session expired' >&2; exit 3"), "failed with exit code 3"],
    [
      "is given what no program can be given",
      exec("get-token", { args: ["a\0b"] }),
      printing({ token: "good" }),
      "cannot be started: The argument 'args[0]' must be a string without null bytes. Received 'a\\x00b'",
    ],
    ["is killed", exec("get-token"), script("kill -KILL $$"), "was ended by SIGKILL"],
    ["prints garbage", exec("get-token"), script("echo secret-part"), "printed something that is no JSON"],
    ["prints nothing", exec("get-token"), script("true"), "printed nothing"],
    ["prints other JSON", exec("get-token"), script("echo []"), "printed JSON that is no ExecCredential"],
    ["gives nothing", exec("get-token"), printing({}), "gave neither a token nor a certificate"],
    [
      "gives a certificate alone",
      exec("get-token"),
      printing({ clientCertificateData: "x" }),
      "gave a certificate and its key not together",
    ],
    ["asks on stdin", exec("get-token"), script("read name || exit 1"), "failed with exit code 1"],
    ["prints for ever", exec("get-token"), script("cat /dev/zero"), "printed more than 1 MiB"],
    [
      "wants a terminal",
      exec("get-token", { interactiveMode: "Always" }),
      printing({ token: "good" }),
      "wants a terminal to ask for something (interactiveMode: Always), which an audit does not give",
    ],
    [
      "speaks an old protocol",
      exec("get-token", { apiVersion: "client.authentication.k8s.io/v1alpha1" }),
      printing({ token: "good" }),
      "speaks client.authentication.k8s.io/v1alpha1, which kubectl does not take either: have the entry written anew, for client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1",
    ],
  ])("are refused where a plugin %s", async (_name, user, plugin, why) => {
    await using server = await play();
    const files: Record<string, string> = plugin === undefined ? {} : { "get-token": plugin };
    const { code, stdout, stderr } = await audit(clusterAt(server.port), user, files);
    expect([code, stdout, server.asked]).toEqual([2, "", []]);
    const { command } = (user as { readonly exec: { readonly command: string } }).exec;
    const said = plugin?.includes("SSO") === true ? "SSO session expired\n" : "";
    expect(stderr).toBe(
      `${said}gracewarden: the credential plugin "${command}" of user "me" of the kubeconfig ${why}\n`,
    );
  });

  it("are given up where a plugin takes for ever, whatever it started and however it clings", async () => {
    const cwd = folder({ "get-token": script("trap '' TERM; echo waiting >&2; sleep 30 & while :; do sleep 1; done") });
    chmodSync(join(cwd, "get-token"), 0o755);
    let said = "";
    const began = performance.now();
    const asked = askPlugin(
      {
        exec: { apiVersion: version, command: "./get-token" },
        user: "me",
        file: join(cwd, "kubeconfig"),
        cluster: {},
      },
      { cwd, env: { PATH: "/usr/bin:/bin" }, stderr: { write: (text) => (said += text) } },
      0.5,
    );
    await expect(asked).rejects.toThrow(
      'the credential plugin "./get-token" of user "me" of the kubeconfig did not end within 0.5 s',
    );
    expect(said).toBe("waiting\n");
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it("are asked for once more where they expire in the middle", async () => {
    let answered = 0;
    const admits = (request: IncomingMessage): boolean => bearer(answered++ < 4 ? "token-1" : "token-2")(request);
    const plugin = script(`echo x >> calls
echo '${credential({ token: "TOKEN" })}' | sed "s/TOKEN/token-$(wc -l < calls | tr -d ' ')/"`);
    {
      await using server = await play({ admits });
      const outcome = await audit(clusterAt(server.port), exec("get-token"), { "get-token": plugin });
      expect(outcome.stderr).toBe("");
      expect(isWhole(outcome)).toBe(true);
      expect(readFileSync(join(outcome.cwd, "calls"), "utf8")).toBe("x\nx\n");
    }
    answered = 0;
    await using server = await play({ admits });
    const { code, stdout, stderr, cwd } = await audit(
      clusterAt(server.port),
      { tokenFile: "token" },
      { token: "token-1" },
    );
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("(401, Unauthorized; a token from token)");
    expect(existsSync(join(cwd, "calls"))).toBe(false);
  });

  it("name the plugin whose token is not taken", async () => {
    await using server = await play();
    const status = { token: "bad", expirationTimestamp: "2020-01-01T00:00:00Z" };
    const { code, stderr } = await audit(clusterAt(server.port), exec("get-token"), { "get-token": printing(status) });
    expect(code).toBe(2);
    expect(stderr).toContain(
      '(401, Unauthorized; a token from the credential plugin "get-token" of user "me", good until 2020-01-01T00:00:00Z as it says)',
    );
  });

  it.each<[string, object | undefined, string]>([
    [
      "the old provider gcp",
      { "auth-provider": { name: "gcp", config: { "cmd-path": "touch", "cmd-args": "ran" } } },
      'its auth-provider "gcp" is not known here: Kubernetes removed it in 1.26',
    ],
    ["a token file that is not there", { tokenFile: "token" }, "its tokenFile token does not exist"],
    ["groups", { token: "good", as: "you", "as-groups": ["them"] }, "its as-groups cannot be sent"],
    ["a token of two lines", { token: "go\nod" }, "its token has characters that no token has"],
  ])("are refused for %s", async (_name, user, why) => {
    await using server = await play();
    const { code, stdout, stderr, cwd } = await audit(clusterAt(server.port), user);
    expect([code, stdout, server.asked]).toEqual([2, "", []]);
    expect(stderr).toContain(`no cluster to audit: no credentials of user "me" of the kubeconfig: ${why}`);
    expect(existsSync(join(cwd, "ran"))).toBe(false);
  });

  it("go with whom they impersonate, and may be none", async () => {
    await using impersonated = await play({
      admits: (request) => bearer("good")(request) && request.headers["impersonate-user"] === "you",
    });
    expect(isWhole(await audit(clusterAt(impersonated.port), { token: "good", as: "you" }))).toBe(true);
    await using open = await play({ admits: ({ headers }) => headers.authorization === undefined });
    expect(isWhole(await audit(clusterAt(open.port), undefined))).toBe(true);
  });
});

describe("the cluster of a kubeconfig", () => {
  beforeAll(() => import("../../../linter/audit/cluster-report.ts"), 60_000);

  it("may be trusted by another name, or by none", async () => {
    const named = issueSelfSigned({ dnsNames: ["kubernetes.default"], days: 2, now: new Date() });
    await using server = await play({ certificate: named });
    const cluster = (more: object): object => ({
      server: `https://127.0.0.1:${server.port}`,
      "certificate-authority-data": base64(named.caPem),
      ...more,
    });
    const user = { token: "good" };
    expect((await audit(cluster({}), user)).stderr).toMatch(
      /cannot be reached: .*does not match certificate's altnames/,
    );
    expect(isWhole(await audit(cluster({ "tls-server-name": "kubernetes.default" }), user))).toBe(true);
    const blind = { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true };
    expect((await audit(cluster({ "certificate-authority-data": undefined }), user)).stderr).toContain(
      "is not signed by an authority that the kubeconfig trusts",
    );
    expect(isWhole(await audit(cluster(blind), user))).toBe(true);
    expect(isWhole(await audit(cluster(blind), undefined))).toBe(false);
    const byPath = { "certificate-authority-data": undefined, "certificate-authority": "ca.crt" };
    const files = { "ca.crt": named.caPem };
    const whole = { ...byPath, "tls-server-name": "kubernetes.default" };
    expect(isWhole(await audit(cluster(whole), user, files))).toBe(true);
    expect((await audit(cluster(whole), user)).stderr).toMatch(
      /the cluster test of the kubeconfig cannot be asked: .*ca\.crt does not exist/,
    );
  });

  it.each([
    ["http", httpTunnel],
    ["socks5", socksTunnel],
  ])("may lie behind a proxy that is reached by %s", async (scheme, open) => {
    await using server = await play();
    const user = { token: "good" };
    const behind = (port: number): object =>
      clusterAt(server.port, {
        server: `https://localhost:${server.port}`,
        "proxy-url": `${scheme}://me:secret@127.0.0.1:${port}`,
      });
    {
      await using tunnel = await open();
      expect(isWhole(await audit(behind(tunnel.port), user))).toBe(true);
      expect(new Set(tunnel.asked)).toEqual(new Set([`localhost:${server.port}`]));
    }
    const { code, stderr } = await audit(behind(2), user);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`cannot be reached: .*, through the proxy ${scheme}://127\\.0\\.0\\.1:2\n$`));
  });

  it.each([
    ["without TLS, where that is not said to be meant", { server: "http://127.0.0.1:2" }, "is without TLS"],
    [
      "behind a proxy that is none",
      clusterAt(2, { "proxy-url": "nonsense" }),
      "its proxy-url is no address of a proxy",
    ],
  ])("is refused %s", async (_name, cluster, why) => {
    const { code, stderr } = await audit(cluster, { token: "good" });
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });
});
