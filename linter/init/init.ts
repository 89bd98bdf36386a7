import { dirname, join, resolve } from "node:path";
import { rules } from "../../policies/rules/index.ts";
import { compareWithBaseline, judgingFiles } from "../judging/baseline.ts";
import { builtin } from "../builtin.ts";
import type { InitOptions } from "../commands/init.ts";
import { programError } from "../errors.ts";
import { judgeInput } from "../judging/judge-input.ts";
import { loadConfig, noConfig } from "../configuration/load-config.ts";
import { amount } from "../reporters/summary.ts";
import type { Terminal } from "../terminal.ts";
import { unwritableSentence } from "../reporters/write-report.ts";
import { newFiles, schemaText } from "./new-files.ts";
import { nextSteps } from "./next-steps.ts";
import { baselineFile } from "./snippets.ts";
import { survey, type Survey } from "./survey.ts";

const { existsSync, mkdirSync, writeFileSync } = builtin("node:fs");

export function printSchema({ stdout }: Terminal): number {
  stdout.write(schemaText());
  return 0;
}

/** The `init` command once its arguments are read; the result is the exit code. */
export async function init(options: InitOptions, terminal: Terminal): Promise<number> {
  const { cwd, now, stdout } = terminal;
  demandRoot(options, cwd);
  const isThere = (file: string): boolean => existsSync(resolve(cwd, file));
  const stays = isThere("gracewarden.yaml") && !options.force;
  const { config } = stays ? await loadConfig("gracewarden.yaml", cwd, rules, now) : noConfig(cwd);
  const found = await survey(config, terminal);
  stdout.write(told(found));

  let done = 0;
  for (const { file, text, shared } of newFiles(options, found?.foreign ?? [], cwd)) {
    if (shared === true && isThere(file)) stdout.write(`${file} is there; this belongs into it:\n\n${text}\n`);
    else if (isThere(file) && !options.force) {
      stdout.write(`${file} is there and stays as it is (--force writes it anew)\n`);
      continue;
    } else if (options["dry-run"]) stdout.write(`${file} would be:\n\n${text}\n`);
    else write(file, text, terminal);
    done += 1;
  }
  if (options.baseline && found !== undefined && writeBaseline(await afterwards(found, terminal), options, terminal))
    done += 1;
  if (done === 0) throw programError("nothing-to-write");
  stdout.write(nextSteps(options, found, cwd));
  return 0;
}

/** What stands in the folder of the repository alone is read by git hosts and pre-commit. */
function demandRoot(options: InitOptions, cwd: string): void {
  if (!options["pre-commit"] && !options.github && !options.gitlab) return;
  for (let folder = cwd; !existsSync(join(folder, ".git")); folder = dirname(folder)) {
    if (dirname(folder) === folder) return;
    if (existsSync(join(dirname(folder), ".git"))) throw programError("not-the-root", dirname(folder));
  }
}

function told(found: Survey | undefined): string {
  if (found === undefined) return "There is no YAML or JSON here yet.\n";
  const { report, foreign } = found;
  const open = report.findings.filter(({ verdict, file }) => verdict === "fail" && !foreign.includes(file));
  const of = (severity: string): number => open.filter((finding) => finding.severity === severity).length;
  const counts = [
    amount(of("error"), "error", "errors"),
    amount(of("warn"), "warning", "warnings"),
    `${of("advice")} advice`,
  ];
  const looked = `${amount(report.files.linted, "file", "files")}, ${amount(report.objects.checked, "object", "objects")}`;
  const others = foreign.length === 0 ? "" : `; cannot be read and are no manifests: ${foreign.length}`;
  return `${looked}: ${counts.join(", ")}${others}\n`;
}

function write(file: string, text: string, { cwd, stdout }: Terminal): void {
  try {
    mkdirSync(dirname(resolve(cwd, file)), { recursive: true });
    writeFileSync(resolve(cwd, file), text);
  } catch (cause) {
    throw programError("unreadable-file", file, unwritableSentence(cause));
  }
  stdout.write(`wrote ${file}\n`);
}

/** The same files, judged by the configuration that holds from now on: a baseline of others would be stale at once. */
async function afterwards(found: Survey, { cwd, now }: Terminal): Promise<Survey> {
  const { config } = await loadConfig(undefined, cwd, rules, now);
  return { ...found, report: judgeInput(found.input, config, now) };
}

/** Whether it was written, or would be. */
function writeBaseline(
  { input, report }: Survey,
  { force, "dry-run": isDry }: InitOptions,
  terminal: Terminal,
): boolean {
  const { cwd, stdout } = terminal;
  if (existsSync(join(cwd, baselineFile)) && !force) {
    stdout.write(`${baselineFile} is there and stays as it is (gracewarden lint --update-baseline renews it)\n`);
    return false;
  }
  if (isDry) {
    stdout.write(`${baselineFile} would know the findings of today\n`);
    return true;
  }
  const linted = input.files.map(({ file }) => file);
  const options = {
    baseline: baselineFile,
    "update-baseline": true,
    "prune-baseline": false,
    "allow-stale-baseline": false,
  };
  const { known = 0 } = compareWithBaseline(report, judgingFiles(linted, baselineFile, cwd), options, terminal).report;
  stdout.write(`wrote ${baselineFile}: it knows ${amount(known, "finding", "findings")}, which no longer count\n`);
  return true;
}
