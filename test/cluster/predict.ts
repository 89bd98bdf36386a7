import type { IPod } from "kubernetes-models/v1/Pod";
import { objectSet } from "../../policies/pods/object-set.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { computeTimeline, type Cause, type Row } from "../../policies/shutdown/timeline.ts";

/** The way out of every container of a manifest, by name. */
export function predict(manifest: IPod, cause: Cause): ReadonlyMap<string, Row> {
  const { objects, problems } = readObjects(manifest, undefined);
  const set = objectSet(objects.map(({ object }) => object));
  const [pod] = set.objects.flatMap((object) => set.podsIn(object));
  if (pod === undefined) throw new Error(`no pod in the manifest: ${JSON.stringify(problems)}`);
  return new Map(computeTimeline(pod, cause).rows.map((row) => [row.container.name, row]));
}
