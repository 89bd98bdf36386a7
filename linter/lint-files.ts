import { rules } from "../policies/rules/index.ts";
import type { LintOptions } from "./commands/lint.ts";
import { fixAndReport } from "./fix-files.ts";
import { reportJson } from "./reporters/json.ts";
import { reportSarif } from "./reporters/sarif.ts";
import { reportStylish } from "./reporters/stylish.ts";
import { summary } from "./reporters/summary.ts";
import { painter, wantsColor, type Paint } from "./color.ts";
import { lint } from "./lint.ts";
import { loadConfig, noConfig } from "./load-config.ts";
import { readInput, type Input } from "./read-input.ts";
import { isFixable, type PlacedFinding, type Report } from "./report.ts";
import type { Output, Terminal } from "./terminal.ts";
import { withUnwritable } from "./unwritable.ts";

/** The `lint` command once its arguments are read; the result is the exit code. */
export async function lintFiles(paths: readonly string[], options: LintOptions, terminal: Terminal): Promise<number> {
  const { cwd, now } = terminal;
  const loaded = options["no-config"] ? noConfig(cwd) : await loadConfig(options.config, cwd, rules, now);
  for (const note of loaded.notes) terminal.stderr.write(`gracewarden: ${note}\n`);
  const inputOptions = {
    context: options.context,
    strict: options.strict,
    stdinName: options["stdin-filename"] ?? "stdin",
    configFolder: loaded.folder,
  };
  const input = await readInput(paths, inputOptions, terminal);
  const judge = ({ files, context, skipped }: Input): Report => {
    const report = lint({ files, context, rules, config: loaded.config, now });
    return skipped.length === 0
      ? report
      : { ...report, files: { ...report.files, skipped: [...report.files.skipped, ...skipped] } };
  };
  let report = judge(input);
  let reportTo: Output & { readonly columns?: number | undefined } = terminal.stdout;
  const mayChange = report.findings.some(isFixable) || paths.includes("-");
  if (options["fix-dry-run"] || (options.fix && mayChange)) {
    const fixed = await fixAndReport(input, report, judge, { ...inputOptions, write: options.fix }, terminal);
    report = fixed.report;
    if (fixed.usesStdout) reportTo = terminal.stderr;
  }
  if (!(options["fix-dry-run"] && reportTo !== terminal.stdout))
    reportTo.write(await render(await withUnwritable(report), options, terminal, reportTo));
  for (const { rule, object, cause } of report.crashes) {
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    terminal.stderr.write(
      `gracewarden: rule ${rule} crashed on ${object.kind}/${object.name} (${object.file ?? "?"}); this is a defect of gracewarden, please report it\n${reason}\n`,
    );
  }
  if (report.crashes.length > 0) return 2;
  return report.findings.some((finding) => countsAsFailure(finding, options)) ? 1 : 0;
}

const ranks = { advice: 1, warn: 2, error: 3, off: 4 } as const;

function countsAsFailure({ severity, verdict, waived }: PlacedFinding, options: LintOptions): boolean {
  if (waived !== undefined) return false;
  if (verdict === "undetermined") return options["fail-on-undetermined"];
  return ranks[severity] >= ranks[options["fail-on"]];
}

/** With --quiet, a report without what does not count. */
function withoutMinor(report: Report, options: LintOptions): Report {
  const bar = options["fail-on"] === "off" ? { ...options, "fail-on": "error" as const } : options;
  return { ...report, findings: report.findings.filter((finding) => countsAsFailure(finding, bar)) };
}

async function render(full: Report, options: LintOptions, terminal: Terminal, output: Output): Promise<string> {
  const report = options.quiet ? withoutMinor(full, options) : full;
  if (options.format === "json") {
    return reportJson(report);
  }
  if (options.format === "stylish" && report.findings.length === 0) {
    return `${summary(report, { ...stylishOptions(), hidden: full.findings.length }).join("\n")}\n`;
  }
  const { facts } = await import("../policies/facts/facts.ts");
  if (options.format === "sarif") {
    return reportSarif(report, facts);
  }
  return reportStylish(report, { ...stylishOptions(), hidden: full.findings.length - report.findings.length, facts });

  function stylishOptions(): { width: number; paint: Paint; verbose: boolean } {
    const width = Math.max(60, Math.min(terminal.stdout.columns ?? 100, 120));
    return { width, paint: painter(wantsColor(options, terminal, output)), verbose: options.verbose };
  }
}
