import { memo } from "../memo.ts";
import { valueAt, type Path } from "../path.ts";
import { isRecord } from "../record.ts";
import { fieldMeantBy, isHome, type Level } from "./field-homes.ts";
import { knownPodPlace } from "./find.ts";
import type { KubernetesObject } from "./object.ts";

/** A key that is no field at its place, and the field it was meant to be. */
export interface StrayField {
  readonly at: Path;
  readonly key: string;
  readonly field: string;
  readonly level: Level;
  readonly value: unknown;
  /** Where the field belongs, if there is one place for it. */
  readonly home: Path | undefined;
}

/** The keys of a workload that the API server drops or refuses, and that evidently decide how its pods start or stop. */
export const strayFields = memo((object: KubernetesObject): readonly StrayField[] => {
  const podAt = knownPodPlace(object);
  if (podAt === undefined) return [];
  const strays: StrayField[] = [];
  eachMapping(object, podAt, (level, mapping, base, ...steps) => {
    for (const key of Object.keys(mapping)) {
      const field = fieldMeantBy(key);
      if (field === undefined || mapping[key] === null || (key === field && isHome(field, level, object.kind)))
        continue;
      // A readiness probe has no such field; only its exact name makes the API server refuse the object.
      if (level === "readiness probe" && key !== field) continue;
      const at = [...base, ...steps];
      const home = homeOf(field, level, at, object, podAt);
      strays.push({ at: [...at, key], key, field, level, value: mapping[key], home });
    }
  });
  return strays;
});

/** The one place for the field that is nearest to where it was written. */
function homeOf(field: string, level: Level, at: Path, object: KubernetesObject, podAt: Path): Path | undefined {
  if (level === "readiness probe") return undefined;
  if (isHome(field, level, object.kind)) return [...at, field];
  if (isHome(field, "workload", object.kind)) return ["spec", field];
  if (isHome(field, "pod spec", object.kind)) return [...podAt, field];
  const containerAt =
    level === "container" || level === "lifecycle" || level === "handler"
      ? at.slice(0, podAt.length + 2)
      : onlyContainer(object, podAt);
  if (containerAt === undefined) return undefined;
  if (isHome(field, "container", object.kind)) return [...containerAt, field];
  return isHome(field, "lifecycle", object.kind) ? [...containerAt, "lifecycle", field] : undefined;
}

function onlyContainer(object: KubernetesObject, podAt: Path): Path | undefined {
  const at = [...podAt, "containers"];
  const containers = valueAt(object.value, at);
  return Array.isArray(containers) && containers.length === 1 ? [...at, 0] : undefined;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Visits the mappings of a workload in which a field could have been misplaced; each stands at `base` and `steps` behind it. */
function eachMapping(
  object: KubernetesObject,
  podAt: Path,
  visit: (level: Level, mapping: Mapping, base: Path, ...steps: Path) => void,
): void {
  let value: unknown = object.value;
  for (let length = 0; length < podAt.length && isRecord(value); length++) {
    const at = podAt.slice(0, length);
    const isTemplate = /template$/i.test(String(at.at(-1)));
    visit(length === 0 ? "object" : isTemplate ? "template" : "workload", value, at);
    if ((length === 0 || isTemplate) && isRecord(value["metadata"]))
      visit("metadata", value["metadata"], at, "metadata");
    value = valueAt(value, podAt.slice(length, length + 1));
  }
  if (!isRecord(value)) return;
  const visitIn = (level: Level, mapping: Mapping, base: Path, ...steps: Path): void => {
    const inner = valueAt(mapping, steps);
    if (isRecord(inner)) visit(level, inner, base, ...steps);
  };
  visit("pod spec", value, podAt);
  visitIn("security context", value, podAt, "securityContext");
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    const containers = valueAt(value, [list]);
    if (!Array.isArray(containers)) continue;
    for (const [index, container] of containers.entries()) {
      if (!isRecord(container)) continue;
      const at = [...podAt, list, index];
      visit("container", container, at);
      visitIn("security context", container, at, "securityContext");
      visitIn("lifecycle", container, at, "lifecycle");
      visitIn("handler", container, at, "lifecycle", "preStop");
      visitIn("handler", container, at, "lifecycle", "postStart");
      visitIn("probe", container, at, "livenessProbe");
      visitIn("probe", container, at, "startupProbe");
      visitIn("readiness probe", container, at, "readinessProbe");
    }
  }
}
