import { unifiedDiff } from "./diff.ts";
import { fixText, type FixedText } from "./fix-text.ts";
import { loadBytes, type LoadedFile } from "../reading/load.ts";
import type { Input } from "../reading/read-input.ts";
import { isFixable, placeOf, type PlacedFinding, type Report } from "../judging/report.ts";
import type { Terminal } from "../terminal.ts";
import { replaceText } from "./write-file.ts";

/** A fix can uncover another; one that is still changing the file after this would go on forever. */
const maxRounds = 3;

export interface FixOptions {
  readonly strict: boolean;
  /** Otherwise only a diff is printed. */
  readonly write: boolean;
}

export interface FixOutcome {
  /** What is left, by the files as they are now. */
  readonly report: Report;
  /** Stdout was given a diff or a fixed text, so the report must go elsewhere. */
  readonly usesStdout: boolean;
}

/** Applies the safe fixes round after round, then writes each changed file once, or prints the diff. */
export async function fixAndReport(
  input: Input,
  report: Report,
  judge: (input: Input) => Report,
  { strict, write }: FixOptions,
  { stdout, stderr }: Terminal,
): Promise<FixOutcome> {
  const note = (text: string): unknown => stderr.write(`gracewarden: ${text}\n`);
  const fixed = await fixpoint(input, report, judge, strict);
  for (const { finding, cause } of fixed.failed) {
    note(`${placeOf(finding)} ${finding.rule} not fixed: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const pairs = changedFiles(input, fixed.input);
  if (!write) {
    for (const pair of pairs) stdout.write(diffOf(pair));
    note(`${fixes(fixed.applied)} in ${files(pairs.length)} would be applied by --fix`);
    return { report, usesStdout: true };
  }
  const reverted = new Map<LoadedFile, LoadedFile>();
  for (const { before, after } of pairs) {
    if (before.path === undefined) continue;
    const why = replaceText(before.path, textOf(before), textOf(after));
    if (why === undefined) continue;
    note(`${before.file} was not fixed: it ${why}`);
    reverted.set(after, before);
  }
  const stdin = fixed.input.files.find(({ path }) => path === undefined);
  if (stdin !== undefined) stdout.write(textOf(stdin));
  if (pairs.length > reverted.size) {
    const applied = fixed.applied.filter(({ file }) => ![...reverted.keys()].some((other) => other.file === file));
    note(`${fixes(applied)} applied in ${files(pairs.length - reverted.size)}`);
  }
  const now = { ...fixed.input, files: fixed.input.files.map((file) => reverted.get(file) ?? file) };
  return { report: reverted.size === 0 ? fixed.report : judge(now), usesStdout: stdin !== undefined };
}

interface Fixpoint {
  readonly input: Input;
  readonly report: Report;
  readonly applied: readonly PlacedFinding[];
  readonly failed: FixedText["failed"];
}

/** Applies the safe fixes in memory, round after round. */
export async function fixpoint(
  input: Input,
  report: Report,
  judge: (input: Input) => Report,
  strict: boolean,
): Promise<Fixpoint> {
  const applied: PlacedFinding[] = [];
  let failed: Fixpoint["failed"] = [];
  for (let round = 0; round < maxRounds && report.findings.some(isFixable); round++) {
    failed = [];
    const byFile = Map.groupBy(report.findings.filter(isFixable), ({ file }) => file);
    let changed = false;
    const files: LoadedFile[] = [];
    for (const file of input.files) {
      if (file.rendering !== undefined) {
        files.push(file);
        continue;
      }
      const before = textOf(file);
      const result = await fixText(before, byFile.get(file.file) ?? []);
      failed = [...failed, ...result.failed];
      applied.push(...result.applied);
      changed ||= result.text !== before;
      files.push(result.text === before ? file : await loadBytes(file, Buffer.from(result.text), strict));
    }
    if (!changed) break;
    input = { ...input, files };
    report = judge(input);
  }
  return { input, report, applied, failed };
}

interface Pair {
  readonly before: LoadedFile;
  readonly after: LoadedFile;
}

export const changedFiles = (before: Input, after: Input): readonly Pair[] =>
  before.files.flatMap((file, index) => {
    const now = after.files[index];
    return now === undefined || now === file ? [] : [{ before: file, after: now }];
  });

/** What the fixes change in a file. */
export const diffOf = ({ before, after }: Pair): string => unifiedDiff(before.file, textOf(before), textOf(after));

const textOf = ({ manifest }: LoadedFile): string => manifest?.source.text ?? "";
const fixes = ({ length }: readonly unknown[]): string => `${length} ${length === 1 ? "fix" : "fixes"}`;
const files = (number: number): string => `${number} ${number === 1 ? "file" : "files"}`;
