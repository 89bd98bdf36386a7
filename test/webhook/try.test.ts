import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { program } from "./running-server.ts";

const root = resolve(import.meta.dirname, "../..");
const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, "try", ...args], { cwd: root, encoding: "utf8", timeout: 15_000 });

describe("try", () => {
  it("shows the diff, the verdict, and how a pod stops before and after", () => {
    const { status, stdout, stderr } = run("deploy/examples/impolite/tools.yaml");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^Deployment\/tools {2}deploy\/examples\/impolite\/tools\.yaml:\d+$/m);
    expect(stdout).toMatch(/^ {2}mutate: patched$/m);
    expect(stdout).toMatch(/^ {4}- {3}terminationGracePeriodSeconds: 15$/m);
    expect(stdout).toMatch(/^ {4}\+ +path: \/prestop$/m);
    expect(stdout).toMatch(/^ {2}validate: denied$/m);
    expect(stdout).toContain("A pod cannot waive this itself: ask whoever runs the webhook");
    expect(stdout).toMatch(/^ {2}before$[^]*15 s of grace[^]*^ {2}after$[^]*22 s of grace/m);
  });

  it("lets annotations waive what the configuration says, and nothing with --no-inline-waivers", () => {
    const folder = mkdtempSync(join(tmpdir(), "gracewarden-webhook-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const pod = join(folder, "pod.yaml");
    const config = join(folder, "gracewarden.yaml");
    const rule = "no-host-pid";
    writeFileSync(
      pod,
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations: { waive.gracewarden.io/${rule}: "known; owner=me; expires=2999-01-31" }\nspec: { hostPID: true, containers: [{ name: proxy, image: gracewarden-proxy }] }\n`,
    );
    writeFileSync(config, `enforcement: { inlineWaivers: [${rule}] }\n`);
    expect(run(pod).stdout).toContain("validate: denied");
    expect(run("--config", config, pod).stdout).toContain("validate: allowed");
    expect(run("--config", config, "--no-inline-waivers", pod).stdout).toContain("validate: denied");
  });

  it("reads folders, and patches what opts in by its namespace", () => {
    expect(run("deploy/examples/polite").stdout).toContain("mutate: skipped: not-in-scope");
    const { status, stdout } = run("--opted-in", "deploy/examples/polite");
    expect(status).toBe(0);
    expect(stdout).not.toContain("not-in-scope");
    expect(stdout).toContain("validate: allowed");
  });
});
