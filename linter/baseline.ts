import { dirname, relative, resolve, sep } from "node:path";
import { formatPath } from "../policies/path.ts";
import { isRecord } from "../policies/record.ts";
import { builtin } from "./builtin.ts";
import { programError, systemSentence } from "./errors.ts";
import type { PlacedFinding, Report } from "./report.ts";
import { fingerprints } from "./reporters/fingerprint.ts";
import { writeReport } from "./write-report.ts";

const { existsSync, readFileSync } = builtin("node:fs");

/** The format that this program writes; it reads no other. */
const version = 1;

/** A finding that is known. The fingerprint decides; the rest is for those who read the file or its diff. */
interface Entry {
  readonly file: string;
  readonly rule: string;
  readonly object: string;
  readonly path: string;
  readonly fingerprint: string;
}

export interface BaselineOptions {
  /** As the user named it. */
  readonly file: string;
  readonly cwd: string;
  /** The files of this run: what stands in others cannot be judged. */
  readonly linted: readonly string[];
  readonly change: "none" | "update" | "prune";
}

interface Compared {
  /** The report without what is known. */
  readonly report: Report;
  /** Entries that match nothing any more, as sentences name them. */
  readonly stale: readonly string[];
}

/** Takes out of a report what the baseline knows, and writes the baseline anew where that is asked for. Throws a ProgramError for a baseline that cannot be used. */
export function compareWithBaseline(report: Report, { file, cwd, linted, change }: BaselineOptions): Compared {
  const path = resolve(cwd, file);
  // Relative to the baseline, which lies in the repository, whatever folder the run starts in.
  const nameOf = (shown: string): string => relative(dirname(path), resolve(cwd, shown)).split(sep).join("/");
  const entries = change === "update" && !existsSync(path) ? [] : read(path, file);
  const found = new Map<string, PlacedFinding>();
  const fingerprint = fingerprints();
  for (const finding of report.findings) {
    const print = fingerprint(finding);
    if (finding.waived === undefined) found.set(print, finding);
  }
  const run = new Set(linted.map(nameOf));
  const isGone = (entry: Entry): boolean =>
    !found.has(entry.fingerprint) && (run.has(entry.file) || !existsSync(resolve(dirname(path), entry.file)));
  const kept = entries.filter((entry) => !isGone(entry));
  if (change === "update") {
    const others = kept.filter((entry) => !found.has(entry.fingerprint));
    const now = [...found].map(([print, finding]) => entryOf(print, finding, nameOf(finding.file)));
    writeReport(file, cwd, written([...others, ...now]));
    return { report: withoutKnown(report, new Set(found.values())), stale: [] };
  }
  if (change === "prune" && kept.length < entries.length) writeReport(file, cwd, written(kept));
  const known = new Set(
    entries.flatMap((entry) => {
      const finding = found.get(entry.fingerprint);
      return finding === undefined ? [] : [finding];
    }),
  );
  const stale = change === "prune" ? [] : entries.filter(isGone);
  return {
    report: withoutKnown(report, known),
    stale: stale.map((entry) => [entry.rule, entry.object, entry.path, `in ${entry.file}`].filter(Boolean).join(" ")),
  };
}

const withoutKnown = (report: Report, known: ReadonlySet<PlacedFinding>): Report => ({
  ...report,
  findings: report.findings.filter((finding) => !known.has(finding)),
  known: known.size,
});

const entryOf = (fingerprint: string, { rule, object, at }: PlacedFinding, file: string): Entry => ({
  file,
  rule,
  object: object === undefined ? "" : `${object.kind}/${object.name}`,
  path: formatPath(at),
  fingerprint,
});

/** One entry a line, in one order whatever the run found first: a diff shows what came and what went. */
function written(entries: readonly Entry[]): string {
  const lines = entries
    .map(({ file, rule, object, path, fingerprint }) => JSON.stringify({ file, rule, object, path, fingerprint }))
    .toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  const list = lines.length === 0 ? "[]" : `[\n    ${lines.join(",\n    ")}\n  ]`;
  return `{\n  "gracewardenBaseline": ${version},\n  "findings": ${list}\n}\n`;
}

function read(path: string, file: string): readonly Entry[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw programError(
      "unusable-baseline",
      file,
      missing ? "does not exist: make it with --update-baseline" : systemSentence(cause),
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw programError("unusable-baseline", file, "is not JSON: restore it, or delete it and use --update-baseline");
  }
  const format = isRecord(value) ? value["gracewardenBaseline"] : undefined;
  if (typeof format === "number" && format > version)
    throw programError(
      "unusable-baseline",
      file,
      `was written by a newer gracewarden (format ${format}, this one reads ${version}): update gracewarden`,
    );
  const findings = isRecord(value) && format === version ? value["findings"] : undefined;
  if (!Array.isArray(findings) || !findings.every(isEntry))
    throw programError(
      "unusable-baseline",
      file,
      "is no baseline of gracewarden: restore it, or delete it and use --update-baseline",
    );
  return findings;
}

const isEntry = (value: unknown): value is Entry =>
  isRecord(value) && ["file", "rule", "object", "path", "fingerprint"].every((key) => typeof value[key] === "string");
