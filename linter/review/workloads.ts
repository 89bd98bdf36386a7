import type { ObjectSet } from "../../policies/pods/object-set.ts";
import type { Pod } from "../../policies/pods/pod.ts";
import { computeTimeline, type Timeline } from "../../policies/shutdown/timeline.ts";
import type { ReviewedObject } from "./reviewed-object.ts";
import { signalPaths, type SignalPaths } from "./signal-paths.ts";

/** A pod or pod template, and how it would stop. */
export interface Workload {
  /** Unique in the review, and fit to be an id in a page. */
  readonly id: string;
  /** `Deployment/web` */
  readonly name: string;
  readonly namespace: string | undefined;
  /** `deploy/web.yaml:3`, `shop/Deployment/web` */
  readonly place: string;
  /** A deletion under the pod's own grace period. */
  readonly timeline: Timeline;
  readonly signals: SignalPaths;
}

export function workloadsIn(objects: readonly ReviewedObject[], set: ObjectSet): readonly Workload[] {
  const workloads: Workload[] = [];
  for (const { object, placeAt } of objects) {
    const pods = set.podsIn(object);
    for (const [index, pod] of pods.entries()) {
      const part = pods.length === 1 ? "" : `, pod ${index + 1}`;
      workloads.push(workload(pod, `w${workloads.length + 1}`, part, placeAt([])));
    }
  }
  return workloads;
}

const workload = (pod: Pod, id: string, part: string, place: string): Workload => ({
  id,
  name: `${pod.object.kind}/${pod.object.name || "(unnamed)"}${part}`,
  namespace: pod.object.namespace,
  place,
  timeline: computeTimeline(pod, { kind: "delete" }),
  signals: signalPaths(pod),
});
