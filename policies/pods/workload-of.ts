import type { KubernetesObject } from "./object.ts";
import { controllerOf } from "./owners.ts";

/** What an override or a waiver may call an object. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
}

/** The labels by which controllers tell the ReplicaSets of one workload apart; a ReplicaSet's name ends in the value. */
const generations = [
  { label: "pod-template-hash", by: { apiVersion: "apps/v1", kind: "Deployment" } },
  { label: "rollouts-pod-template-hash", by: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" } },
] as const;

/**
 * Of which workload an object is: a Pod is its controller's, anything else its own. So a Deployment in a file and its pods
 * at admission go by one name. A review shows no owner of an owner, but the ReplicaSet of a Deployment is called by it and
 * its pods' hash, and the Job of a CronJob by it and the minute; any other Job may be called so too, so both are told.
 */
export function workloadsOf(object: KubernetesObject): readonly Workload[] {
  const { kind, name } = object;
  const owner = kind === "Pod" ? makerOf(object) : undefined;
  if (owner === undefined) return [{ kind, name }];
  const behind = makerBehind(owner, object);
  if (behind === undefined) return [owner];
  const parent = { kind: behind.kind, name: behind.name };
  return owner.kind === "Job" ? [owner, parent] : [parent];
}

function makerOf({ value }: KubernetesObject): Workload | undefined {
  const { kind, name } = controllerOf(value) ?? {};
  // A mirror pod is the node's, which is no workload.
  return typeof kind === "string" && typeof name === "string" && kind !== "Node" ? { kind, name } : undefined;
}

/**
 * Who made a ReplicaSet or a Job, by its name and the labels of what it made itself. Without `apiVersion` it has the one of
 * what it made.
 */
export function makerBehind(
  { kind, name }: Workload,
  { labels }: Pick<KubernetesObject, "labels">,
): (Workload & { readonly apiVersion?: string }) | undefined {
  if (kind === "ReplicaSet") {
    for (const { label, by } of generations) {
      const hash = Object.hasOwn(labels, label) ? `-${labels[label]}` : "";
      if (hash.length > 1 && name.endsWith(hash)) return { ...by, name: name.slice(0, -hash.length) };
    }
  }
  const cron = kind === "Job" ? /^(.+)-\d{8,}$/.exec(name)?.[1] : undefined;
  return cron === undefined ? undefined : { kind: "CronJob", name: cron };
}
