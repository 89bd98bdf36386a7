import { valueAt } from "../path.ts";
import { nameOf, type KubernetesObject } from "./object.ts";
import type { ObjectSet } from "./object-set.ts";
import { leastReplicas } from "./replicas.ts";

/** True where a rollout stops all pods before it starts the first new one. */
export const recreates = ({ kind, value }: KubernetesObject): boolean =>
  kind === "Deployment" && valueAt(value, ["spec", "strategy", "type"]) === "Recreate";

/** Why no other pod answers between the end of one and the start of the next, as a clause; undefined where one may. */
export function goesFirst(object: KubernetesObject, set: ObjectSet): string | undefined {
  if (recreates(object)) return "strategy Recreate leaves no other pod to answer until the next one is ready";
  // The pods of a StatefulSet have names that only one can bear.
  const replicas = object.kind === "StatefulSet" ? leastReplicas(object, set) : undefined;
  if (replicas?.count !== 1 || replicas.isMinimum) return undefined;
  return `with 1 replica of ${nameOf(object)} nobody answers until the next pod is ready`;
}
