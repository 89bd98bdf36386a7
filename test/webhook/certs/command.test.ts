import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCerts } from "./run-certs.ts";

const folder = mkdtempSync(join(tmpdir(), "gracewarden-certs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const certs = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof runCerts> =>
  runCerts(args, { env, now: () => new Date() });

const wanted = ["--namespace", "guard", "--mutating-configuration", "hook"];

describe("certs", () => {
  it("explains itself", async () => {
    const { exit, stdout } = await certs(["--help"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("--overlap-hours N");
  });

  it.each([
    [["--unknown"], /there is no option --unknown; gracewarden-webhook certs --help lists them/],
    [["stray"], /"stray" is one argument too many/],
    [["--namespace"], /--namespace needs a value: --namespace NAME/],
    [["--namespace", "guard"], /--mutating-configuration/],
    [[...wanted, "--leaf-days", "many"], /--leaf-days cannot be "many": give a number/],
    [[...wanted, "--ca-days", "0"], /--ca-days cannot be 0/],
    [[...wanted, "--renew-before-days", "30"], /an old CA would never leave: raise --leaf-days/],
    [[...wanted, "--overlap-hours", "480"], /lower --overlap-hours/],
    [[...wanted, "--ca-days", "31"], /raise --ca-days/],
    [[...wanted, "--service", "Hook_1"], /--service "Hook_1" cannot be the name/],
    [[...wanted, "--ca-secret", "gracewarden-webhook-tls"], /must differ/],
  ])("%j is wrong usage", async (args, message) => {
    const { exit, stderr } = await certs(args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^gracewarden-webhook: [^\n]+\n$/);
    expect(exit).toBe(2);
  });

  const kubeconfig = (text: string): NodeJS.ProcessEnv => {
    const file = join(folder, crypto.randomUUID());
    writeFileSync(file, text);
    return { KUBECONFIG: file };
  };

  it("says which API server it cannot reach", async () => {
    const config = {
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:65533" } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      users: [{ name: "u", user: {} }],
      "current-context": "c",
    };
    const { exit, stderr } = await certs(wanted, kubeconfig(JSON.stringify(config)));
    expect(stderr).toMatch(/the API server https:\/\/127\.0\.0\.1:65533 cannot be reached \(.+\): check KUBECONFIG/);
    expect(exit).toBe(1);
  });

  it.each([
    ["missing", { KUBECONFIG: join(folder, "absent") }],
    ["empty", kubeconfig("")],
    ["broken", kubeconfig("clusters: [")],
  ])("says that a kubeconfig is %s", async (_name, env) => {
    const { exit, stderr } = await certs(wanted, env);
    expect(stderr).toMatch(/^gracewarden-webhook: the kubeconfig .+ cannot be used \(/);
    expect(exit).toBe(1);
  });
});
