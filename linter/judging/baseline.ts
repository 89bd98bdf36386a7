import { dirname, resolve } from "node:path";
import { formatPath } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { isRecord } from "../../policies/record.ts";
import type { BaselineChoice } from "./baseline-options.ts";
import { builtin } from "../builtin.ts";
import { programError, systemSentence } from "../errors.ts";
import { shownName } from "../reading/files.ts";
import type { PlacedFinding, Report } from "./report.ts";
import { fingerprints } from "../reporters/fingerprint.ts";
import type { Terminal } from "../terminal.ts";
import { writeReport } from "../reporters/write-report.ts";

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

/** What a run says about its findings, and about those that it does not have. */
export interface Judging {
  /** How the baseline names a finding. */
  readonly nameOf: (finding: PlacedFinding) => Name;
  /** Whether the run would have the finding of an entry, were it still there. */
  readonly covers: (entry: Pick<Entry, "file" | "rule" | "object">) => boolean;
}

interface Name {
  /** Empty for a live object. */
  readonly file: string;
  readonly object: string;
  /** In whose place the finding's object stands: all of one maker's are one entry. */
  readonly maker?: KubernetesObject | undefined;
}

interface Compared {
  /** The report without what is known. */
  readonly report: Report;
  /** Whether entries match nothing any more, and that is not to be. */
  readonly fails: boolean;
}

/** Takes out of a report what the baseline of the options knows, writes it anew where that is asked for, and names what matches nothing any more. Throws a ProgramError for a baseline that cannot be used. */
export function compareWithBaseline(
  report: Report,
  judging: Judging,
  options: BaselineChoice & { readonly baseline: string },
  { cwd, stderr }: Pick<Terminal, "cwd" | "stderr">,
): Compared {
  const file = options.baseline;
  const path = resolve(cwd, file);
  const entries = options["update-baseline"] && !existsSync(path) ? [] : read(path, file);
  const found = new Map<string, PlacedFinding[]>();
  const fingerprint = fingerprints();
  for (const finding of report.findings) {
    const { maker } = judging.nameOf(finding);
    const print = maker === undefined ? fingerprint(finding) : fingerprints()({ ...finding, object: maker });
    if (finding.waived === undefined) found.set(print, [...(found.get(print) ?? []), finding]);
  }
  const isGone = (entry: Entry): boolean => !found.has(entry.fingerprint) && judging.covers(entry);
  const kept = entries.filter((entry) => !isGone(entry));
  if (options["update-baseline"]) {
    const others = kept.filter((entry) => !found.has(entry.fingerprint));
    const now = [...found].flatMap(([print, [finding]]) =>
      finding === undefined ? [] : [entryOf(print, finding, judging.nameOf(finding))],
    );
    writeReport(file, cwd, written([...others, ...now]));
    return { report: withoutKnown(report, new Set([...found.values()].flat())), fails: false };
  }
  if (options["prune-baseline"] && kept.length < entries.length) writeReport(file, cwd, written(kept));
  const known = new Set(entries.flatMap((entry) => found.get(entry.fingerprint) ?? []));
  const stale = options["prune-baseline"] ? [] : entries.filter(isGone);
  for (const { rule, object, path: at, file: where } of stale) {
    const what = [rule, object, at, where === "" ? "" : `in ${where}`].filter(Boolean).join(" ");
    stderr.write(`gracewarden: the baseline ${file} knows what is not there: ${what}\n`);
  }
  if (stale.length > 0)
    stderr.write("gracewarden: --prune-baseline takes such entries out, --allow-stale-baseline lets them be\n");
  return { report: withoutKnown(report, known), fails: stale.length > 0 && !options["allow-stale-baseline"] };
}

/** Of a run over files, by the names of those that it judged. */
export function judgingFiles(linted: readonly string[], baseline: string, cwd: string): Judging {
  const folder = dirname(resolve(cwd, baseline));
  // Relative to the baseline, which lies in the repository, whatever folder the run starts in.
  const nameOf = (shown: string): string => shownName(folder, resolve(cwd, shown));
  const run = new Set(linted.map(nameOf));
  return {
    nameOf: ({ file, object }) => ({
      file: nameOf(file),
      object: object === undefined ? "" : `${object.kind}/${object.name}`,
    }),
    covers: ({ file }) => file !== "" && (run.has(file) || !existsSync(resolve(folder, file))),
  };
}

const withoutKnown = (report: Report, known: ReadonlySet<PlacedFinding>): Report => ({
  ...report,
  findings: report.findings.filter((finding) => !known.has(finding)),
  known: known.size,
});

const entryOf = (fingerprint: string, { rule, at }: PlacedFinding, { file, object }: Name): Entry => ({
  file,
  rule,
  object,
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
