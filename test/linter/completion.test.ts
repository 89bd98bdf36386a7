import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder } from "./folder.ts";
import { gracewarden } from "./program.ts";

/** What is typed before the Tab key, and the arguments that the program then gets. */
const typed: readonly (readonly [string, readonly string[]])[] = [
  ["tim", ["timeline"]],
  ["lint --fail-on wa", ["lint", "--fail-on", "warn"]],
  ["lint --fail-on=wa", ["lint", "--fail-on=warn"]],
  ["lint --fix-", ["lint", "--fix-dry-run"]],
  ["lint --format checks", ["lint", "--format", "checkstyle"]],
  ["report --format mark", ["report", "--format", "markdown"]],
  ["lint --config conf", ["lint", "--config", "configuration.yaml"]],
  ["report -o conf", ["report", "-o", "configuration.yaml"]],
  ["lint mani", ["lint", "manifest.yaml"]],
  ["explain grace-not", ["explain", "grace-not-zero"]],
  ["completion fi", ["completion", "fish"]],
  ["help expl", ["help", "explain"]],
];

const shells = {
  bash: { args: ["--norc", "--noprofile", "-i"], before: "" },
  zsh: { args: ["-f", "-i"], before: "autoload -U compinit; compinit -u -D" },
} as const;

const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;
const unless = (programs: readonly string[]): string => {
  const missing = programs.filter((program) => !has(program));
  return missing.length === 0 ? "" : ` (SKIPPED: no ${missing.join(", no ")} on the PATH)`;
};

/** A folder with the script in it, and files to complete. */
async function prepared(shell: string): Promise<string> {
  const cwd = folder({ "manifest.yaml": "", "configuration.yaml": "" });
  const { code, stdout } = await gracewarden(["completion", shell], { cwd });
  expect(code).toBe(0);
  writeFileSync(join(cwd, "completion"), stdout);
  return cwd;
}

/** What an interactive shell on a terminal makes of a line that ends with the Tab key. */
async function completed(shell: keyof typeof shells, lines: readonly string[]): Promise<string[][]> {
  const cwd = await prepared(shell);
  const { args, before } = shells[shell];
  const terminal = spawn("script", ["-qec", [shell, ...args].join(" "), "/dev/null"], {
    cwd,
    env: { PATH: process.env["PATH"], TERM: "dumb", HOME: cwd },
  });
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  // What is typed before the shell reads it is lost on it, so each line waits for the answer to the one before.
  const answer = async (line: string, mark: RegExp): Promise<void> => {
    terminal.stdin.write(`${line}\n`);
    while (!mark.test(shown)) {
      if (terminal.exitCode !== null) throw new Error(`${shell} ended: ${shown}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await answer(`${before}\n. ./completion\necho rea''dy`, /^ready/m);
  await answer(`gracewarden() { printf 'got%s:' "" "$@"; echo end; }; gracewarden`, /^got:end/m);
  const results: string[][] = [];
  for (const [index, line] of lines.entries()) {
    shown = "";
    await answer(`gracewarden ${line}\t ${index}`, new RegExp(String.raw`got${index}:end`));
    results.push([...shown.matchAll(/got([^:\r\n]+):/g)].map(([, argument = ""]) => argument).slice(0, -1));
  }
  terminal.stdin.end("exit\n");
  await new Promise((resolve) => terminal.once("close", resolve));
  return results;
}

describe("completion", () => {
  for (const shell of ["bash", "zsh"] as const) {
    const skipped = unless([shell, "script"]);
    it.skipIf(skipped !== "")(`completes in ${shell}${skipped}`, { timeout: 60_000 }, async () => {
      const results = await completed(
        shell,
        typed.map(([line]) => line),
      );
      expect(Object.fromEntries(typed.map(([line], index) => [line, results[index]]))).toEqual(
        Object.fromEntries(typed),
      );
    });
  }

  const noFish = unless(["fish"]);
  it.skipIf(noFish !== "")(`completes in fish${noFish}`, { timeout: 60_000 }, async () => {
    const cwd = await prepared("fish");
    const asked = typed.map(([line]) => `complete -C 'gracewarden ${line}'; echo ==`).join("; ");
    const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", `source completion; ${asked}`], {
      cwd,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: cwd },
    });
    expect(stderr).toBe("");
    const offers = stdout.split("==\n").map((text) => text.split("\n").map((line) => line.split("\t")[0]));
    for (const [index, [line, words]] of typed.entries())
      expect([line, offers[index]]).toEqual([line, expect.arrayContaining([words.at(-1)])]);
  });

  it("knows every command and option of --help", async () => {
    const cwd = folder();
    const { stdout: script } = await gracewarden(["completion", "bash"], { cwd });
    const { stdout: overview } = await gracewarden(["--help"], { cwd });
    const commands = [...overview.matchAll(/^ {2}([a-z]\w+) {2,}/gm)].map(([, name = ""]) => name);
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands) {
      const { stdout: help } = await gracewarden([command, "--help"], { cwd });
      const line = script.split("\n").find((one) => one.trim().startsWith(`${command}) if`));
      for (const [, option = ""] of help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm))
        expect(line?.split(/[ "]/)).toContain(option);
    }
  });

  it("says which shells there are", async () => {
    const { code, stderr } = await gracewarden(["completion", "bsh"], { cwd: folder() });
    expect([code, stderr]).toEqual([
      2,
      'gracewarden: there is no completion for "bsh", only for bash, zsh and fish; did you mean "bash"?\n',
    ]);
  });
});
