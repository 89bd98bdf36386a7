import { presetNames } from "../../policies/config.ts";
import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import type { Command } from "../command.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden init",
  summary:
    "Looks through the working folder and writes a gracewarden.yaml that fits what it finds; on request also what lints it before a commit and in CI. Nothing that is there is written over.",
  operands: "",
  minOperands: 0,
  maxOperands: 0,
  options: {
    preset: {
      value: "PRESET",
      choices: presetNames,
      default: "recommended",
      text: "What to begin with: strict raises each severity by one, security keeps the rules about signals and isolation",
    },
    "pre-commit": { text: "Write .pre-commit-config.yaml" },
    github: { text: "Write .github/workflows/gracewarden.yml" },
    gitlab: { text: "Write .gitlab/gracewarden.yml, to be included in .gitlab-ci.yml" },
    baseline: { text: "Write gracewarden-baseline.json, so that only new findings count" },
    schema: {
      value: "FILE",
      text: "Write the JSON schema of the configuration, for editors, and name it in gracewarden.yaml",
    },
    repository: {
      value: "URL",
      text: "Where you keep gracewarden, for the snippets: https://github.com/OWNER/gracewarden, or any git address",
    },
    "dry-run": { text: "Write nothing, print what would be written" },
    force: { text: "Write over files of gracewarden's own that are there" },
    "print-schema": { text: "Print the JSON schema of gracewarden.yaml, and do nothing else" },
  },
  notes: [
    "Exit codes: 0 written (findings do not count here), 2 something is in the way: then nothing is written.",
    "A .pre-commit-config.yaml that is there is yours: what belongs into it is printed, --force or not.",
  ],
});

export type InitOptions = ReturnType<typeof parseArguments<(typeof syntax)["options"]>>["options"];

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options } = parseArguments(syntax, args);
  // Here, since no other command needs it.
  const { init, printSchema } = await import("../init/init.ts");
  return options["print-schema"] ? printSchema(terminal) : init(options, terminal);
}

export const command: Command = { syntax, title: "Write a configuration, and the CI that uses it", run };
