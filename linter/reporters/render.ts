import type { PlacedFinding, Report } from "../judging/report.ts";
import type { Format } from "./report-targets.ts";
import { reportJson } from "./json.ts";
import { reportStylish } from "./stylish.ts";
import { summary, type SummaryOptions } from "./summary.ts";

export interface RenderOptions extends SummaryOptions {
  /** Whether a finding makes the exit code 1. */
  readonly counts: (finding: PlacedFinding) => boolean;
  readonly now: Date;
}

/** The text of a report. What a run on a terminal does not need is loaded when it is asked for. */
export async function render(report: Report, format: Format, options: RenderOptions): Promise<string> {
  switch (format) {
    case "stylish": {
      if (report.findings.length === 0) return `${summary(report, options).join("\n")}\n`;
      const { facts } = await import("../../policies/facts/facts.ts");
      return reportStylish(report, { ...options, facts });
    }
    case "json":
      return reportJson(report);
    case "sarif": {
      const [{ reportSarif }, { facts }] = await Promise.all([
        import("./sarif.ts"),
        import("../../policies/facts/facts.ts"),
      ]);
      return reportSarif(report, facts);
    }
    case "junit":
      return (await import("./junit.ts")).reportJunit(report, options);
    case "github":
      return (await import("./github.ts")).reportGithub(report);
    case "gitlab":
      return (await import("./gitlab.ts")).reportGitlab(report);
    case "checkstyle":
      return (await import("./checkstyle.ts")).reportCheckstyle(report);
  }
}
