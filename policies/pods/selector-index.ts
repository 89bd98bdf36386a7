import { valueAt } from "../path.ts";
import { isRecord } from "../record.ts";
import type { KubernetesObject } from "./object.ts";
import type { Pod } from "./pod.ts";
import { matchesSelector, sameNamespace } from "./traffic.ts";

/**
 * The objects whose selector matches a pod, in their order: looked up by one label that each asks for, and once for all
 * pods of the same labels and namespace, which share the list. So a large set takes no long, even where all match all.
 */
export function selectorIndex(objects: readonly KubernetesObject[]): (pod: Pod) => readonly KubernetesObject[] {
  const byLabel = Map.groupBy(objects.entries(), ([, object]) => labelAskedFor(object));
  return onceFor(
    ({ object, labels }) => [object.namespace, Object.entries(labels).toSorted(byKey)],
    (pod) =>
      [undefined, ...Object.entries(pod.labels).map(([key, value]) => labelKey(key, value))]
        .flatMap((key) => byLabel.get(key) ?? [])
        .filter(([, object]) => sameNamespace(object, pod.object) && matchesSelector(object, pod.labels))
        .toSorted(([a], [b]) => a - b)
        .map(([, object]) => object),
  );
}

/** The other way round: the pods that a selector matches; objects with the same selector and namespace share the list. */
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
  return onceFor(
    ({ kind, namespace, value }) => [kind, namespace, valueAt(value, ["spec", "selector"])],
    (object) => {
      const label = labelAskedFor(object);
      const candidates = label === undefined ? pods : (byLabel.get(label) ?? []);
      return candidates.filter((pod) => sameNamespace(object, pod.object) && matchesSelector(object, pod.labels));
    },
  );
}

/** Computes once for all arguments of which `aspect` gives the same, as JSON. */
function onceFor<A, R>(aspect: (argument: A) => unknown, compute: (argument: A) => R): (argument: A) => R {
  const known = new Map<string, R>();
  return (argument) => {
    const key = JSON.stringify(aspect(argument));
    let result = known.get(key);
    if (result === undefined) known.set(key, (result = compute(argument)));
    return result;
  };
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

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
