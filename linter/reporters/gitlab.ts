import type { Report } from "../judging/report.ts";
import { fingerprints } from "./fingerprint.ts";
import { sentenceOf } from "./sentence.ts";

const severities = { advice: "minor", warn: "major", error: "critical" } as const;

/** The report as GitLab's Code Quality artifact. It knows no suppression and nothing without a line, so what is waived and live objects are left out. */
export function reportGitlab(report: Report): string {
  const fingerprint = fingerprints();
  const issues = report.findings
    // The fingerprint counts what is said twice, so it sees every finding.
    .map((finding) => ({ finding, print: fingerprint(finding) }))
    .flatMap(({ finding, print }) => {
      const { region, waived } = finding;
      if (waived !== undefined || region === undefined) return [];
      return {
        description: sentenceOf(finding),
        check_name: finding.rule,
        fingerprint: print,
        severity: finding.verdict === "undetermined" ? "info" : severities[finding.severity],
        location: { path: finding.file, lines: { begin: region.line, end: region.endLine } },
      };
    });
  return `${JSON.stringify(issues, null, 2)}\n`;
}
