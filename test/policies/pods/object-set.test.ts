import { describe, expect, it } from "vitest";
import { formatPath } from "../../../policies/path.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { deployment, objectOf } from "./object-of.ts";

const labels = { app: "web", tier: "front" };
const web = deployment("web", { labels, metadata: { namespace: "shop" } });
const webAnywhere = deployment("web", { labels });

function selecting(kind: string, selector: unknown, metadata: Record<string, unknown> = {}): KubernetesObject {
  const apiVersion = kind === "Service" ? "v1" : "policy/v1";
  return objectOf({ apiVersion, kind, metadata: { name: "chosen", ...metadata }, spec: { selector } });
}

function autoscaler(kind: string, target: unknown, metadata: Record<string, unknown> = {}): KubernetesObject {
  const apiVersion = kind === "ScaledObject" ? "keda.sh/v1alpha1" : "autoscaling/v2";
  return objectOf({ apiVersion, kind, metadata: { name: "scaler", ...metadata }, spec: { scaleTargetRef: target } });
}

describe("selectors", () => {
  const cases: { name: string; object: KubernetesObject; workload?: KubernetesObject; matches: boolean }[] = [
    { name: "a Service by all of its labels", object: selecting("Service", labels), matches: true },
    { name: "a Service by one of them", object: selecting("Service", { app: "web" }), matches: true },
    { name: "a label that the pod lacks", object: selecting("Service", { app: "web", zone: "a" }), matches: false },
    { name: "another value", object: selecting("Service", { app: "api" }), matches: false },
    { name: "an empty selector of a Service", object: selecting("Service", {}), matches: false },
    { name: "no selector of a Service", object: selecting("Service", undefined), matches: false },
    { name: "a name that every object has", object: selecting("Service", { constructor: "web" }), matches: false },
    {
      name: "a number as text",
      object: selecting("Service", { shard: 1 }),
      workload: deployment("web", { labels: { shard: "1" } }),
      matches: true,
    },
    { name: "an empty selector of a budget", object: selecting("PodDisruptionBudget", {}), matches: true },
    { name: "no selector of a budget", object: selecting("PodDisruptionBudget", undefined), matches: false },
    {
      name: "matchLabels",
      object: selecting("PodDisruptionBudget", { matchLabels: { app: "web" } }),
      matches: true,
    },
    ...(
      [
        [{ key: "app", operator: "In", values: ["web", "api"] }, true],
        [{ key: "app", operator: "In", values: ["api"] }, false],
        [{ key: "zone", operator: "In", values: ["a"] }, false],
        [{ key: "app", operator: "NotIn", values: ["api"] }, true],
        [{ key: "zone", operator: "NotIn", values: ["a"] }, true],
        [{ key: "app", operator: "NotIn", values: ["web"] }, false],
        [{ key: "app", operator: "Exists" }, true],
        [{ key: "zone", operator: "Exists" }, false],
        [{ key: "zone", operator: "DoesNotExist" }, true],
        [{ key: "app", operator: "DoesNotExist" }, false],
        [{ key: "app", operator: "Gt", values: ["1"] }, false],
        ["app", false],
      ] as const
    ).map(([expression, matches]) => ({
      name: `matchExpressions ${JSON.stringify(expression)}`,
      object: selecting("PodDisruptionBudget", { matchExpressions: [expression] }),
      matches,
    })),
    {
      name: "matchLabels and matchExpressions must both match",
      object: selecting("PodDisruptionBudget", {
        matchLabels: { app: "web" },
        matchExpressions: [{ key: "tier", operator: "In", values: ["back"] }],
      }),
      matches: false,
    },
    {
      name: "another namespace",
      object: selecting("Service", labels, { namespace: "other" }),
      matches: false,
    },
    { name: "the same namespace", object: selecting("Service", labels, { namespace: "shop" }), matches: true },
    {
      name: "a namespace that the workload leaves to the context",
      object: selecting("Service", labels, { namespace: "shop" }),
      workload: webAnywhere,
      matches: true,
    },
  ];

  it.each(cases)("$name", ({ object, workload = web, matches }) => {
    const set = objectSet([object, workload]);
    const [pod] = set.podsIn(workload);
    if (pod === undefined) throw new Error("no pod");
    expect(set.podsSelectedBy(object)).toEqual(matches ? [pod] : []);
    const of = object.kind === "Service" ? set.servicesOf(pod) : set.disruptionBudgetsOf(pod);
    expect(of).toEqual(matches ? [object] : []);
  });

  it("a Knative Service is none that selects pods", () => {
    const knative = objectOf({
      apiVersion: "serving.knative.dev/v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: labels, template: { spec: { containers: [{ image: "web" }] } } },
    });
    const set = objectSet([knative, web]);
    const [pod] = set.podsIn(web);
    expect(pod && set.servicesOf(pod)).toEqual([]);
  });
});

describe("autoscalersOf", () => {
  it.each([
    ["a HorizontalPodAutoscaler", "HorizontalPodAutoscaler", { kind: "Deployment", name: "web" }, {}, true],
    ["of another kind", "HorizontalPodAutoscaler", { kind: "StatefulSet", name: "web" }, {}, false],
    ["of another name", "HorizontalPodAutoscaler", { kind: "Deployment", name: "api" }, {}, false],
    ["in another namespace", "HorizontalPodAutoscaler", { kind: "Deployment", name: "web" }, { namespace: "x" }, false],
    ["KEDA takes a Deployment where no kind is written", "ScaledObject", { name: "web" }, {}, true],
    ["without a target", "ScaledObject", undefined, {}, false],
  ] as const)("%s", (_name, kind, target, metadata, matches) => {
    const scaler = autoscaler(kind, target, metadata);
    const set = objectSet([web, scaler]);
    const [pod] = set.podsIn(web);
    expect(pod && set.autoscalersOf(pod)).toEqual(matches ? [scaler] : []);
  });
});

const of = (spec: unknown): KubernetesObject => objectOf({ apiVersion: "apps/v1", kind: "Deployment", spec });
const template = (spec: unknown): KubernetesObject => of({ template: { spec } });

describe("what cannot be judged", () => {
  const cases: { name: string; object: KubernetesObject; pods?: number; problems?: string[]; skipped?: string }[] = [
    { name: "a whole pod", object: template({ containers: [{ name: "a", image: "a" }] }), pods: 1 },
    {
      name: "a container without an image is a patch",
      object: template({ containers: [{ name: "a", env: [] }] }),
      skipped: "container a has no image: a patch or an incomplete object; lint what it is merged into",
    },
    {
      name: "nor has a container of a patch a name",
      object: template({ containers: [{ env: [] }] }),
      skipped: "container (unnamed) has no image: a patch or an incomplete object; lint what it is merged into",
    },
    {
      name: "no containers is a patch",
      object: of({ replicas: 3 }),
      skipped: "no containers: a patch or an incomplete object; lint what it is merged into",
    },
    {
      name: "spec: null",
      object: of(null),
      problems: ["spec: spec of this Deployment must be a mapping, but is null"],
    },
    {
      name: "a template that is text",
      object: of({ template: "web" }),
      problems: ['spec.template: template of this Deployment must be a mapping, but is the string "web"'],
    },
    {
      name: "a pod spec that is a list",
      object: template([]),
      problems: ["spec.template.spec: spec of this Deployment must be a mapping, but is a list"],
    },
    {
      name: "an empty list of containers",
      object: template({ containers: [] }),
      problems: ["spec.template.spec.containers: containers is an empty list: a pod needs at least one container"],
    },
    {
      name: "containers: null",
      object: template({ containers: null }),
      problems: ["spec.template.spec.containers: containers must be a list, but is null"],
    },
    {
      name: "containers that are a mapping",
      object: template({ containers: { a: {} } }),
      problems: [
        "spec.template.spec.containers: containers must be a list, but is a mapping: begin each item with `- `",
      ],
    },
    {
      name: "a field of a wrong type leaves the rest to be judged",
      object: template({ terminationGracePeriodSeconds: "30", containers: [{ name: "a", image: "a" }] }),
      pods: 1,
      problems: [
        'spec.template.spec.terminationGracePeriodSeconds: terminationGracePeriodSeconds must be a whole number, but is the string "30": remove the quotes',
      ],
    },
    {
      name: "an item of the list that is null",
      object: template({ containers: [null, { name: "a", image: "a" }] }),
      skipped: "container (unnamed) has no image: a patch or an incomplete object; lint what it is merged into",
    },
    { name: "a kind without pods", object: selecting("Service", labels) },
    {
      name: "a custom resource whose containers are to be merged into a pod",
      object: objectOf({
        apiVersion: "monitoring.coreos.com/v1",
        kind: "Prometheus",
        spec: { replicas: 1, containers: [{ name: "prometheus" }] },
      }),
      skipped: "left to an operator: its containers stand beside fields of its own; lint the pods that it makes",
    },
  ];

  it.each(cases)("$name", ({ object, pods = 0, problems = [], skipped }) => {
    const set = objectSet([object]);
    expect(set.podsIn(object)).toHaveLength(pods);
    expect(set.problemsIn(object).map(({ at, message }) => `${formatPath(at)}: ${message}`)).toEqual(problems);
    expect(set.skipReason(object)).toBe(skipped);
  });
});

function podWithGrace(grace: unknown): KubernetesObject {
  return objectOf({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    spec: { terminationGracePeriodSeconds: grace, containers: [{ name: "web", image: "registry.example/web:1" }] },
  });
}

describe("a grace period that is no number", () => {
  const at = "spec.terminationGracePeriodSeconds";

  it("leaves a pod with a placeholder unjudged", () => {
    const object = podWithGrace("${GRACE}");
    const set = objectSet([object]);
    expect(set.podsIn(object)).toEqual([]);
    expect(set.problemsIn(object).map((problem) => formatPath(problem.at))).toEqual([at]);
  });

  it("counts as what stands in the quotes", () => {
    const object = podWithGrace("60");
    const set = objectSet([object]);
    expect(set.podsIn(object).map(({ graceSeconds }) => graceSeconds)).toEqual([60]);
    expect(set.problemsIn(object).map((problem) => formatPath(problem.at))).toEqual([at]);
  });
});
