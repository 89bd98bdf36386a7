import type { KubernetesObject } from "../../policies/pods/object.ts";
import { controllerOf } from "./controller.ts";

/** What is made under names that nobody chose. */
const made: ReadonlySet<string> = new Set(["Pod", "ReplicaSet", "Job"]);

/** What a controller's objects are named by, which outlives them: the hash of a template, the minute of a schedule. */
const generations = [
  { of: "ReplicaSet", label: "pod-template-hash", by: { apiVersion: "apps/v1", kind: "Deployment" } },
  {
    of: "ReplicaSet",
    label: "rollouts-pod-template-hash",
    by: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
  },
] as const;

/**
 * Who made a live object, as far as it says so itself: names of pods, ReplicaSets and Jobs change with each rollout, those of
 * their makers do not. Undefined for what nobody made, and for a node's own pods, which keep their names.
 */
export function makerOf(object: KubernetesObject): KubernetesObject | undefined {
  const owner = made.has(object.kind) ? controllerOf(object.value) : undefined;
  if (owner === undefined || owner["kind"] === "Node") return undefined;
  const [apiVersion, kind, name] = [owner["apiVersion"], owner["kind"], owner["name"]].map(String);
  const maker = { ...object, apiVersion: apiVersion ?? "", kind: kind ?? "", name: name ?? "" };
  for (const { of, label, by } of generations) {
    const end = `-${object.labels[label] ?? ""}`;
    if (maker.kind === of && end !== "-" && maker.name.endsWith(end))
      return { ...maker, ...by, name: maker.name.slice(0, -end.length) };
  }
  const scheduled = maker.kind === "Job" ? /^(.+)-\d{8,}$/.exec(maker.name)?.[1] : undefined;
  return scheduled === undefined ? maker : { ...maker, kind: "CronJob", name: scheduled };
}
