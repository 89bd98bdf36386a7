import { DiagnosticSeverity, type Diagnostic, type DiagnosticRelatedInformation } from "vscode-languageserver";
import { facts } from "../../policies/facts/facts.ts";
import { formatSeconds } from "../../policies/shutdown/interval.ts";
import { printable } from "../color.ts";
import { fileStart, regionOf } from "../judging/positions.ts";
import type { PlacedFinding } from "../judging/report.ts";
import { rangeOf } from "./ranges.ts";

const severities = {
  error: DiagnosticSeverity.Error,
  warn: DiagnosticSeverity.Warning,
  advice: DiagnosticSeverity.Information,
} as const;

/** A finding as editors show it; the rule is the code, and what is documented of it the code's page. */
export function diagnosticOf(finding: PlacedFinding): Diagnostic {
  const { rule, severity, verdict, message, region = fileStart } = finding;
  const [first] = finding.facts;
  const page = first === undefined ? undefined : facts[first].sources[0];
  const related = placesOfTerms(finding);
  return {
    range: rangeOf(region),
    severity: severities[severity],
    code: rule,
    ...(page === undefined ? {} : { codeDescription: { href: page } }),
    source: "gracewarden",
    message: printable(verdict === "undetermined" ? `${message} (undetermined)` : message),
    ...(related.length === 0 ? {} : { relatedInformation: related }),
  };
}

/** Where the numbers of the sum stand, if not where the finding is. */
function placesOfTerms({ evidence, document, objectAt, file, offset }: PlacedFinding): DiagnosticRelatedInformation[] {
  if (document === undefined) return [];
  return evidence.flatMap(({ term, seconds, origin }) => {
    if (origin.at === undefined) return [];
    const span = document.locate([...objectAt, ...origin.at], "key");
    if (span.start === offset) return [];
    const message = printable(`${term} ${formatSeconds(seconds)}: ${origin.text}`);
    return [{ location: { uri: file, range: rangeOf(regionOf(document.source, span)) }, message }];
  });
}

/** What is wrong with a configuration, each at its place; `problem` is what the command line would say. */
export function configDiagnostics(problem: string): readonly Diagnostic[] {
  const [summary = "", ...lines] = problem.split("\n");
  return (lines.length === 0 ? [summary] : lines).map((text) => {
    const [, line = "1", column = "1", message = text.trim()] = /^ .*?:(\d+):(\d+) (.*)$/.exec(text) ?? [];
    const start = { line: Number(line) - 1, character: Number(column) - 1 };
    return { range: { start, end: start }, severity: DiagnosticSeverity.Error, source: "gracewarden", message };
  });
}
