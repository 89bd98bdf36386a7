import { describe, expect, it } from "vitest";
import { exportRules, type ExportedRule } from "../../../policies/cel/exported-rule.ts";
import { validatingPolicies } from "../../../policies/cel/validating-policy.ts";
import { defaultConfig, type Config } from "../../../policies/config.ts";
import type { Example, Rule } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { objectsIn } from "../../policies/admission/example-objects.ts";
import { withPolicies, type Judge } from "./policies-in-force.ts";
import { shownObjects } from "./shown-object.ts";
import { counted, emptyTally, stale, tableOf, unexplained, type Tally } from "./tally.ts";
import { now, ourVerdicts, theirVerdicts } from "./verdicts.ts";

const today = now.toISOString().slice(0, 10);

/**
 * Everything is warned of, so that it can be seen, an expression that fails, too; the policies' names still say what they
 * would do.
 */
function policiesOf(exported: readonly ExportedRule[], config: Config, namespace: string): readonly object[] {
  const settings = {
    name: namespace,
    version: "0.0.0",
    today,
    namespaces: [namespace],
    workloads: true,
    enforcement: config.enforcement,
  };
  return exported
    .flatMap((one) => validatingPolicies(one, settings))
    .map((object) => {
      const { kind, spec } = object as { kind: string; spec: object };
      const seen = kind.endsWith("Binding") ? { validationActions: ["Warn"] } : { failurePolicy: "Fail" };
      return { ...object, spec: { ...spec, ...seen } };
    });
}

interface Comparison {
  readonly tallies: Map<string, Tally>;
  /** Objects that the API server's own validation refuses, so that no policy sees them. */
  readonly refused: string[];
  /** Objects by kind. */
  readonly asked: Map<string, number>;
  /** Expressions that failed. */
  readonly failed: string[];
}

async function compare(
  judge: Judge,
  { example, yaml }: { readonly example: string; readonly yaml: string },
  config: Config,
  about: readonly ExportedRule[],
  { tallies, refused, asked, failed }: Comparison,
): Promise<void> {
  const objects = await objectsIn("example.yaml", new TextEncoder().encode(yaml));
  for (const { what, path, object } of objects.flatMap((one) => shownObjects(one, judge.namespace))) {
    const { status, body, warnings } = await judge.dryRun(path, object);
    if (status !== 201) {
      refused.push(`${example}, ${what}: ${status} ${String(body["message"]).slice(0, 160)}`);
      continue;
    }
    const [kind = ""] = what.split("/");
    asked.set(kind, (asked.get(kind) ?? 0) + 1);
    failed.push(...warnings.filter((text) => text.includes("resulted in error")));
    const ours = ourVerdicts(body, config);
    const theirs = theirVerdicts(warnings, judge.namespace);
    for (const { rule, exported } of about) {
      if (exported.fidelity === "not-exportable") continue;
      const tally = tallies.get(rule.id) ?? emptyTally;
      tallies.set(rule.id, counted(tally, example, what, ours.get(rule.id) ?? "", theirs.get(rule.id) ?? ""));
    }
  }
}

const inForce = (
  exported: readonly ExportedRule[],
  config: Config,
  use: (judge: Judge) => Promise<void>,
): Promise<void> => withPolicies((namespace) => policiesOf(exported, config, namespace), use);

const configOf = (rule: Rule, { options, oldest }: Example): Config => ({
  ...defaultConfig,
  rules: options === undefined ? {} : { [rule.id]: { options } },
  kubernetes: oldest === undefined ? defaultConfig.kubernetes : { oldestMinor: Number(oldest.split(".")[1]) },
});

const examples = rules.flatMap((rule) =>
  rule.examples.map((one) => ({ rule, one, example: `${rule.id}: ${one.name}`, yaml: one.yaml })),
);

describe("exported policies on a real API server", () => {
  it("say of every rule's examples what the rules say, or what they are known to miss", async () => {
    const all = exportRules(rules, defaultConfig, today);
    const comparison: Comparison = { tallies: new Map(), refused: [], asked: new Map(), failed: [] };
    await inForce(all, defaultConfig, async (judge) => {
      for (const each of examples) await compare(judge, each, defaultConfig, all, comparison);
    });
    // An example with settings of its own is judged by its rule under these, too.
    for (const each of examples.filter(({ one }) => one.options !== undefined || one.oldest !== undefined)) {
      const config = configOf(each.rule, each.one);
      const exported = exportRules([each.rule], config, today);
      await inForce(exported, config, (judge) => compare(judge, each, config, exported, comparison));
    }
    const { tallies, refused, asked, failed } = comparison;
    console.log(
      [
        `${[...asked.values()].reduce((sum, count) => sum + count, 0)} objects: ${[...asked].map(([kind, count]) => `${count} ${kind}`).join(", ")}`,
        tableOf(all, tallies),
        "found by one alone:",
        ...[...tallies].flatMap(([id, { differ }]) => differ.map(({ text }) => `  ${id}: ${text}`)),
        "refused by the API server's own validation:",
        ...refused.map((text) => `  ${text}`),
      ].join("\n"),
    );
    expect(failed).toEqual([]);
    const exact = all.filter(({ exported }) => exported.fidelity === "exact");
    expect(exact.flatMap(({ rule }) => tallies.get(rule.id)?.differ ?? [])).toEqual([]);
    expect(all.flatMap((one) => unexplained(one, tallies.get(one.rule.id) ?? emptyTally))).toEqual([]);
    expect(stale(tallies)).toEqual([]);
  }, 600_000);
});
