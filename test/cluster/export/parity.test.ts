import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportRules } from "../../../policies/cel/exported-rule.ts";
import { defaultConfig, type Config } from "../../../policies/config.ts";
import type { Example, Rule } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { objectsIn } from "../../policies/admission/example-objects.ts";
import { compare, emptyComparison, inForce, summaryOf, today } from "./comparison.ts";
import { emptyTally, stale, unexplained } from "./tally.ts";

const configOf = (rule: Rule, { options, oldest }: Example): Config => ({
  ...defaultConfig,
  rules: options === undefined ? {} : { [rule.id]: { options } },
  kubernetes: oldest === undefined ? defaultConfig.kubernetes : { oldestMinor: Number(oldest.split(".")[1]) },
});

const examples = await Promise.all(
  rules.flatMap((rule) =>
    rule.examples.map(async (one) => ({
      rule,
      one,
      name: `${rule.id}: ${one.name}`,
      objects: await objectsIn("example.yaml", new TextEncoder().encode(one.yaml)),
    })),
  ),
);

const corpus = process.env["GRACEWARDEN_CORPUS"];
const all = exportRules(rules, defaultConfig, today);
const exact = all.filter(({ exported }) => exported.fidelity === "exact");

describe("exported policies on a real API server", () => {
  it("say of every rule's examples what the rules say, or what they are known to miss", async () => {
    const comparison = emptyComparison();
    const { tallies, failed } = comparison;
    await inForce(all, defaultConfig, async (judge) => {
      for (const { name, objects } of examples) await compare(judge, name, objects, defaultConfig, all, comparison);
    });
    // An example with settings of its own is judged by its rule under these, too.
    for (const { rule, one, name, objects } of examples) {
      if (one.options === undefined && one.oldest === undefined) continue;
      const config = configOf(rule, one);
      const exported = exportRules([rule], config, today);
      await inForce(exported, config, (judge) => compare(judge, name, objects, config, exported, comparison));
    }
    const differing = [...tallies].flatMap(([id, { differ }]) => differ.map(({ text }) => `  ${id}: ${text}`));
    console.log([summaryOf(all, comparison), `found by one alone: ${differing.length}`, ...differing].join("\n"));
    expect(failed).toEqual([]);
    expect(exact.flatMap(({ rule }) => tallies.get(rule.id)?.differ ?? [])).toEqual([]);
    expect(all.flatMap((one) => unexplained(one, tallies.get(one.rule.id) ?? emptyTally))).toEqual([]);
    expect(stale(tallies)).toEqual([]);
  }, 600_000);

  it.skipIf(corpus === undefined)(
    "say of a corpus what the exact rules say (skipped where GRACEWARDEN_CORPUS names no folder)",
    async () => {
      const comparison = emptyComparison();
      const { tallies, failed } = comparison;
      const root = corpus ?? "";
      await inForce(all, defaultConfig, async (judge) => {
        for (const file of globSync("**/*.{yaml,yml,json}", { cwd: root })) {
          const objects = await objectsIn(file, readFileSync(join(root, file)));
          await compare(judge, file, objects, defaultConfig, all, comparison);
        }
      });
      const { refused } = comparison;
      console.log(summaryOf(all, { ...comparison, refused: refused.slice(0, 20) }), `of ${refused.length} refused`);
      expect(failed).toEqual([]);
      expect(exact.flatMap(({ rule }) => tallies.get(rule.id)?.differ ?? [])).toEqual([]);
    },
    900_000,
  );
});
