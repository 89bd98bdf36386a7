import { memo } from "../memo.ts";
import type { KubernetesObject } from "./object.ts";

/**
 * Which of some objects stands nearest to another's file: in it, else in its folder, else in the smallest folder that
 * holds both. A repository may hold many applications whose labels meet, and the one beside a pod is meant.
 */
export function nearest(
  objects: readonly KubernetesObject[],
  { file }: KubernetesObject,
): KubernetesObject | undefined {
  const first = firstAt(objects);
  const place = file === undefined ? undefined : placesAround(file).find((one) => first.has(one));
  return place === undefined ? objects[0] : first.get(place);
}

/** The first object at each place, so that each pod is looked up by the depth of its path and not by their number. */
const firstAt = memo((objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> => {
  const first = new Map<string, KubernetesObject>();
  for (const object of objects)
    for (const place of placesAround(object.file ?? "")) if (!first.has(place)) first.set(place, object);
  return first;
});

/** A file, what stands in its folder beside it, and the folders around it. */
function placesAround(file: string): string[] {
  const steps = file.split("/");
  const folders = steps.map((_step, index) => steps.slice(0, index).join("/")).toReversed();
  return [file, `${folders[0] ?? ""}/*`, ...folders];
}
