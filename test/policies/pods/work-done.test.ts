import { expect, it } from "vitest";
import { defaultConfig } from "../../../policies/config.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";
import { rules } from "../../../policies/rules/index.ts";
import { run } from "../../../policies/run.ts";

const labels = { app: "web" };
const sleep = { preStop: { sleep: { seconds: 10 } } };

/** Services, budgets, autoscalers and workloads of which each selects, or is selected by, all others. */
function allOfOneLabel(count: number): readonly KubernetesObject[] {
  return Array.from({ length: count }, (_, index) => [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `s${index}` },
      spec: { selector: labels, ports: [{ port: 10_000 + index }], publishNotReadyAddresses: true },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: `b${index}` },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: `h${index}` },
      spec: { minReplicas: 2, scaleTargetRef: { kind: "Deployment", name: `d${index}` } },
    },
    ...[{}, { lifecycle: sleep }].map((hooked, half) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `d${index}-${half}` },
      spec: {
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "app", image: "app:1", ports: [{ containerPort: 80 }], ...hooked }] },
        },
      },
    })),
  ])
    .flat()
    .flatMap((value) => readObjects(value, undefined).objects.map(({ object }) => object));
}

/** How often the rules look into an object. */
function looks(count: number): number {
  let seen = 0;
  const objects = allOfOneLabel(count).map((object) => ({
    ...object,
    value: new Proxy(object.value, {
      get(value, key) {
        seen += 1;
        return Reflect.get(value, key);
      },
    }),
  }));
  const { findings, crashes } = run(objectSet(objects), objects, rules, defaultConfig, new Date(0));
  expect(crashes).toEqual([]);
  expect(findings.filter(({ rule }) => rule === "pdb-allows-one")).toHaveLength(count - 1);
  return seen;
}

it("where everything selects everything, twice as many objects are twice the work", () => {
  expect(looks(200) / looks(100)).toBeLessThan(2.2);
});
