import { objectSet } from "../policies/pods/object-set.ts";
import { painter } from "./color.ts";
import type { ReportOptions } from "./commands/report.ts";
import { countsAsFailure } from "./judging/counts-as-failure.ts";
import { changedFiles, diffOf, fixpoint } from "./fixing/fix-files.ts";
import { judgeInput } from "./judging/judge-input.ts";
import type { LoadedConfig } from "./configuration/load-config.ts";
import { openRun } from "./open-run.ts";
import { configText } from "./configuration/print-config.ts";
import type { LoadedFile, PlacedObject } from "./reading/load.ts";
import { placeInDocument } from "./judging/placement.ts";
import type { Input } from "./reading/read-input.ts";
import { render } from "./reporters/render.ts";
import { placeOf, type Report } from "./judging/report.ts";
import { amount } from "./reporters/summary.ts";
import { tellCrashes } from "./reporters/tell-crashes.ts";
import type { Terminal } from "./terminal.ts";
import { withUnwritable } from "./fixing/unwritable.ts";
import { writeReport } from "./reporters/write-report.ts";
import type { ReviewedObject } from "./review/reviewed-object.ts";

/** The `report` command once its arguments are read; the result is the exit code. */
export async function reviewFiles(
  paths: readonly string[],
  options: ReportOptions,
  terminal: Terminal,
): Promise<number> {
  const { cwd, now, stdout } = terminal;
  const { loaded, input, progress } = await openRun(paths, options, terminal);
  const report = await withUnwritable(judgeInput(input, loaded.config, now));
  const bar = { "fail-on": options["fail-on"], "fail-on-undetermined": false };
  const failing = report.findings.some((finding) => countsAsFailure(finding, bar));
  progress.tell(() => `writing: ${amount(report.findings.length, "finding", "findings")}`);
  const text = await textOf(paths, input, report, loaded, options, now);
  progress.clear();
  if (options.output === undefined) stdout.write(text);
  else writeReport(options.output, cwd, text);
  tellCrashes(report, terminal);
  if (report.crashes.length > 0 || input.failed) return 2;
  return failing ? 1 : 0;
}

async function textOf(
  paths: readonly string[],
  input: Input,
  report: Report,
  loaded: LoadedConfig,
  options: ReportOptions,
  now: Date,
): Promise<string> {
  const { format } = options;
  if (format === "sarif" || format === "json")
    return render(report, format, {
      width: 100,
      paint: painter(false),
      verbose: false,
      hidden: 0,
      counts: () => false,
      now,
    });
  const { config, file, bytes } = loaded;
  const fixed = await fixpoint(input, report, (read) => judgeInput(read, config, now), options.strict);
  // Here, since no other command needs it.
  const { renderReview } = await import("./review/render-review.ts");
  return renderReview(format, {
    scope: { kind: "files", paths: paths.length === 0 ? ["."] : paths, context: options.context },
    objects: input.files.flatMap((read) => read.objects.map((one) => reviewedObject(read, one))),
    set: objectSet([...input.files, ...input.context].flatMap((read) => read.objects.map(({ object }) => object))),
    report,
    config,
    configFile: file,
    configBytes: bytes,
    settings: configText(config),
    patches: changedFiles(input, fixed.input).map((pair) => ({
      place: pair.before.file,
      language: "diff",
      text: diffOf(pair),
    })),
    notPatched: fixed.failed.map(
      ({ finding, cause }) =>
        `${placeOf(finding)} ${finding.rule}: ${cause instanceof Error ? cause.message : String(cause)}`,
    ),
    now,
  });
}

const reviewedObject = (read: LoadedFile, { object, document, at: objectAt }: PlacedObject): ReviewedObject => ({
  object,
  placeAt: (at) => placeOf(placeInDocument(read, document, [...objectAt, ...at])),
});
