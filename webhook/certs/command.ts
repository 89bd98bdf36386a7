import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "../../linter/command-line/command.ts";
import type { Terminal } from "../terminal.ts";
import { certsError } from "./errors.ts";
import { connect } from "./kubernetes.ts";
import { readOptions, syntax, type Options } from "./options.ts";
import type { Action } from "./plan.ts";
import { reconcile } from "./reconcile.ts";
import type { State } from "./state.ts";

type CertsTerminal = Pick<Terminal, "stdout" | "stderr" | "env" | "now">;

/**
 * `gracewarden-webhook certs`: makes and rotates the certificates of the webhook, once, and ends.
 *
 * What its ServiceAccount must be allowed to, and no more:
 *
 * - Role in the namespace: `secrets`, verb `create` (a name cannot be given for it); `secrets`, verbs `get`, `patch`,
 *   resourceNames: the two Secrets (`gracewarden-webhook-tls`, `gracewarden-webhook-ca`).
 * - ClusterRole: `mutatingwebhookconfigurations` and `validatingwebhookconfigurations` of `admissionregistration.k8s.io`,
 *   verbs `get`, `patch`, resourceNames: the configurations that are named.
 *
 * Result: 0 all in order, 1 it could not be done, 2 wrong usage.
 */
async function run(args: readonly string[], terminal: CertsTerminal): Promise<number> {
  await bringIntoOrder(readOptions(args), terminal);
  return 0;
}

export const command: Command<CertsTerminal> = { syntax, run };

async function bringIntoOrder(options: Options, terminal: CertsTerminal): Promise<void> {
  const { service, names, configurations, allowMissingConfigurations, settings } = options;
  const connection = await connect(terminal.env);
  const namespace = options.namespace ?? connection.namespace;
  if (namespace === undefined) throw certsError("usage", "the kubeconfig has no namespace: give --namespace");
  const host = `${service}.${namespace}.svc`;
  const state = await reconcile({
    cluster: connection.open(namespace),
    names,
    configurations,
    allowMissingConfigurations,
    settings: { ...settings, dnsNames: [host, `${host}.cluster.local`] },
    now: () => terminal.now(),
    sleep: (seconds) => wait(seconds * 1000),
    report: (action) => terminal.stdout.write(`${headOf(action)}: ${action.why}\n`),
  });
  terminal.stdout.write(`${summary(state)}\n`);
}

function headOf(action: Action): string {
  if (action.do === "trust") return `wrote the caBundle of ${action.configuration.kind} ${action.configuration.name}`;
  return { "make-authority": "made a CA", "serve-leaf": "made a leaf", publish: "wrote the bundle beside the leaf" }[
    action.do
  ];
}

const minuteOf = (date: Date): string => date.toISOString().slice(0, 16);

function summary({ signing, leaf, published, configurations }: State): string {
  if (signing.is !== "usable" || leaf.is !== "usable") throw new Error("nothing left to do, but nothing to serve");
  const trusted = configurations.length === 0 ? "no configuration is there yet" : "trusted by every configuration";
  const overlap = published.authorities.length > 1 ? ", an old CA beside it until the overlap is over" : "";
  return `in order: leaf until ${minuteOf(leaf.value.notAfter)}, CA until ${minuteOf(signing.value.notAfter)}, ${trusted}${overlap}`;
}
