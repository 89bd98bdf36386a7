import { valueAt } from "../path.ts";
import { nameOf, type KubernetesObject } from "./object.ts";
import type { ObjectSet } from "./object-set.ts";

/** The fewest pods that a workload is kept at. */
export interface Replicas {
  readonly count: number;
  /** Who says so: `replicas of Deployment web`, `minReplicas of HorizontalPodAutoscaler web`. */
  readonly text: string;
  /** True where an autoscaler may keep more. */
  readonly isMinimum: boolean;
}

const scalable = new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"]);

/** The fewest pods that a workload is kept at; undefined where it has no such number or the manifest does not tell it. */
export function leastReplicas(object: KubernetesObject, set: ObjectSet): Replicas | undefined {
  if (!scalable.has(object.kind)) return undefined;
  const [pod] = set.podsIn(object);
  const [autoscaler] = pod === undefined ? [] : set.autoscalersOf(pod);
  if (autoscaler !== undefined) {
    const keda = autoscaler.kind === "ScaledObject";
    const field = keda ? "minReplicaCount" : "minReplicas";
    const count = valueAt(autoscaler.value, ["spec", field]) ?? (keda ? 0 : 1);
    if (typeof count !== "number") return undefined;
    return { count, text: `${field} of ${nameOf(autoscaler)}`, isMinimum: true };
  }
  const written = valueAt(object.value, ["spec", "replicas"]) ?? undefined;
  if (written === undefined) return { count: 1, text: `the default for ${nameOf(object)}`, isMinimum: false };
  if (typeof written !== "number") return undefined;
  return { count: written, text: `replicas of ${nameOf(object)}`, isMinimum: false };
}

/** True for `2` and `"25%"`, the two ways to write a part of a number of pods. */
export function isShare(value: unknown): value is number | string {
  return typeof value === "number" || percentOf(value) !== undefined;
}

/** What `2` or `"25%"` makes of a number of pods. Each field of Kubernetes has its own way of rounding. */
export function shareOf(share: number | string, total: number, round: (share: number) => number): number {
  return typeof share === "number" ? share : round(((percentOf(share) ?? 0) * total) / 100);
}

/** The number before `%`; undefined where the value is no percentage. */
export function percentOf(share: unknown): number | undefined {
  return typeof share === "string" && /^\d+%$/.test(share) ? Number(share.slice(0, -1)) : undefined;
}
