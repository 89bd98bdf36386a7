import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import type { Command } from "../command.ts";
import { failOn } from "../judging/counts-as-failure.ts";
import { refuseBoth } from "../configuration/load-config.ts";
import { reviewFormats } from "../review/review-format.ts";
import { reviewFiles } from "../review-files.ts";
import { renderOptions } from "../sources/render-options.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden report",
  summary:
    "Writes what a review asks for: findings with their evidence, what was not evaluated, the clock and the signal paths of each workload, waivers, patches and controls.",
  operands: "[PATH | GLOB | -]...",
  minOperands: 0,
  maxOperands: Infinity,
  options: {
    format: {
      value: "FORMAT",
      choices: [...reviewFormats, "sarif", "json"],
      default: "html",
      text: "html is one page that needs no network and no script; openreports is YAML for openreports.io/v1alpha1",
    },
    output: { value: "FILE", short: "o", text: "Where to write it; without it stdout" },
    "fail-on": { ...failOn, default: "off" },
    config: {
      value: "FILE",
      text: "The configuration; without it gracewarden.yaml here or above, up to the repository's root",
    },
    "no-config": { text: "Use no configuration" },
    strict: { text: "Judge the syntax of documents that cannot matter too (Secrets, CRDs, YAML of other tools, ...)" },
    context: {
      value: "PATH",
      repeatable: true,
      text: "Read more for relations between objects, without reporting on it: files, and folders of charts and kustomizations as they are rendered",
    },
    ...renderOptions,
    "stdin-filename": { value: "NAME", text: "What to call stdin in reports and for overrides by path" },
  },
  notes: [
    "Exit codes: 0 the report was written, 1 findings at or above --fail-on, 2 the report could not be made or a rule crashed.",
  ],
});

export type ReportOptions = ReturnType<typeof parseArguments<(typeof syntax)["options"]>>["options"];

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  refuseBoth(options);
  return reviewFiles(positionals, options, terminal);
}

export const command: Command = { syntax, title: "Write a report for a security review", run };
