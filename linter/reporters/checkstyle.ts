import type { PlacedFinding, Report } from "../judging/report.ts";
import { sentenceOf } from "./sentence.ts";
import { element, xmlHeader } from "./xml.ts";

const severities = { advice: "info", warn: "warning", error: "error" } as const;

/** The report as Checkstyle XML: what many editors and CI plugins read. It knows no suppression, so what is waived is left out. */
export function reportCheckstyle(report: Report): string {
  const byFile = Map.groupBy(
    report.findings.filter(({ waived }) => waived === undefined),
    ({ file }) => file,
  );
  const files = [...byFile].map(([name, findings]) => element("file", { name }, findings.map(errorElement)));
  return `${xmlHeader}\n${element("checkstyle", { version: "10.0" }, files)}\n`;
}

function errorElement(finding: PlacedFinding): string {
  const { region, severity, verdict, rule } = finding;
  return element("error", {
    ...(region !== undefined && { line: region.line, column: region.column }),
    severity: verdict === "undetermined" ? "info" : severities[severity],
    message: sentenceOf(finding),
    source: `gracewarden.${rule}`,
  });
}
