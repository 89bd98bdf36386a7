import { rules } from "../../policies/rules/index.ts";
import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import type { Command } from "../command.ts";
import { chosenConfig, refuseBoth } from "../configuration/load-config.ts";
import type { Terminal } from "../terminal.ts";
import { writeReport } from "../reporters/write-report.ts";

const syntax = defineSyntax({
  command: "gracewarden export",
  summary:
    "Writes the rules as policies that the API server carries out by itself, in CEL, each with how faithful it is. vap: ValidatingAdmissionPolicies for what the rules find; map: MutatingAdmissionPolicies for what the webhook puts into pods that opt in or run the proxy.",
  operands: "vap | map",
  minOperands: 1,
  maxOperands: 1,
  options: {
    list: { text: "List the rules with their fidelity, and what each policy misses or why there is none" },
    rules: { value: "RULE,...", text: "Only these rules" },
    fidelity: {
      value: "FIDELITY",
      choices: ["exact", "approximate"],
      default: "approximate",
      text: "exact leaves out what says less, or more, than the rule itself",
    },
    workloads: { text: "Warn of Deployments, Jobs and the like, too, before their pods are made" },
    namespaces: {
      value: "NAMESPACE,...",
      text: "Where the policies hold; without it everywhere but in gracewarden-system and kube-system",
    },
    name: { value: "PREFIX", default: "gracewarden", text: "What the names of the policies begin with" },
    config: {
      value: "FILE",
      text: "The configuration; without it gracewarden.yaml here or above, up to the repository's root",
    },
    "no-config": { text: "Use no configuration" },
    output: { value: "FILE", short: "o", text: "Where to write; without it stdout" },
  },
  notes: [
    "Severities, options and enforcement come from the configuration: findings are denied only where it says deny, otherwise warned of and audited.",
  ],
});

export type ExportOptions = ReturnType<typeof parseArguments<(typeof syntax)["options"]>>["options"];

async function run(args: readonly string[], { cwd, now, stdout, stderr }: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  const [kind = ""] = positionals;
  refuseBoth(options);
  const { config, notes } = await chosenConfig(options, cwd, rules, now);
  for (const note of notes) stderr.write(`gracewarden: ${note}\n`);
  // Here, since a run of `lint` needs none of the expressions.
  const { exportText } = await import("../export/export-text.ts");
  const text = exportText(kind, { rules, config, options, now, columns: stdout.columns });
  if (options.output === undefined) stdout.write(text);
  else writeReport(options.output, cwd, text);
  return 0;
}

export const command: Command = { syntax, title: "Write the rules as policies of the API server", run };
