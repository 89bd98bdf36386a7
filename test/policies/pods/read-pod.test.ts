import { describe, expect, it } from "vitest";
import { formatPath } from "../../../policies/path.ts";
import { findPods } from "../../../policies/pods/find.ts";
import type { Pod } from "../../../policies/pods/pod.ts";
import { readPod } from "../../../policies/pods/read-pod.ts";
import { objectOf } from "./object-of.ts";

const container = { name: "app", image: "app" };

function podOf(value: unknown): Pod {
  const object = objectOf(value);
  const [place] = findPods(object);
  if (place === undefined) throw new Error("no pod");
  return readPod(object, place).pod;
}

/** A bare Pod with one container and what a test adds. */
function pod(spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Pod {
  return podOf({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [container], ...spec } });
}

describe("grace period", () => {
  it.each([
    ["unset: Kubernetes' default", undefined, 30, undefined],
    ["null: as unset", null, 30, undefined],
    ["of a wrong type: as unset", "a minute", 30, undefined],
    ["in quotes: as meant", "60", 60, 60],
    ["written", 60, 60, 60],
    ["zero", 0, 0, 0],
    ["negative: 1 second", -5, 1, -5],
  ])("%s", (_name, written, graceSeconds, writtenGraceSeconds) => {
    expect(pod({ terminationGracePeriodSeconds: written })).toMatchObject({ graceSeconds, writtenGraceSeconds });
  });

  it("has its place in the pod spec", () => {
    const { graceAt } = pod();
    expect(graceAt && formatPath(graceAt)).toBe("spec.terminationGracePeriodSeconds");
  });

  it("has no place in a step of a workflow engine", () => {
    const task = { apiVersion: "tekton.dev/v1", kind: "Task", spec: { steps: [container] } };
    expect(podOf(task).graceAt).toBeUndefined();
  });
});

describe("containers", () => {
  it("come with their roles and places, init containers first", () => {
    const read = pod({
      initContainers: [
        { name: "setup", image: "setup" },
        { name: "mesh", image: "mesh", restartPolicy: "Always" },
        { name: "retried", image: "retried", restartPolicy: "OnFailure" },
      ],
      containers: [container, { name: "logs", image: "logs" }],
      ephemeralContainers: [{ name: "debug", image: "debug" }],
    });
    expect(read.containers.map(({ name, role, at }) => `${name} ${role} ${formatPath(at)}`)).toEqual([
      "setup init spec.initContainers[0]",
      "mesh sidecar spec.initContainers[1]",
      "retried init spec.initContainers[2]",
      "app main spec.containers[0]",
      "logs main spec.containers[1]",
      "debug ephemeral spec.ephemeralContainers[0]",
    ]);
    expect(read.mainContainers.map(({ name }) => name)).toEqual(["app", "logs"]);
    expect(read.sidecars.map(({ name }) => name)).toEqual(["mesh"]);
  });

  it("a path goes on from the container's place", () => {
    const [first] = pod().containers;
    expect(first && formatPath(first.path("lifecycle", "preStop"))).toBe("spec.containers[0].lifecycle.preStop");
  });

  it("without a name are called by their place", () => {
    const { containers } = pod({
      initContainers: [{ image: "a" }],
      containers: [{ image: "b" }, { name: "", image: "c" }],
      ephemeralContainers: [{ image: "d" }],
    });
    expect(containers.map(({ name }) => name)).toEqual([
      "init container 1",
      "container 1",
      "container 2",
      "ephemeral container 1",
    ]);
    const template = { container: { image: "step", command: ["a"] } };
    const workflow = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", spec: { templates: [template] } };
    expect(podOf(workflow).containers.map(({ name }) => name)).toEqual(["the container"]);
  });

  it("an item that is null or text keeps the indexes of the others", () => {
    const { containers } = pod({ containers: [null, "text", { ...container, command: [null], env: [null] }] });
    expect(containers.map(({ name, at }) => `${name} ${formatPath(at)}`)).toEqual([
      "container 1 spec.containers[0]",
      "container 2 spec.containers[1]",
      "app spec.containers[2]",
    ]);
    expect(containers[2]?.spec).toMatchObject({ command: [""], env: [{}] });
  });

  it("those of a workflow step run behind a launcher", () => {
    const read = podOf({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      spec: { templates: [{ name: "one", container: { image: "one", command: ["node", "one.js"] } }] },
    });
    expect(read.mainContainers[0]).toMatchObject({ image: "one", process: { first: "unknown", signal: "unknown" } });
  });
});

describe("probes", () => {
  it("get the API server's defaults", () => {
    const [first] = pod({ containers: [{ ...container, livenessProbe: { tcpSocket: { port: 80 } } }] }).containers;
    expect(first?.livenessProbe).toEqual({
      tcpSocket: { port: 80 },
      initialDelaySeconds: 0,
      periodSeconds: 10,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(first?.readinessProbe).toBeUndefined();
  });

  it("a zero is read as absent", () => {
    const probe = { periodSeconds: 0, timeoutSeconds: 0, failureThreshold: 0, initialDelaySeconds: 0 };
    const [first] = pod({ containers: [{ ...container, startupProbe: probe }] }).containers;
    expect(first?.startupProbe).toMatchObject({ periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 });
  });

  it("what is written stays", () => {
    const probe = { periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 30, terminationGracePeriodSeconds: 7 };
    const [first] = pod({ containers: [{ ...container, livenessProbe: probe }] }).containers;
    expect(first?.livenessProbe).toMatchObject(probe);
  });
});

describe("lifetime", () => {
  const template = { spec: { containers: [container] } };
  it.each([
    ["a Pod", { apiVersion: "v1", kind: "Pod", spec: template.spec }, "service"],
    ["a Deployment", { apiVersion: "apps/v1", kind: "Deployment", spec: { template } }, "service"],
    ["a Job", { apiVersion: "batch/v1", kind: "Job", spec: { template } }, "job"],
    ["a CronJob", { apiVersion: "batch/v1", kind: "CronJob", spec: { jobTemplate: { spec: { template } } } }, "job"],
    [
      "a Pod that is not restarted",
      { apiVersion: "v1", kind: "Pod", spec: { ...template.spec, restartPolicy: "Never" } },
      "job",
    ],
    ["a Tekton Task", { apiVersion: "tekton.dev/v1", kind: "Task", spec: { steps: [container] } }, "job"],
    [
      "a set of Jobs",
      {
        apiVersion: "jobset.x-k8s.io/v1alpha2",
        kind: "JobSet",
        spec: { replicatedJobs: [{ template: { spec: { template } } }] },
      },
      "job",
    ],
    [
      "a training operator's Job",
      {
        apiVersion: "kubeflow.org/v1",
        kind: "PyTorchJob",
        spec: { pytorchReplicaSpecs: { Master: { template } } },
      },
      "job",
    ],
    ["a kind nobody told us of", { apiVersion: "example.org/v1", kind: "Farm", spec: { template } }, "service"],
  ])("%s", (_name, value, lifetime) => {
    expect(podOf(value).lifetime).toBe(lifetime);
  });
});

describe("operating system", () => {
  it.each([
    ["linux where nothing says otherwise", {}, "linux"],
    ["windows by spec.os", { os: { name: "windows" } }, "windows"],
    ["windows by its node selector", { nodeSelector: { "kubernetes.io/os": "windows" } }, "windows"],
    ["linux by its node selector", { nodeSelector: { "kubernetes.io/os": "linux" } }, "linux"],
  ])("%s", (_name, spec, os) => {
    expect(pod(spec).os).toBe(os);
  });
});

describe("labels and annotations", () => {
  it("are those of the template, not of the workload", () => {
    const read = podOf({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { labels: { on: "workload" }, annotations: { on: "workload" } },
      spec: {
        template: {
          metadata: { labels: { on: "template" }, annotations: { on: "template" } },
          spec: { containers: [container] },
        },
      },
    });
    expect(read).toMatchObject({ labels: { on: "template" }, annotations: { on: "template" } });
    expect(formatPath(read.metadataAt)).toBe("spec.template.metadata");
  });
});

describe("the proxy", () => {
  const other = { name: "other", image: "other" };
  it.each([
    ["by its image", { containers: [{ name: "p", image: "ghcr.io/x/gracewarden-proxy:1.2@sha256:00" }] }, {}, true],
    ["by its command", { containers: [{ ...container, command: ["gracewarden-proxy"] }] }, {}, true],
    ["by a label that names it", { containers: [container, other] }, { "gracewarden.io/proxy": "app" }, true],
    ["by a label on a pod with one container", {}, { "gracewarden.io/proxy": "true" }, true],
    [
      "not where the label leaves it open",
      { containers: [container, other] },
      { "gracewarden.io/proxy": "true" },
      false,
    ],
    ["not by a similar image", { containers: [{ name: "p", image: "gracewarden-proxy-docs" }] }, {}, false],
    ["not otherwise", {}, {}, false],
  ])("%s", (_name, spec, labels, runsProxy) => {
    expect(pod(spec, { labels }).runsProxy).toBe(runsProxy);
  });
});
