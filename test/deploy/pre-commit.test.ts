import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { folder, hastySet, pod } from "../linter/folder.ts";

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly language: string;
  readonly files: string;
}

const root = resolve(import.meta.dirname, "../..");
const [hook] = parse(readFileSync(join(root, ".pre-commit-hooks.yaml"), "utf8")) as Hook[];

/** As pre-commit does for `language: script`: the entry's program lies in the hook's repository, and runs in the user's. */
function commit(cwd: string, files: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const [program = "", ...args] = (hook?.entry ?? "").split(" ");
  const chosen = files.filter((file) => new RegExp(hook?.files ?? "").test(file));
  const { status, stdout, stderr } = spawnSync(join(root, program), [...args, ...chosen], { cwd, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

describe("the pre-commit hook", () => {
  it("is run from its sources", () => {
    expect([hook?.id, hook?.language]).toEqual(["gracewarden", "script"]);
  });

  it("fails for an error in a file of the commit, and not for one in another", () => {
    const cwd = folder({ "bad.yaml": hastySet(), "good.yaml": pod(), "README.md": "" });
    const failed = commit(cwd, ["bad.yaml", "README.md"]);
    expect([failed.code, failed.stderr]).toEqual([1, ""]);
    expect(failed.stdout).toContain("grace-not-zero");
    expect(commit(cwd, ["good.yaml", "README.md"]).code).toBe(0);
  });

  it("knows the rest of the repository", () => {
    const service =
      "apiVersion: v1\nkind: Service\nmetadata: { name: app }\nspec: { selector: { app: app }, ports: [{ port: 80 }] }\n";
    const served = pod().replace("  name: app\n", "  name: app\n  labels: { app: app }\n");
    const { stdout } = commit(folder({ "pod.yaml": served, "service.yaml": service }), ["pod.yaml"]);
    expect(stdout).toContain("Service app leads requests");
  });
});
