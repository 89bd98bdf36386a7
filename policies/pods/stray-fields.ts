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
  return podAt === undefined ? [] : mappingsOf(object, podAt).flatMap((mapping) => straysIn(mapping, object, podAt));
});

function straysIn({ level, at, value }: Mapping, object: KubernetesObject, podAt: Path): StrayField[] {
  return Object.keys(value).flatMap((key) => {
    const field = fieldMeantBy(key);
    if (field === undefined || value[key] === null || (key === field && isHome(field, level, object.kind))) return [];
    // A readiness probe has no such field; only its exact name makes the API server refuse the object.
    if (level === "readiness probe" && key !== field) return [];
    const home = homeOf(field, level, at, object, podAt);
    return [{ at: [...at, key], key, field, level, value: value[key], home }];
  });
}

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

/** A mapping of a workload of Kubernetes itself, with its place. */
interface Mapping {
  readonly level: Level;
  readonly at: Path;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The mappings of a workload in which a field could have been misplaced. */
function mappingsOf(object: KubernetesObject, podAt: Path): Mapping[] {
  const mappings: Mapping[] = [];
  const add = (level: Level, at: Path): void => {
    const value = valueAt(object.value, at);
    if (isRecord(value)) mappings.push({ level, at, value });
  };
  for (let length = 0; length < podAt.length; length++) {
    const at = podAt.slice(0, length);
    const isTemplate = /template$/i.test(String(at.at(-1)));
    add(length === 0 ? "object" : isTemplate ? "template" : "workload", at);
    if (length === 0 || isTemplate) add("metadata", [...at, "metadata"]);
  }
  add("pod spec", podAt);
  add("security context", [...podAt, "securityContext"]);
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    const containers = valueAt(object.value, [...podAt, list]);
    if (!Array.isArray(containers)) continue;
    for (const index of containers.keys()) {
      const at = [...podAt, list, index];
      add("container", at);
      add("security context", [...at, "securityContext"]);
      add("lifecycle", [...at, "lifecycle"]);
      add("handler", [...at, "lifecycle", "preStop"]);
      add("handler", [...at, "lifecycle", "postStart"]);
      add("probe", [...at, "livenessProbe"]);
      add("probe", [...at, "startupProbe"]);
      add("readiness probe", [...at, "readinessProbe"]);
    }
  }
  return mappings;
}
