import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import { baselineOptions, checkBaselineOptions } from "../judging/baseline-options.ts";
import { programError } from "../errors.ts";
import { refuseBoth } from "../configuration/load-config.ts";
import { lintFiles } from "../lint-files.ts";
import { printConfig } from "../configuration/print-config.ts";
import { formats } from "../reporters/report-targets.ts";
import type { Command } from "../command.ts";
import { failOn } from "../judging/counts-as-failure.ts";
import { renderOptions } from "../sources/render-options.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden lint",
  summary:
    "Judges the shutdown of the pods in manifests: files, folders, globs, packaged charts (.tgz), or - for stdin. Without an argument, the working folder.",
  operands: "[PATH | GLOB | -]...",
  minOperands: 0,
  maxOperands: Infinity,
  options: {
    format: {
      value: "FORMAT[=FILE]",
      suggests: formats,
      repeatable: true,
      text: `How to report: ${formats.join(", ")} (default: stylish); with =FILE into a file, so several in one run`,
    },
    fix: { text: "Apply the safe fixes; with - the fixed text goes to stdout and the report to stderr" },
    "fix-dry-run": { text: "Change nothing, print what --fix would change as a unified diff" },
    "fail-on": { ...failOn, default: "error" },
    "fail-on-undetermined": { text: "Exit with 1 for what cannot be told from the manifests, too" },
    quiet: { text: "Report only what counts for --fail-on (errors where that is off)" },
    verbose: { text: "List every file and object that was skipped, with the reason" },
    config: {
      value: "FILE",
      text: "The configuration; without it gracewarden.yaml here or above, up to the repository's root",
    },
    "no-config": { text: "Use no configuration" },
    "print-config": { text: "Print the configuration as it is understood, and lint nothing" },
    strict: { text: "Judge the syntax of documents that cannot matter too (Secrets, CRDs, YAML of other tools, ...)" },
    context: {
      value: "PATH",
      repeatable: true,
      text: "Read more for relations between objects, without reporting on it: files, and folders of charts and kustomizations as they are rendered",
    },
    "changed-since": {
      value: "REF",
      text: "Report only on files that changed since REF by git; the others are read for relations",
    },
    ...baselineOptions,
    "report-unused-waivers": { text: "Name the waivers, of the configuration and in annotations, that waived nothing" },
    ...renderOptions,
    cache: { text: "Say again what an earlier run said, where no byte that it read has changed" },
    "cache-location": { value: "FOLDER", text: "Where such runs are kept (default: gracewarden in the user's cache)" },
    "stdin-filename": { value: "NAME", text: "What to call stdin in reports and for overrides by path" },
    color: { text: "Use colours" },
    "no-color": { text: "Use no colours; NO_COLOR and FORCE_COLOR are heard as well" },
  },
  notes: [
    "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 the run could not be done. Waived findings never count, undetermined ones only with --fail-on-undetermined.",
    "Fixes are applied where they are safe and the finding is certain and not waived. Comments and layout are kept.",
  ],
});

export type LintOptions = ReturnType<typeof parseArguments<(typeof syntax)["options"]>>["options"];

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  if (options.fix && options["fix-dry-run"]) throw programError("options-exclude", "--fix", "--fix-dry-run");
  refuseBoth(options);
  checkBaselineOptions(options);
  if (options["print-config"]) {
    return printConfig(options, terminal);
  }
  if (options["cache-location"] !== undefined && !options.cache)
    throw programError("option-needs-option", "--cache-location", "--cache");
  if (options.cache) {
    const { cachedRun } = await import("../run-cache.ts");
    return cachedRun(positionals, options, terminal, (recording) => lintFiles(positionals, options, recording));
  }
  return lintFiles(positionals, options, terminal);
}

export const command: Command = { syntax, title: "Judge manifests by their shutdown", run };
