import { describe, expect, it } from "vitest";
import { formatPath } from "../../../policies/path.ts";
import { readObjects, readStringMap } from "../../../policies/pods/read-object.ts";

const pod = (name: string): unknown => ({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec: {} });

/** `Kind/name at path` of each object, `! path: message` of each problem, or why there is neither. */
function read(value: unknown): string[] {
  const { objects, problems, skipped } = readObjects(value, "test.yaml");
  return [
    ...objects.map(({ object, at }) => `${object.kind}/${object.name} at ${formatPath(at) || "."}`),
    ...problems.map(({ at, message }) => `! ${formatPath(at)}: ${message}`),
    ...(skipped === undefined ? [] : [`skipped: ${skipped}`]),
  ];
}

describe("readObjects", () => {
  const cases: { name: string; value: unknown; reads: string[] }[] = [
    { name: "an object", value: pod("a"), reads: ["Pod/a at ."] },
    {
      name: "generateName where there is no name",
      value: { apiVersion: "v1", kind: "Pod", metadata: { generateName: "a-" } },
      reads: ["Pod/a- at ."],
    },
    { name: "no metadata", value: { apiVersion: "v1", kind: "Pod" }, reads: ["Pod/ at ."] },
    {
      name: "a List",
      value: { apiVersion: "v1", kind: "List", items: [pod("a"), pod("b")] },
      reads: ["Pod/a at items[0]", "Pod/b at items[1]"],
    },
    {
      name: "a PodList in a List",
      value: { apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "PodList", items: [pod("a")] }] },
      reads: ["Pod/a at items[0].items[0]"],
    },
    {
      name: "an item that is no object",
      value: { apiVersion: "v1", kind: "List", items: [pod("a"), "text"] },
      reads: [
        "Pod/a at items[0]",
        "! items[1]: item 1 of the List cannot be judged: not a Kubernetes object: plain text",
      ],
    },
    { name: "an empty List", value: { apiVersion: "v1", kind: "List", items: [] }, reads: ["skipped: empty list"] },
    { name: "items null", value: { apiVersion: "v1", kind: "List", items: null }, reads: ["skipped: empty list"] },
    {
      name: "items that are no list",
      value: { apiVersion: "v1", kind: "List", items: {} },
      reads: ["! items: items of a List must be a list"],
    },
    {
      name: "an AdmissionReview",
      value: { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: { object: pod("a") } },
      reads: ["Pod/a at request.object"],
    },
    {
      name: "an AdmissionReview of a deletion",
      value: { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: { object: null } },
      reads: ["skipped: an AdmissionReview without an object, as of a deletion"],
    },
    {
      name: "an AdmissionReview without a request",
      value: { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" },
      reads: ["skipped: an AdmissionReview without a request"],
    },
    { name: "nothing", value: null, reads: ["skipped: empty document"] },
    { name: "a list", value: [pod("a")], reads: ["skipped: not a Kubernetes object: a list"] },
    { name: "text", value: "hello", reads: ["skipped: not a Kubernetes object: plain text"] },
    {
      name: "Helm values",
      value: { image: { tag: "1" } },
      reads: ["skipped: not a Kubernetes object: neither apiVersion nor kind"],
    },
    {
      name: "a kustomization without apiVersion",
      value: { kind: "Kustomization", resources: [] },
      reads: ["skipped: not a Kubernetes object: no apiVersion"],
    },
    {
      name: "a tool's list of labels, by kind",
      value: { kind: ["bug", "feature"], area: ["api"] },
      reads: ["skipped: not a Kubernetes object: no apiVersion"],
    },
    {
      name: "a Chart.yaml",
      value: { apiVersion: "v2", name: "chart", version: "1.0.0" },
      reads: ["skipped: not a Kubernetes object: no kind"],
    },
    {
      name: "an object without a kind",
      value: { apiVersion: "apps/v1", metadata: { name: "a" }, spec: {} },
      reads: ["! kind: kind is missing: say what the object is, e.g. `kind: Deployment`"],
    },
    {
      name: "a kind that is a number",
      value: { apiVersion: "v1", kind: 5, spec: {} },
      reads: ["! kind: kind must be a string, but is 5"],
    },
    {
      name: "an object without an apiVersion",
      value: { kind: "Pod", metadata: {}, spec: {} },
      reads: ["! apiVersion: apiVersion of this Pod is missing"],
    },
  ];

  it.each(cases)("$name", ({ value, reads }) => {
    expect(read(value)).toEqual(reads);
  });

  it("reads the envelope and leaves the body as it is", () => {
    const value = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "a",
        namespace: "team",
        labels: { app: "a", version: 2, empty: null },
        annotations: { b: true },
      },
    };
    expect(readObjects(value, "a.yaml").objects[0]?.object).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      name: "a",
      namespace: "team",
      labels: { app: "a", version: "2" },
      annotations: { b: "true" },
      value,
      file: "a.yaml",
    });
  });

  it("takes metadata of a wrong type as empty", () => {
    const { objects } = readObjects({ apiVersion: "v1", kind: "Pod", metadata: "a" }, undefined);
    expect(objects[0]?.object).toMatchObject({ name: "", namespace: undefined, labels: {}, annotations: {} });
  });
});

describe("readStringMap", () => {
  it.each([
    ["strings", { a: "b" }, { a: "b" }],
    ["numbers and booleans as text", { a: 1, b: false }, { a: "1", b: "false" }],
    ["no nulls, no nested values", { a: null, b: {}, c: [] }, {}],
    ["a list", ["a"], {}],
    ["nothing", undefined, {}],
  ])("%s", (_name, value, map) => {
    expect(readStringMap(value)).toEqual(map);
  });
});
