import { valueAt } from "../path.ts";
import { isRecord } from "../record.ts";
import type { KubernetesObject } from "./object.ts";
import type { Pod } from "./pod.ts";
import { matchesSelector, sameNamespace } from "./traffic.ts";

/** The objects whose selector matches a pod, in their order: looked up by one label that each asks for, so that a large set takes no long. */
export function selectorIndex(objects: readonly KubernetesObject[]): (pod: Pod) => readonly KubernetesObject[] {
  const byLabel = Map.groupBy(objects.entries(), ([, object]) => labelAskedFor(object));
  return (pod) => {
    const keys = [undefined, ...Object.entries(pod.labels).map(([key, value]) => labelKey(key, value))];
    return keys
      .flatMap((key) => byLabel.get(key) ?? [])
      .filter(([, object]) => sameNamespace(object, pod.object) && matchesSelector(object, pod.labels))
      .toSorted(([a], [b]) => a - b)
      .map(([, object]) => object);
  };
}

/** The other way round: the pods that a selector matches. */
export function podIndex(pods: readonly Pod[]): (object: KubernetesObject) => readonly Pod[] {
  const byLabel = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const [key, value] of Object.entries(pod.labels)) {
      const label = labelKey(key, value);
      const found = byLabel.get(label);
      if (found === undefined) byLabel.set(label, [pod]);
      else found.push(pod);
    }
  }
  return (object) => {
    const label = labelAskedFor(object);
    const candidates = label === undefined ? pods : (byLabel.get(label) ?? []);
    return candidates.filter((pod) => sameNamespace(object, pod.object) && matchesSelector(object, pod.labels));
  };
}

/** One label that every pod must have which the object selects; undefined where it asks for none by name and value. */
function labelAskedFor(object: KubernetesObject): string | undefined {
  const selector = valueAt(
    object.value,
    object.kind === "Service" ? ["spec", "selector"] : ["spec", "selector", "matchLabels"],
  );
  if (!isRecord(selector)) return undefined;
  const [first] = Object.entries(selector);
  return first === undefined ? undefined : labelKey(first[0], String(first[1]));
}

const labelKey = (key: string, value: string): string => `${key}=${value}`;
