import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../../policies/config.ts";
import { applyEdits } from "../../../policies/edit.ts";
import { readManifest } from "../../../policies/manifests/manifest.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";
import { rules } from "../../../policies/rules/index.ts";
import { run, type Finding } from "../../../policies/run.ts";

const now = new Date("2026-11-22T12:00:00Z");

function safeFixes(objects: readonly KubernetesObject[]): readonly Finding[] {
  const { findings, crashes } = run(objectSet(objects), objects, rules, defaultConfig, now);
  expect(crashes).toEqual([]);
  return findings.filter(({ fix, waived }) => fix?.safe === true && waived === undefined);
}

/** One safe fix for each object, as a front end applies those that do not touch each other. */
function applyFirst(objects: readonly KubernetesObject[], findings: readonly Finding[]): KubernetesObject[] {
  return objects.map((object) => {
    const found = findings.find((finding) => finding.object === object);
    if (found?.fix === undefined) return object;
    const [fixed] = readObjects(applyEdits(object.value, found.fix.edits), object.file).objects;
    if (fixed === undefined) throw new Error("the fix left no object");
    return fixed.object;
  });
}

const graces = (objects: readonly KubernetesObject[]): number[] => {
  const set = objectSet(objects);
  return objects.flatMap((object) => set.podsIn(object).map((pod) => pod.graceSeconds));
};

const examples = rules.flatMap((rule) =>
  rule.examples.map((example) => [`${rule.id}: ${example.name}`, example.yaml] as const),
);

describe("the safe fixes of all rules together", () => {
  it.each(examples)("%s", async (_name, yaml) => {
    const manifest = await readManifest("example.yaml", new TextEncoder().encode(yaml));
    let objects = manifest.documents.flatMap(({ value }) =>
      readObjects(value, undefined).objects.map(({ object }) => object),
    );
    const before = graces(objects);
    // No pod has more than a handful of findings with a fix, and none brings up another for ever.
    for (let round = 0; round < 12; round++) {
      const findings = safeFixes(objects);
      if (findings.length === 0) break;
      objects = applyFirst(objects, findings);
    }
    expect(safeFixes(objects)).toEqual([]);
    for (const [index, grace] of graces(objects).entries()) {
      expect(grace).toBeGreaterThanOrEqual(before[index] ?? 0);
      expect(grace).toBeLessThanOrEqual(Math.max(before[index] ?? 0, defaultConfig.budget.maxGraceSeconds));
    }
  });
});
