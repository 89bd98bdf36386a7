import { execFile, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { progressOn, withoutProgress } from "../../../linter/reading/progress.ts";
import { folder, pod } from "../folder.ts";

const built = resolve(import.meta.dirname, "../../../dist/gracewarden.cjs");

const noScript = spawnSync("script", ["--version"]).error === undefined ? "" : " (SKIPPED: no script on the PATH)";

/** What a terminal gets of a run that waits for its input, so that a second has passed on a busy machine too. */
async function onTerminal(command: string): Promise<string> {
  const line = `(sleep 3; cat pod.yaml) | '${process.execPath}' '${built}' ${command}`;
  const { stdout } = await promisify(execFile)("script", ["-qec", line, "/dev/null"], {
    cwd: folder({ "pod.yaml": pod() }),
    env: { PATH: process.env["PATH"], TERM: "xterm", NODE_DISABLE_COMPILE_CACHE: "1" },
  });
  return stdout.replaceAll("\u001B[K", "<erased>");
}

/** What a run of a second and a quarter tells. */
const at = (isTTY: boolean | undefined, env: Readonly<Record<string, string>> = {}): string => {
  let written = "";
  let time = 0;
  const stderr = { isTTY, write: (text: string) => (written += text) };
  const progress = progressOn({ env, stderr }, () => time);
  for (time = 0; time <= 1250; time += 50) progress.tell(() => `at ${time}`);
  progress.clear();
  progress.clear();
  return written;
};

describe("progress", () => {
  it("is told after a second, ten times a second, and erased", () => {
    expect(at(true)).toBe("\rat 1000\u001B[K\rat 1100\u001B[K\rat 1200\u001B[K\r\u001B[K");
  });

  it.each([
    ["a pipe", undefined, {}],
    ["a log of CI", true, { CI: "true" }],
    ["a terminal that cannot erase", true, { TERM: "dumb" }],
  ] as const)("is not told to %s", (_what, isTTY, env) => {
    expect(at(isTTY, env)).toBe("");
  });

  it("is not asked of a run that is over sooner", () => {
    const stderr = {
      write: () => expect.unreachable("nothing is written"),
      get isTTY(): boolean {
        return expect.unreachable("making the stream takes time");
      },
    };
    const progress = progressOn({ env: {}, stderr }, () => 999);
    progress.tell(() => "x");
    progress.clear();
  });

  it("is no part of what was written for good", () => {
    expect(withoutProgress(`gracewarden: a\n${at(true)}gracewarden: b\n`)).toBe("gracewarden: a\ngracewarden: b\n");
  });

  it.skipIf(noScript !== "")(`is gone from a terminal when the report comes${noScript}`, async () => {
    const [lint, report, pipe] = await Promise.all(
      ["lint -", "report --format markdown -", "lint - 2>&1 | cat"].map(onTerminal),
    );
    expect(lint).toMatch(/^\rjudging: 1 file<erased>\r<erased>.*no findings/);
    expect(report).toMatch(/^(?:\r(?:judging: 1 file|writing: 0 findings)<erased>)+\r<erased># Shutdown review/);
    expect(pipe).toMatch(/^\S* ?no findings/);
  });
});
