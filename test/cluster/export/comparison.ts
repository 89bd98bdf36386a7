import type { ExportedRule } from "../../../policies/cel/exported-rule.ts";
import { validatingPolicies } from "../../../policies/cel/validating-policy.ts";
import type { Config } from "../../../policies/config.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { withPolicies, type Judge } from "./policies-in-force.ts";
import { settingsIn } from "./settings.ts";
import { shownObjects } from "./shown-object.ts";
import { counted, emptyTally, tableOf, type Tally } from "./tally.ts";
import { now, ourVerdicts, theirVerdicts } from "./verdicts.ts";

export const today = now.toISOString().slice(0, 10);

/**
 * Everything is warned of, so that it can be seen, an expression that fails, too; the policies' names still say what they
 * would do.
 */
function policiesOf(exported: readonly ExportedRule[], config: Config, namespace: string): readonly object[] {
  const settings = settingsIn(namespace, { today, enforcement: config.enforcement });
  return exported
    .flatMap((one) => validatingPolicies(one, settings))
    .map((object) => {
      const { kind, spec } = object as { kind: string; spec: object };
      const seen = kind.endsWith("Binding") ? { validationActions: ["Warn"] } : { failurePolicy: "Fail" };
      return { ...object, spec: { ...spec, ...seen } };
    });
}

/** What has been compared so far. */
export interface Comparison {
  readonly tallies: Map<string, Tally>;
  /** Objects that the API server's own validation refuses, so that no policy sees them. */
  readonly refused: string[];
  /** Objects by kind. */
  readonly asked: Map<string, number>;
  /** Objects of kinds that no policy is about. */
  readonly others: Map<string, number>;
  /** Expressions that failed. */
  readonly failed: string[];
}

export const emptyComparison = (): Comparison => ({
  tallies: new Map(),
  refused: [],
  asked: new Map(),
  others: new Map(),
  failed: [],
});

/** Shows objects, each alone, to the API server and to the rules. `name`: what to call them. */
export async function compare(
  judge: Judge,
  name: string,
  objects: readonly KubernetesObject[],
  config: Config,
  about: readonly ExportedRule[],
  { tallies, refused, asked, others, failed }: Comparison,
): Promise<void> {
  for (const { kind } of objects.filter((one) => shownObjects(one, judge.namespace).length === 0)) count(others, kind);
  for (const { what, path, object } of objects.flatMap((one) => shownObjects(one, judge.namespace))) {
    const { status, body, warnings } = await judge.dryRun(path, object);
    if (status !== 201) {
      refused.push(`${name}, ${what}: ${status} ${String(body["message"]).slice(0, 160)}`);
      continue;
    }
    count(asked, what.split("/")[0] ?? "");
    failed.push(
      ...warnings.filter((text) => text.includes("resulted in error")).map((text) => `${name}, ${what}: ${text}`),
    );
    const ours = ourVerdicts(body, config);
    const theirs = theirVerdicts(warnings, judge.namespace);
    for (const { rule, exported } of about) {
      if (exported.fidelity === "not-exportable") continue;
      const tally = tallies.get(rule.id) ?? emptyTally;
      tallies.set(rule.id, counted(tally, name, what, ours.get(rule.id) ?? "", theirs.get(rule.id) ?? ""));
    }
  }
}

const count = (map: Map<string, number>, key: string): unknown => map.set(key, (map.get(key) ?? 0) + 1);

const listed = (map: ReadonlyMap<string, number>): string =>
  `${[...map.values()].reduce((sum, each) => sum + each, 0)} (${[...map].map(([kind, each]) => `${each} ${kind}`).join(", ")})`;

/** What is printed. */
export const summaryOf = (all: readonly ExportedRule[], { tallies, refused, asked, others }: Comparison): string =>
  [
    `objects compared: ${listed(asked)}`,
    `of kinds that no policy is about: ${listed(others)}`,
    tableOf(all, tallies),
    `refused by the API server's own validation: ${refused.length}`,
    ...refused.map((text) => `  ${text}`),
  ].join("\n");

/** Puts the policies of rules into force in a namespace of its own. */
export const inForce = (
  exported: readonly ExportedRule[],
  config: Config,
  use: (judge: Judge) => Promise<void>,
): Promise<void> => withPolicies((namespace) => policiesOf(exported, config, namespace), use);
