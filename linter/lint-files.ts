import type { LintOptions } from "./commands/lint.ts";
import { fixAndReport } from "./fixing/fix-files.ts";
import { countsAsFailure } from "./judging/counts-as-failure.ts";
import { deliver } from "./reporters/deliver.ts";
import { judgeInput } from "./judging/judge-input.ts";
import { openRun } from "./open-run.ts";
import type { Input } from "./reading/read-input.ts";
import { render } from "./reporters/render.ts";
import { isFixable, type Report } from "./judging/report.ts";
import { formats, reportTargets } from "./reporters/report-targets.ts";
import { tellCrashes } from "./reporters/tell-crashes.ts";
import type { Output, Terminal } from "./terminal.ts";
import { withUnwritable } from "./fixing/unwritable.ts";

/** The `lint` command once its arguments are read; the result is the exit code. */
export async function lintFiles(paths: readonly string[], options: LintOptions, terminal: Terminal): Promise<number> {
  const { cwd, now } = terminal;
  const targets = reportTargets(options.format, formats);
  const { loaded, inputOptions, progress, ...run } = await openRun(paths, options, terminal);
  let { input } = run;
  const ref = options["changed-since"];
  if (ref !== undefined) input = (await import("./reading/changed-files.ts")).onlyChanged(input, ref, terminal);
  const judge = (read: Input): Report => judgeInput(read, loaded.config, now);
  let report = judge(input);
  progress.clear();
  let reportTo: Output = terminal.stdout;
  const mayChange = report.findings.some(isFixable) || paths.includes("-");
  if (options["fix-dry-run"] || (options.fix && mayChange)) {
    const fixed = await fixAndReport(input, report, judge, { ...inputOptions, write: options.fix }, terminal);
    report = fixed.report;
    if (fixed.usesStdout) reportTo = terminal.stderr;
  }
  if (options["report-unused-waivers"]) {
    const { unusedWaivers } = await import("./judging/unused-waivers.ts");
    for (const text of unusedWaivers(report, input.files, loaded.config, now))
      terminal.stderr.write(`gracewarden: ${text}\n`);
  }
  let isStale = false;
  const { baseline } = options;
  if (baseline !== undefined) {
    const { compareWithBaseline, judgingFiles } = await import("./judging/baseline.ts");
    const judging = judgingFiles(
      input.files.map(({ file }) => file),
      baseline,
      cwd,
    );
    // What could not be rendered has findings that nobody saw.
    const unchanged = input.failed && { "update-baseline": false, "prune-baseline": false };
    ({ report, fails: isStale } = compareWithBaseline(
      report,
      judging,
      { ...options, baseline, ...unchanged },
      terminal,
    ));
  }
  const isPrinted = !(options["fix-dry-run"] && reportTo !== terminal.stdout);
  await deliver(await withUnwritable(report), targets, render, options, terminal, isPrinted ? reportTo : undefined);
  tellCrashes(report, terminal);
  if (report.crashes.length > 0 || input.failed) return 2;
  if (isStale) return 1;
  return report.findings.some((finding) => countsAsFailure(finding, options)) ? 1 : 0;
}
