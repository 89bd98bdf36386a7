import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
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
    expect(stdout).toContain("waive.gracewarden.io/no-unsafe-shared-pid-namespace");
    expect(stdout).toMatch(/^ {2}before$[^]*15 s of grace[^]*^ {2}after$[^]*22 s of grace/m);
  });

  it("reads folders, and patches what opts in by its namespace", () => {
    expect(run("deploy/examples/polite").stdout).toContain("mutate: skipped: not-in-scope");
    const { status, stdout } = run("--opted-in", "deploy/examples/polite");
    expect(status).toBe(0);
    expect(stdout).not.toContain("not-in-scope");
    expect(stdout).toContain("validate: allowed");
  });
});
