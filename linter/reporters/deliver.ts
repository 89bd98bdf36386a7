import { painter, wantsColor } from "../color.ts";
import { countsAsFailure, type Bar } from "../judging/counts-as-failure.ts";
import type { RenderOptions } from "./render.ts";
import type { Report } from "../judging/report.ts";
import type { ReportTarget } from "./report-targets.ts";
import type { Output, Terminal } from "../terminal.ts";
import { writeReport } from "./write-report.ts";

export interface Delivery extends Bar {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly "no-color": boolean;
}

/** Writes a report in every format that was asked for; the one without a file goes to `output`, if anywhere. */
export async function deliver<F extends string>(
  full: Report,
  targets: readonly ReportTarget<F>[],
  render: (report: Report, format: F, options: RenderOptions) => Promise<string>,
  options: Delivery,
  terminal: Terminal,
  output: Output | undefined,
): Promise<void> {
  const shown = options.quiet ? withoutMinor(full, options) : full;
  const rendering: Omit<RenderOptions, "paint"> = {
    width: Math.max(60, Math.min(terminal.stdout.columns ?? 100, 120)),
    verbose: options.verbose,
    hidden: full.findings.length - shown.findings.length,
    counts: (finding) => countsAsFailure(finding, options),
    now: terminal.now,
  };
  for (const { format, file } of targets) {
    if (file !== undefined) {
      writeReport(file, terminal.cwd, await render(shown, format, { ...rendering, paint: painter(false) }));
    } else if (output !== undefined) {
      const paint = painter(wantsColor(options, terminal, output));
      output.write(await render(shown, format, { ...rendering, paint }));
    }
  }
}

/** With --quiet, a report without what does not count. */
function withoutMinor(report: Report, options: Bar): Report {
  const bar = options["fail-on"] === "off" ? { ...options, "fail-on": "error" as const } : options;
  return { ...report, findings: report.findings.filter((finding) => countsAsFailure(finding, bar)) };
}
