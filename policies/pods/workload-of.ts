import { valueAt } from "../path.ts";
import { isRecord } from "../record.ts";
import type { KubernetesObject } from "./object.ts";

/** What an override or a waiver may call an object. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
}

/** The labels by which controllers tell the ReplicaSets of one workload apart; a ReplicaSet's name ends in the value. */
const hashLabels = [
  ["pod-template-hash", "Deployment"],
  ["rollouts-pod-template-hash", "Rollout"],
] as const;

/**
 * Of which workload an object is: a Pod is its controller's, anything else its own. So a Deployment in a file and its pods
 * at admission go by one name. A review shows no owner of an owner, but the ReplicaSet of a Deployment is called by it and
 * its pods' hash, and the Job of a CronJob by it and the minute; any other Job may be called so too, so both are told.
 */
export function workloadsOf(object: KubernetesObject): readonly Workload[] {
  const { kind, name, labels } = object;
  const owner = kind === "Pod" ? controllerOf(object) : undefined;
  // A mirror pod is the node's, which is no workload.
  if (owner === undefined || owner.kind === "Node") return [{ kind, name }];
  if (owner.kind === "ReplicaSet") {
    for (const [label, parent] of hashLabels) {
      const hash = Object.hasOwn(labels, label) ? `-${labels[label]}` : undefined;
      if (hash !== undefined && hash.length > 1 && owner.name.endsWith(hash))
        return [{ kind: parent, name: owner.name.slice(0, -hash.length) }];
    }
  }
  const cron = owner.kind === "Job" ? /^(.+)-\d{8,}$/.exec(owner.name)?.[1] : undefined;
  return cron === undefined ? [owner] : [owner, { kind: "CronJob", name: cron }];
}

function controllerOf({ value }: KubernetesObject): Workload | undefined {
  const owners = valueAt(value, ["metadata", "ownerReferences"]);
  if (!Array.isArray(owners)) return undefined;
  const owner: unknown = owners.find((one) => isRecord(one) && one["controller"] === true);
  if (!isRecord(owner)) return undefined;
  const { kind, name } = owner;
  return typeof kind === "string" && typeof name === "string" ? { kind, name } : undefined;
}
