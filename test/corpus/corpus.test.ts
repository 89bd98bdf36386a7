import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

const corpus = process.env["GRACEWARDEN_CORPUS"];
if (corpus === undefined) console.log("SKIPPED: GRACEWARDEN_CORPUS names no folder of manifests, so none is linted");

interface Report {
  readonly findings: readonly { readonly file: string }[];
  readonly files: {
    readonly linted: number;
    readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  };
}

describe.skipIf(corpus === undefined)("a folder of real manifests", () => {
  it("is linted without a crash, and every file of it is accounted for", () => {
    const bin = resolve(import.meta.dirname, "../../dist/gracewarden.cjs");
    const lint = [bin, "lint", "--no-config", "--format", "json", "--fail-on", "off", "."];
    const { status, stdout, stderr } = spawnSync(process.execPath, lint, {
      cwd: corpus,
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { files, findings } = JSON.parse(stdout) as Report;
    const names = readdirSync(corpus ?? "", { recursive: true, encoding: "utf8" });
    const all = names.filter((name) => /\.(yaml|yml|json)$/.test(name)).map((name) => name.split(sep).join("/"));
    expect(files.linted + files.skipped.length).toBe(all.length);
    for (const { reason } of files.skipped) expect(reason).not.toBe("");
    for (const { file } of findings) expect(all).toContain(file);
  });
});
