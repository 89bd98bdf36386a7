import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import { baselineOptions, checkBaselineOptions } from "../judging/baseline-options.ts";
import { auditCluster, auditFormats } from "../audit-cluster.ts";
import type { Command } from "../command.ts";
import { failOn } from "../judging/counts-as-failure.ts";
import { refuseBoth } from "../configuration/load-config.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden audit",
  summary:
    "Judges what runs in a cluster by the same rules as lint, and finds the pods that the webhook would have changed or refused but never saw. It only reads.",
  operands: "",
  minOperands: 0,
  maxOperands: 0,
  options: {
    context: { value: "NAME", text: "The context of the kubeconfig (default: its current one)" },
    kubeconfig: {
      value: "FILE",
      text: "The kubeconfig, whose credential plugin is run; without it KUBECONFIG, ~/.kube/config, or in a pod its ServiceAccount",
    },
    namespace: {
      value: "NAME",
      short: "n",
      repeatable: true,
      text: "Audit these namespaces only (default: all); of what belongs to none, mutation policies are judged",
    },
    selector: {
      value: "LABELS",
      short: "l",
      text: "Audit workloads with these labels only, as kubectl takes them; the rest is read for relations",
    },
    without: {
      value: "KIND",
      repeatable: true,
      text: "Do not read a kind, as ingresses.networking.k8s.io; the rules that need it are named as not evaluated",
    },
    format: {
      value: "FORMAT[=FILE]",
      suggests: auditFormats,
      repeatable: true,
      text: `How to report: ${auditFormats.join(", ")} (default: stylish); with =FILE into a file, so several in one run; html, markdown and openreports are what \`report\` writes of files`,
    },
    "fail-on": { ...failOn, default: "error" },
    "fail-on-undetermined": { text: "Exit with 1 for what cannot be told from the objects, too" },
    ...baselineOptions,
    quiet: {
      text: "Report only what counts for --fail-on (errors where that is off); html, markdown and openreports hold everything",
    },
    verbose: { text: "Show the API server's words for every kind that it refuses" },
    config: {
      value: "FILE",
      text: "The configuration, the webhook's too; without it gracewarden.yaml here or above, up to the repository's root",
    },
    "no-config": { text: "Use no configuration" },
    color: { text: "Use colours" },
    "no-color": { text: "Use no colours; NO_COLOR and FORCE_COLOR are heard as well" },
  },
  notes: [
    "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 the audit could not be done, or not in full: a kind that the API server refuses to list is named with the right that is missing, what was read is reported, and the exit code is 2. --without KIND does without it and keeps the exit code.",
    "Pods, ReplicaSets and Jobs are judged once, as what made them. A template is judged as it stands; what the webhook adds is in the pods alone. deploy/audit.yaml has a ServiceAccount that may read what is read here and nothing else.",
  ],
});

export type AuditOptions = ReturnType<typeof parseArguments<(typeof syntax)["options"]>>["options"];

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options } = parseArguments(syntax, args);
  refuseBoth(options);
  checkBaselineOptions(options);
  return auditCluster(options, terminal);
}

export const command: Command = { syntax, title: "Judge what runs in a cluster", run };
