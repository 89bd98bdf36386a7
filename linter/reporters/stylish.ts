import type { Fix } from "../../policies/edit.ts";
import type { Fact } from "../../policies/facts/fact.ts";
import type { FactId } from "../../policies/facts/facts.ts";
import { formatPath } from "../../policies/path.ts";
import { printable, type Paint, type Style } from "../color.ts";
import { isFixable, type PlacedFinding, type Report } from "../judging/report.ts";
import { hang, wrap } from "../command-line/wrap.ts";
import { budgetLines } from "./budget.ts";
import { codeFrame } from "./code-frame.ts";
import { subjectOf } from "./subject.ts";
import { summary } from "./summary.ts";

export interface StylishOptions {
  readonly width: number;
  readonly paint: Paint;
  /** Lists what was skipped, a line each. */
  readonly verbose: boolean;
  /** How many findings are left out by --quiet. */
  readonly hidden: number;
  readonly facts: Readonly<Record<FactId, Fact>>;
}

const severityStyle: Readonly<Record<PlacedFinding["severity"], Style>> = {
  error: "red",
  warn: "yellow",
  advice: "cyan",
};

/** The report for a terminal: findings by file with code frame, sum, reason and fix, then a summary. */
export function reportStylish(report: Report, options: StylishOptions): string {
  const { paint } = options;
  const told = new Set<FactId>();
  const parts: string[] = [];
  let file: string | undefined;
  for (const finding of report.findings) {
    if (finding.waived !== undefined) continue;
    if (finding.file !== file) {
      file = finding.file;
      parts.push(paint(["bold", "underline"], printable(file)), "");
    }
    parts.push(...findingLines(finding, told, options), "");
  }
  return `${[...parts, ...summary(report, options)].join("\n")}\n`;
}

function findingLines(finding: PlacedFinding, told: Set<FactId>, options: StylishOptions): string[] {
  const { width, paint } = options;
  const { severity, verdict } = finding;
  const place = placeWords(finding);
  const level = verdict === "undetermined" ? `${severity} (undetermined)` : severity;
  const left = width - place.join().length - level.length - finding.rule.length - 8;
  const head = [
    ...place.map((text) => paint("dim", text)),
    paint(severityStyle[severity], level),
    paint("bold", finding.rule),
    paint("dim", cut(printable(subjectOf(finding)), left)),
  ];
  const indent = "    ";
  const room = width - indent.length;
  const frame = whereabouts(finding, room, paint);
  const budget = budgetLines(finding, room - 2, paint).map((line) => `  ${line}`);
  const body = [
    ...wrap(printable(finding.message), room).split("\n"),
    ...(frame.length > 0 ? ["", ...frame] : []),
    ...(budget.length > 0 ? ["", ...budget] : []),
    ...remarks(finding, told, options, room),
  ];
  return [`  ${head.join("  ").trimEnd()}`, ...body.map((line) => (line === "" ? "" : `${indent}${line}`))];
}

/** What stands before a finding, under the name of its file. */
function placeWords({ region, rendered }: PlacedFinding): readonly string[] {
  if (region === undefined) return [];
  switch (rendered?.precision) {
    case "near":
      return [`near ${region.line}`];
    case "file":
      return ["rendered"];
    default:
      return [`${region.line}:${region.column}`];
  }
}

/** The line with a mark, or of a live object the path. */
function whereabouts(
  { region, rendered, source, offset, at }: PlacedFinding,
  room: number,
  paint: Paint,
): readonly string[] {
  if (region === undefined) return at.length === 0 ? [] : [paint("dim", `at ${printable(formatPath(at))}`)];
  if (source === undefined || source.text === "") return [];
  if (rendered === undefined) return codeFrame(source, offset, region, room, paint);
  const caption = paint("dim", `as rendered by ${printable(rendered.command)}:`);
  return [caption, ...codeFrame(source, offset, rendered.region, room, paint)];
}

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** The reason, told once in full and by its id from then on, and the fix. */
function remarks(finding: PlacedFinding, told: Set<FactId>, { paint, facts }: StylishOptions, room: number): string[] {
  const lines: string[] = [];
  const remark = (label: string, text: string): void => {
    lines.push(...`${paint("dim", label.padEnd(5))}${hang(wrap(text, room - 5), "     ")}`.split("\n"));
  };
  const [id] = finding.facts;
  if (id !== undefined) {
    const fact = facts[id];
    if (told.has(id)) remark("why", `${fact.ref} ${id}, see above`);
    else {
      told.add(id);
      remark("why", fact.statement);
      lines.push(`     ${paint("dim", `${fact.ref} ${id}`)} ${paint("blue", fact.sources[0] ?? "")}`);
    }
  }
  if (finding.fix !== undefined) {
    remark("fix", printable(`${finding.fix.title}${whoFixes(finding, finding.fix)}`));
  }
  return lines.length > 0 ? ["", ...lines] : lines;
}

function whoFixes(finding: PlacedFinding, { safe }: Fix): string {
  if (isFixable(finding)) return " (--fix)";
  if (finding.unwritable !== undefined) return ` (by hand: ${finding.unwritable})`;
  return safe ? "" : " (yours to judge: not applied by --fix)";
}
