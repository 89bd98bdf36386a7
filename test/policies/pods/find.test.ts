import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatPath } from "../../../policies/path.ts";
import { findPods, knownPodPlace } from "../../../policies/pods/find.ts";
import { podSpecFields } from "../../../policies/pods/pod-spec-fields.ts";
import { objectOf } from "./object-of.ts";

const pod = { containers: [{ name: "app", image: "app" }] };
const template = { metadata: { labels: { app: "app" } }, spec: pod };

/** Paths of the pod specs, each with the path of its metadata. */
function placesIn(value: unknown): string[] {
  return findPods(objectOf(value)).map(({ at, metadataAt }) => `${formatPath(at)} | ${formatPath(metadataAt)}`);
}

describe("findPods", () => {
  const cases: { name: string; value: unknown; places: string[] }[] = [
    { name: "Pod", value: { apiVersion: "v1", kind: "Pod", spec: pod }, places: ["spec | metadata"] },
    ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => ({
      name: kind,
      value: { apiVersion: "apps/v1", kind, spec: { template } },
      places: ["spec.template.spec | spec.template.metadata"],
    })),
    {
      name: "ReplicationController",
      value: { apiVersion: "v1", kind: "ReplicationController", spec: { template } },
      places: ["spec.template.spec | spec.template.metadata"],
    },
    {
      name: "Deployment of a version that is gone",
      value: { apiVersion: "extensions/v1beta1", kind: "Deployment", spec: { template } },
      places: ["spec.template.spec | spec.template.metadata"],
    },
    {
      name: "Job",
      value: { apiVersion: "batch/v1", kind: "Job", spec: { template } },
      places: ["spec.template.spec | spec.template.metadata"],
    },
    {
      name: "CronJob",
      value: { apiVersion: "batch/v1", kind: "CronJob", spec: { jobTemplate: { spec: { template } } } },
      places: ["spec.jobTemplate.spec.template.spec | spec.jobTemplate.spec.template.metadata"],
    },
    {
      name: "PodTemplate",
      value: { apiVersion: "v1", kind: "PodTemplate", template },
      places: ["template.spec | template.metadata"],
    },
    {
      name: "Argo Rollout",
      value: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec: { template } },
      places: ["spec.template.spec | spec.template.metadata"],
    },
    {
      name: "Knative Service, with a field that no pod spec has",
      value: {
        apiVersion: "serving.knative.dev/v1",
        kind: "Service",
        spec: { template: { spec: { containerConcurrency: 10, timeoutSeconds: 300, containers: [{ image: "app" }] } } },
      },
      places: ["spec.template.spec | spec.template.metadata"],
    },
    {
      name: "RayCluster: one template for the head, one for each group of workers",
      value: {
        apiVersion: "ray.io/v1",
        kind: "RayCluster",
        spec: { headGroupSpec: { template }, workerGroupSpecs: [{ template }, { template }] },
      },
      places: [
        "spec.headGroupSpec.template.spec | spec.headGroupSpec.template.metadata",
        "spec.workerGroupSpecs[0].template.spec | spec.workerGroupSpecs[0].template.metadata",
        "spec.workerGroupSpecs[1].template.spec | spec.workerGroupSpecs[1].template.metadata",
      ],
    },
    {
      name: "Tekton Task, whose steps run behind a launcher",
      value: {
        apiVersion: "tekton.dev/v1",
        kind: "Task",
        spec: { steps: [{ name: "build", image: "build" }, { ref: { name: "other" } }] },
      },
      places: ["spec | spec.metadata"],
    },
    {
      name: "Argo Workflow: containers, scripts and container sets of its templates",
      value: {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Workflow",
        spec: {
          entrypoint: "main",
          templates: [
            { name: "main", steps: [[{ name: "a", template: "one" }]] },
            { name: "one", container: { image: "one" } },
            { name: "two", script: { image: "two", source: "true" } },
            { name: "three", containerSet: { containers: [{ name: "a", image: "a" }] } },
          ],
        },
      },
      places: [
        "spec.templates[1] | spec.templates[1].metadata",
        "spec.templates[2] | spec.templates[2].metadata",
        "spec.templates[3] | spec.templates[3].metadata",
      ],
    },
    {
      name: "a kind that nobody told us of, with a pod template",
      value: { apiVersion: "example.org/v1", kind: "Farm", spec: { barn: { podTemplate: template } } },
      places: ["spec.barn.podTemplate.spec | spec.barn.podTemplate.metadata"],
    },
    {
      name: "a kind of an operator with a bare pod spec",
      value: { apiVersion: "example.org/v1", kind: "Farm", spec: { podSpec: { ...pod, restartPolicy: "Always" } } },
      places: ["spec.podSpec | spec.podSpec.metadata"],
    },
    {
      name: "containers beside an operator's own fields are to be merged into a pod that is not shown",
      value: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "Prometheus",
        spec: { replicas: 2, containers: [{ name: "sidecar", image: "sidecar" }] },
      },
      places: [],
    },
    {
      name: "containers without an image are to be merged, though they stand in a template",
      value: {
        apiVersion: "elasticsearch.k8s.elastic.co/v1",
        kind: "Elasticsearch",
        spec: { nodeSets: [{ podTemplate: { spec: { containers: [{ name: "elasticsearch", env: [] }] } } }] },
      },
      places: [],
    },
    { name: "no containers", value: { apiVersion: "apps/v1", kind: "Deployment", spec: { replicas: 3 } }, places: [] },
    { name: "spec is null", value: { apiVersion: "apps/v1", kind: "Deployment", spec: null }, places: [] },
    { name: "a Service", value: { apiVersion: "v1", kind: "Service", spec: { ports: [] } }, places: [] },
    {
      name: "containers that are text",
      value: { apiVersion: "example.org/v1", kind: "Farm", spec: { containers: ["app"] } },
      places: [],
    },
  ];

  it.each(cases)("$name", ({ value, places }) => {
    expect(placesIn(value)).toEqual(places);
  });

  it("ends at a depth that no manifest has", () => {
    let value: unknown = template;
    for (let depth = 0; depth < 10_000; depth++) value = { template: value };
    expect(findPods(objectOf({ apiVersion: "example.org/v1", kind: "Deep", spec: value }))).toEqual([]);
  });
});

describe("knownPodPlace", () => {
  it.each([
    ["apps/v1", "Deployment", "spec.template.spec"],
    ["apps/v1beta1", "Deployment", "spec.template.spec"],
    ["v1", "Pod", "spec"],
    ["batch/v1beta1", "CronJob", "spec.jobTemplate.spec.template.spec"],
    ["example.org/v1", "Deployment", undefined],
    ["serving.knative.dev/v1", "Service", undefined],
    ["v1", "Service", undefined],
  ])("%s %s", (apiVersion, kind, place) => {
    const at = knownPodPlace(objectOf({ apiVersion, kind }));
    expect(at && formatPath(at)).toBe(place);
  });
});

describe("podSpecFields", () => {
  it("are those of kubernetes-models, and what Knative adds", () => {
    const declared = readFileSync("node_modules/kubernetes-models/v1/PodSpec.d.ts", "utf8");
    const [, body = ""] = /export interface IPodSpec \{\n(.*?)\n\}/s.exec(declared) ?? [];
    const fields = [...body.matchAll(/^ {4}"(\w+)"\??:/gm)].map(([, field = ""]) => field);
    expect(fields.length).toBeGreaterThan(30);
    const knative = ["containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds"];
    expect(new Set([...fields, ...knative])).toEqual(podSpecFields);
  });
});
