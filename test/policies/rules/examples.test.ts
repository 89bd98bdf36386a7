import { PodSpec } from "kubernetes-models/v1/PodSpec";
import { describe, expect, it } from "vitest";
import { defaultConfig, type Config } from "../../../policies/config.ts";
import { applyEdits } from "../../../policies/edit.ts";
import { readManifest } from "../../../policies/manifests/manifest.ts";
import { formatPath, valueAt } from "../../../policies/path.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";
import type { Example, Rule } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { run, type Finding } from "../../../policies/run.ts";

const now = new Date("2026-11-22T12:00:00Z");
const ruleIds = rules.map(({ id }) => id);

async function objectsOf(example: Example): Promise<KubernetesObject[]> {
  const manifest = await readManifest("example.yaml", new TextEncoder().encode(example.yaml));
  expect(manifest.problems).toEqual([]);
  return manifest.documents.flatMap(({ value }) =>
    readObjects(value, "example.yaml").objects.map(({ object }) => object),
  );
}

/** Judges by the one rule; the others are there by name only, for waivers that name them. */
function judge(rule: Rule, example: Example, objects: readonly KubernetesObject[]): readonly Finding[] {
  const off = Object.fromEntries(
    ruleIds.filter((id) => id !== rule.id).map((id) => [id, { severity: "off" as const }]),
  );
  const config: Config = {
    ...defaultConfig,
    rules: { ...off, [rule.id]: { options: example.options ?? {} } },
    kubernetes: { oldestMinor: example.oldest === undefined ? 33 : Number(example.oldest.split(".")[1]) },
  };
  const { findings, crashes } = run(objectSet(objects), objects, rules, config, now);
  expect(crashes.map(({ cause }) => cause)).toEqual([]);
  return findings;
}

function describeFinding(finding: Finding, first: KubernetesObject | undefined): string {
  const { object } = finding;
  const where = object === first ? "" : `${object.kind}/${object.name}: `;
  return `${finding.verdict === "undetermined" ? "? " : ""}${where}${formatPath(finding.at)}`;
}

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  it.each(rule.examples.map((example) => [example.name, example] as const))("%s", async (_name, example) => {
    const objects = await objectsOf(example);
    const findings = judge(rule, example, objects);
    expect(findings.map((finding) => describeFinding(finding, objects[0])).toSorted()).toEqual(
      [...(example.reports ?? [])].toSorted(),
    );

    for (const finding of findings) expectReadable(finding);

    // Each safe fix leaves nothing for its rule to report there, and a pod that is still valid.
    for (const { object, fix, at } of findings) {
      if (fix === undefined || !fix.safe) continue;
      const [fixed] = readObjects(applyEdits(object.value, fix.edits), object.file).objects;
      if (fixed === undefined) throw new Error("the fix left no object");
      const after = objects.map((other) => (other === object ? fixed.object : other));
      const left = judge(rule, example, after).filter(
        (finding) => finding.object === fixed.object && finding.verdict === "fail",
      );
      expect(left.map((finding) => formatPath(finding.at))).not.toContain(formatPath(at));
      for (const pod of objectSet([fixed.object]).podsIn(fixed.object)) {
        new PodSpec(valueAt(fixed.object.value, pod.at) as ConstructorParameters<typeof PodSpec>[0]).validate();
      }
    }
  });

  it("has an example that it reports and one that it does not", () => {
    expect(rule.examples.some(({ reports = [] }) => reports.length > 0)).toBe(true);
    expect(rule.examples.some(({ reports = [] }) => reports.length === 0)).toBe(true);
  });
});

function expectReadable({ message, fix }: Finding): void {
  expect(message).not.toMatch(/undefined|NaN|\[object|Infinity|\n/);
  expect(message.length).toBeGreaterThan(20);
  expect(message).not.toMatch(/\.$/);
  expect(fix?.edits).not.toEqual([]);
}

describe("all rules", () => {
  it("have ids and titles of their own", () => {
    expect(new Set(ruleIds).size).toBe(rules.length);
    expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
    for (const id of ruleIds) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});
