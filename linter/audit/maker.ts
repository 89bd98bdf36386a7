import type { KubernetesObject } from "../../policies/pods/object.ts";
import { controllerOf } from "../../policies/pods/owners.ts";
import { makerBehind } from "../../policies/pods/workload-of.ts";

/** What is made under names that nobody chose. */
const made: ReadonlySet<string> = new Set(["Pod", "ReplicaSet", "Job"]);

/**
 * Who made a live object, as far as it says so itself: names of pods, ReplicaSets and Jobs change with each rollout, those of
 * their makers do not. Undefined for what nobody made, and for a node's own pods, which keep their names.
 */
export function makerOf(object: KubernetesObject): KubernetesObject | undefined {
  const owner = made.has(object.kind) ? controllerOf(object.value) : undefined;
  if (owner === undefined || owner["kind"] === "Node") return undefined;
  const [apiVersion = "", kind = "", name = ""] = [owner["apiVersion"], owner["kind"], owner["name"]].map(String);
  return { ...object, apiVersion, kind, name, ...makerBehind({ kind, name }, object) };
}
