import type { PlacedFinding, Report } from "../judging/report.ts";
import { sentenceOf } from "./sentence.ts";

const commands = { advice: "notice", warn: "warning", error: "error" } as const;

/**
 * The report as workflow commands, which GitHub shows beside the lines of a pull request (ten of each severity a step;
 * the log has them all). What is waived is left out.
 */
export function reportGithub(report: Report): string {
  const lines = report.findings.filter(({ waived }) => waived === undefined).map(annotation);
  for (const { what, refused, rules } of report.cluster?.notEvaluated ?? [])
    lines.push(`::warning title=not evaluated::${escaped([what, refused ?? "left out", ...rules].join("; "))}`);
  return lines.map((line) => `${line}\n`).join("");
}

function annotation(finding: PlacedFinding): string {
  const { severity, verdict, rule, file, region } = finding;
  const properties = {
    ...(region !== undefined && { file, line: region.line, endLine: region.endLine }),
    // Columns are shown only where the region stays on its line.
    ...(region?.line === region?.endLine && region && { col: region.column, endColumn: region.endColumn }),
    title: `${rule}${verdict === "undetermined" ? " (undetermined)" : ""}`,
  };
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapedProperty(String(value))}`);
  const command = verdict === "undetermined" ? "notice" : commands[severity];
  return `::${command} ${written.join(",")}::${escaped(sentenceOf(finding))}`;
}

const escaped = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const escapedProperty = (text: string): string => escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
