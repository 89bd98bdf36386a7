import { expect, it } from "vitest";
import { defaultConfig } from "../../../policies/config.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import pdbAllowsOne from "../../../policies/rules/pdb-allows-one.ts";
import { run } from "../../../policies/run.ts";
import { deployment, objectOf } from "../pods/object-of.ts";

const web = deployment("web", { labels: { app: "web" }, spec: { replicas: 3 } });

function budget(name: string, file: string, metadata: Record<string, unknown> = {}): KubernetesObject {
  const spec = { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } };
  const object = objectOf({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, ...metadata },
    spec,
  });
  return { ...object, file };
}

function verdicts(...objects: KubernetesObject[]): string[] {
  const { findings, crashes } = run(objectSet(objects), objects, [pdbAllowsOne], defaultConfig, new Date(0));
  expect(crashes).toEqual([]);
  return findings.map(({ object, verdict, severity }) => `${object.name}: ${verdict} ${severity}`);
}

it.each([
  ["in one folder", [budget("a", "k8s/a.yaml"), budget("b", "k8s/b.yaml")], ["b: fail error"]],
  ["in overlays", [budget("a", "prod/a.yaml"), budget("b", "test/b.yaml")], ["b: undetermined advice"]],
  [
    "in one namespace",
    [budget("a", "x/a.yaml", { namespace: "shop" }), budget("b", "y/b.yaml", { namespace: "shop" })],
    ["b: fail error"],
  ],
  [
    "in two namespaces",
    [budget("a", "k8s/a.yaml", { namespace: "shop" }), budget("b", "k8s/b.yaml", { namespace: "bank" })],
    [],
  ],
  ["of one name: a base and its overlay", [budget("a", "base/a.yaml"), budget("a", "prod/a.yaml")], []],
])("two budgets %s", (_name, budgets, expected) => {
  expect(verdicts(web, ...budgets)).toEqual(expected);
});
