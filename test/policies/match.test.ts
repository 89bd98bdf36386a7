import { describe, expect, it } from "vitest";
import { defaultedPod } from "../../policies/admission/defaulted-pod.ts";
import type { ObjectMatch } from "../../policies/config.ts";
import { matchesObject } from "../../policies/match.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import { objectOf } from "./pods/object-of.ts";

interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean;
}
const podOf = (name: string, owner?: Owner, labels: Readonly<Record<string, string>> = {}): KubernetesObject =>
  objectOf({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      labels,
      ...(owner && { ownerReferences: [{ apiVersion: "v1", controller: true, ...owner }] }),
    },
    spec: { containers: [{ name: "app", image: "app" }] },
  });
const hashed = { "pod-template-hash": "5d4f" };

describe("a pod is matched as its workload:", () => {
  const ofDeployment = podOf("web-5d4f-x2x4z", { kind: "ReplicaSet", name: "web-5d4f" }, hashed);
  it.each<[string, KubernetesObject, ObjectMatch, boolean]>([
    ["a Deployment's, by name", ofDeployment, { names: ["web"] }, true],
    ["a Deployment's, by kind and name", ofDeployment, { kinds: ["Deployment"], names: ["web"] }, true],
    ["a Deployment's, not by another name", ofDeployment, { kinds: ["Deployment"], names: ["web-5d4f"] }, false],
    ["a Deployment's, not as its ReplicaSet's", ofDeployment, { kinds: ["ReplicaSet"] }, false],
    ["a Deployment's, not as a Pod", ofDeployment, { kinds: ["Pod"] }, false],
    ["a Deployment's, not by its own name", ofDeployment, { names: ["web-*"] }, false],
    ["and namespace", ofDeployment, { names: ["web"], namespaces: ["bank"] }, false],
    [
      "a Rollout's",
      podOf("web-7f-a", { kind: "ReplicaSet", name: "web-7f" }, { "rollouts-pod-template-hash": "7f" }),
      { kinds: ["Rollout"], names: ["web"] },
      true,
    ],
    [
      "a ReplicaSet's of its own",
      podOf("web-a", { kind: "ReplicaSet", name: "web" }),
      { kinds: ["ReplicaSet"], names: ["web"] },
      true,
    ],
    [
      "a ReplicaSet's whose name is not of the hash",
      podOf("web-a", { kind: "ReplicaSet", name: "web" }, hashed),
      { kinds: ["Deployment"] },
      false,
    ],
    [
      "a StatefulSet's",
      podOf("db-0", { kind: "StatefulSet", name: "db" }),
      { kinds: ["StatefulSet"], names: ["db"] },
      true,
    ],
    [
      "a DaemonSet's",
      podOf("cni-x", { kind: "DaemonSet", name: "cni" }),
      { kinds: ["DaemonSet"], names: ["cni"] },
      true,
    ],
    ["a Job's", podOf("mail-x", { kind: "Job", name: "mail" }), { kinds: ["Job"], names: ["mail"] }, true],
    [
      "a CronJob's",
      podOf("mail-29748960-x", { kind: "Job", name: "mail-29748960" }),
      { kinds: ["CronJob"], names: ["mail"] },
      true,
    ],
    [
      "of both kinds and names the same must fit",
      podOf("mail-29748960-x", { kind: "Job", name: "mail-29748960" }),
      { kinds: ["Job"], names: ["mail"] },
      false,
    ],
    ["its own where it has none", podOf("web"), { kinds: ["Pod"], names: ["web"] }, true],
    [
      "its own where the owner is no controller",
      podOf("web", { kind: "ReplicaSet", name: "other", controller: false }),
      { kinds: ["Pod"], names: ["web"] },
      true,
    ],
    ["its own on its node", podOf("api-node-1", { kind: "Node", name: "node-1" }), { kinds: ["Pod"] }, true],
  ])("%s", (_name, object, match, expected) => {
    expect(matchesObject(match, object)).toBe(expected);
  });

  it.each(["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet"])(
    "what is said of a %s in a file holds for the pods that it makes",
    (kind) => {
      const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "app", image: "app" }] } };
      const spec = kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template };
      const workload = objectOf({ apiVersion: "v1", kind, metadata: { name: "a-b", namespace: "shop" }, spec });
      const [pod] = objectSet([workload]).podsIn(workload);
      const made = objectOf(pod && defaultedPod(pod));
      for (const match of [
        { kinds: [kind] },
        { names: ["a-b"] },
        { kinds: [kind], names: ["a-*"], labels: { app: "a" } },
      ])
        expect([matchesObject(match, workload, pod), matchesObject(match, made)]).toEqual([true, true]);
      for (const match of [{ kinds: ["Pod"] }, { names: ["a"] }])
        expect([matchesObject(match, workload, pod), matchesObject(match, made)]).toEqual([false, false]);
    },
  );
});
