import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, hasty } from "./folder.ts";

const bin = resolve("dist/gracewarden.cjs");

function start(cache: string, ...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder({ "app.yaml": hasty() }),
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: cache },
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

const cached = (cache: string): string[] =>
  readdirSync(cache, { recursive: true, encoding: "utf8" }).filter((name) => /program-\w+\.cjs-/.test(name));

describe("the built program keeps what V8 compiled for its next start", () => {
  it("in Node's folder for that, once for each command, and says the same with it", () => {
    const cache = folder();
    const first = start(cache, "lint");
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const [made = ""] = cached(cache);
    expect(made).toMatch(/-lint-folder-v\d+[\d.]+-\w+$/);
    const { mtimeMs } = statSync(join(cache, made));
    expect(start(cache, "lint")).toEqual(first);
    expect(cached(cache)).toEqual([made]);
    expect(statSync(join(cache, made)).mtimeMs).toBe(mtimeMs);
    start(cache, "explain", "grace-not-zero");
    expect(cached(cache)).toHaveLength(2);
  });

  it("anew where it is cut off or of something else", () => {
    const cache = folder();
    const first = start(cache, "lint");
    const file = join(cache, cached(cache)[0] ?? "");
    const whole = readFileSync(file);
    for (const damaged of [whole.subarray(0, 1000), Buffer.alloc(whole.length), Buffer.from("?"), Buffer.alloc(0)]) {
      writeFileSync(file, damaged);
      expect(start(cache, "lint")).toEqual(first);
      expect(readFileSync(file).length).toBeGreaterThan(whole.length / 2);
    }
  });

  it("but not of a run that could not be done, and not where it may not write", () => {
    const cache = folder();
    expect(start(cache, "lnt").code).toBe(2);
    expect(cached(cache)).toEqual([]);
    expect(start(join(folder({ file: "" }), "file/none"), "lint")).toEqual(start(cache, "lint"));
  });
});

it("prints all of a long report into a pipe, and is content with a reader that leaves early", () => {
  const whole = spawnSync("sh", ["-c", `"${process.execPath}" "${bin}" rules --format json | cat`], {
    encoding: "utf8",
  });
  expect(JSON.parse(whole.stdout)).not.toHaveLength(0);
  const early = spawnSync("sh", ["-c", `"${process.execPath}" "${bin}" rules --format json | head -c 1`], {
    encoding: "utf8",
  });
  expect([early.stdout, early.stderr]).toEqual(["[", ""]);
});
