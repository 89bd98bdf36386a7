import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { builtin } from "./builtin.ts";
import type { LintOptions } from "./commands/lint.ts";
import { programError, systemSentence } from "./errors.ts";
import { findFiles } from "./reading/files.ts";
import { configPath } from "./configuration/load-config.ts";
import { withoutProgress } from "./reading/progress.ts";
import { fileReader } from "./reading/read-bytes.ts";
import { isWanted } from "./sources/left-as-written.ts";
import { chartOption } from "./sources/render-options.ts";
import type { Terminal } from "./terminal.ts";
import { unwritableSentence } from "./reporters/write-report.ts";
import { isRecord } from "../policies/record.ts";

const { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } =
  builtin("node:fs");

/** What a run said, to be said again. */
interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs beyond these are forgotten, the oldest first. */
const maxAnswers = 64;

/**
 * Answers a run as it was answered before, where nothing that it rests on has changed: the program, the arguments, the
 * configuration, the baseline, the day (waivers end with one) and every byte of every file that it reads. Any change makes
 * a whole run, since a Service in one file decides about a pod in another. What each file was read as is not kept: after a
 * change in one of 1,000 files it saved 15 to 20 % of a run (measured), most of which is judging. Throws a ProgramError for options that go beyond
 * reading and reporting; a folder that cannot be used is said once and done without.
 */
export async function cachedRun(
  paths: readonly string[],
  options: LintOptions,
  terminal: Terminal,
  run: (terminal: Terminal) => Promise<number>,
): Promise<number> {
  refuseChanges(paths, options);
  const before = keyOf(paths, options, terminal);
  if (before === undefined) {
    terminal.stderr.write("gracewarden: --cache does not hold for what helm or kustomize renders: the run was made\n");
    return run(terminal);
  }
  const folder = cacheFolder(options, terminal);
  const file = join(folder, `${before}.json`);
  const unusable = (why: string): unknown =>
    terminal.stderr.write(`gracewarden: the cache ${folder} is not used: ${why}\n`);
  let problem: string | undefined;
  try {
    const known = readAnswer(file);
    if (known !== undefined) {
      terminal.stdout.write(known.stdout);
      if (known.stderr !== "") terminal.stderr.write(known.stderr);
      return known.exitCode;
    }
  } catch (cause) {
    problem = cause instanceof Error ? cause.message : String(cause);
  }
  const recording = record(terminal);
  const exitCode = await run(recording.terminal);
  // What was judged must be what the key stands for: a file may have changed while the run read it.
  if (exitCode < 2 && keyOf(paths, options, terminal) === before) {
    try {
      write(folder, file, { exitCode, stdout: recording.stdout(), stderr: recording.stderr() });
    } catch (cause) {
      problem ??= `it ${unwritableSentence(cause)}`;
    }
  }
  if (problem !== undefined) unusable(problem);
  return exitCode;
}

function refuseChanges(paths: readonly string[], options: LintOptions): void {
  const changing = (["fix", "fix-dry-run", "update-baseline", "prune-baseline"] as const).find((name) => options[name]);
  if (changing !== undefined) throw programError("options-exclude", "--cache", `--${changing}`);
  if (options["changed-since"] !== undefined) throw programError("options-exclude", "--cache", "--changed-since");
  if (paths.includes("-")) throw programError("options-exclude", "--cache", "-");
  if (options.format.some((format) => format.includes("=")))
    throw programError("options-exclude", "--cache", "--format FORMAT=FILE");
}

/** All that the answer rests on, as one digest; undefined where other programs have a say. */
function keyOf(
  paths: readonly string[],
  options: LintOptions,
  { cwd, env, stdout, now }: Terminal,
): string | undefined {
  const found = findFiles(paths.length === 0 ? ["."] : paths, cwd);
  const around = options.context.length === 0 ? undefined : findFiles(options.context, cwd);
  const renders = [...found.renderable, ...(around?.renderable ?? [])].some((one) => isWanted(one, options));
  if (renders || chartOption(options) !== undefined) return undefined;
  const config = options["no-config"] ? undefined : configPath(options.config, cwd);
  const hash = createHash("sha256");
  const add = (...parts: readonly unknown[]): void => void hash.update(`${JSON.stringify(parts)}\n`);
  add(programFiles(), process.version, paths, options, cwd, now.toISOString().slice(0, 10));
  add(stdout.columns, stdout.isTTY, env["FORCE_COLOR"], env["NO_COLOR"], env["TERM"]);
  add(found.unreadable, found.skipped, found.renderable, around?.unreadable);
  const reader = fileReader();
  const others = [config, options.baseline && resolve(cwd, options.baseline)].filter((path) => path !== undefined);
  for (const path of [...others, ...[...found.files, ...(around?.files ?? [])].map((file) => file.path)]) {
    try {
      const bytes = reader.read(path);
      add(path, bytes?.length);
      if (bytes !== undefined) hash.update(bytes);
    } catch (cause) {
      add(path, systemSentence(cause));
    }
  }
  return hash.digest("hex");
}

/** The program itself: each file of the build by its size and time. */
function programFiles(): readonly unknown[] {
  const folder = dirname(process.argv[1] ?? "");
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return [name, size, mtimeMs];
    });
}

function cacheFolder(options: LintOptions, { cwd, env }: Terminal): string {
  const named = options["cache-location"];
  if (named !== undefined) return resolve(cwd, named);
  const home = env["XDG_CACHE_HOME"];
  return join(home === undefined || home === "" ? join(homedir(), ".cache") : home, "gracewarden");
}

/** The answer in a file; undefined where there is none. Throws an Error that says why one cannot be used. */
function readAnswer(file: string): Answer | undefined {
  let stats: Stats | undefined;
  try {
    stats = lstatSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    throw new Error(`it ${systemSentence(cause)}`, { cause });
  }
  if (stats === undefined) return undefined;
  // Who may write into a shared folder could otherwise say that a manifest is clean.
  if (!stats.isFile() || stats.uid !== (process.getuid?.() ?? stats.uid))
    throw new Error(`${file} belongs to another user`);
  const [digest = "", text = ""] = readFileSync(file, "utf8").split(/\n(.*)/s);
  if (digest !== digestOf(text)) throw new Error(`${file} is damaged; it is written anew`);
  const answer: unknown = JSON.parse(text);
  if (!isRecord(answer)) throw new Error(`${file} is damaged; it is written anew`);
  return answer as unknown as Answer;
}

function write(folder: string, file: string, answer: Answer): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const text = JSON.stringify(answer);
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${digestOf(text)}\n${text}`, { mode: 0o600 });
  renameSync(unfinished, file);
  const answers = readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
    .toSorted((a, b) => b.time - a.time);
  for (const { path } of answers.slice(maxAnswers)) rmSync(path, { force: true });
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A terminal that keeps what is written, too. */
function record(terminal: Terminal): { terminal: Terminal; stdout: () => string; stderr: () => string } {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): PropertyDescriptor => ({
    get: () => ({
      columns: terminal.stdout.columns,
      isTTY: terminal[name].isTTY,
      write(text: string) {
        written[name] += text;
        return terminal[name].write(text);
      },
    }),
  });
  return {
    // Not a copy: it would ask for stdin and stderr, which are made when they are asked for.
    terminal: Object.create(terminal, { stdout: output("stdout"), stderr: output("stderr") }) as Terminal,
    stdout: () => written.stdout,
    stderr: () => withoutProgress(written.stderr),
  };
}
