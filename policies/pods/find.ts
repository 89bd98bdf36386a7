import { valueAt, type Path } from "../path.ts";
import type { KubernetesObject } from "./object.ts";
import { podSpecFields } from "./pod-spec-fields.ts";
import { isRecord } from "../record.ts";

/** Where in an object a pod spec stands. */
export interface PodPlace {
  readonly at: Path;
  readonly metadataAt: Path;
  /** Where its containers stand, if not in `containers`: the step list of a workflow engine that starts them through a launcher of its own. */
  readonly launchedContainersAt?: readonly Path[];
}

const template: Path = ["spec", "template", "spec"];

/** Where the kinds of Kubernetes keep their pod spec; all other kinds are searched by structure. */
const knownPlaces: Readonly<Record<string, Path>> = {
  "v1/Pod": ["spec"],
  "v1/PodTemplate": ["template", "spec"],
  "v1/ReplicationController": template,
  "apps/Deployment": template,
  "apps/StatefulSet": template,
  "apps/DaemonSet": template,
  "apps/ReplicaSet": template,
  "batch/Job": template,
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** Deep enough for any real custom resource, shallow enough for any stack. */
const maxDepth = 40;

/** The place of the pod spec in a kind of Kubernetes itself, whether or not something stands there; undefined for other kinds. */
export function knownPodPlace(object: KubernetesObject): Path | undefined {
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : object.apiVersion;
  // extensions/v1beta1 and apps/v1beta1 are gone from the API but not from repositories.
  return knownPlaces[`${group === "extensions" ? "apps" : group}/${object.kind}`];
}

/** All places in the object at which a pod spec stands. */
export function findPods(object: KubernetesObject): PodPlace[] {
  const known = knownPodPlace(object);
  if (known !== undefined) {
    const spec = valueAt(object.value, known);
    return isRecord(spec) && "containers" in spec ? [{ at: known, metadataAt: metadataBeside(known) }] : [];
  }
  const places: PodPlace[] = [];
  search(object, object.value, [], places);
  return places;
}

/** `at` grows and shrinks with the search, and is copied where something is found. */
function search(object: KubernetesObject, value: unknown, at: (string | number)[], places: PodPlace[]): void {
  if (typeof value !== "object" || value === null || at.length > maxDepth) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => enter(item, index));
    return;
  }
  const record = value as Record<string, unknown>;
  const launched = launchedContainers(object, record, at);
  if (launched.length > 0) {
    places.push({ at: [...at], metadataAt: [...at, "metadata"], launchedContainersAt: launched });
  } else if (looksLikePodSpec(record, at)) {
    places.push({ at: [...at], metadataAt: metadataBeside(at) });
  } else {
    for (const key of Object.keys(record)) enter(record[key], key);
  }

  function enter(child: unknown, step: string | number): void {
    if (typeof child !== "object" || child === null) return;
    at.push(step);
    search(object, child, at, places);
    at.pop();
  }
}

/**
 * A mapping with a list of containers is a pod spec if it stands in a template or has no field that a
 * pod spec lacks. Many operators take `containers` beside fields of their own or without an image, to be
 * merged into a pod that the manifest does not show; those are not pods that can be judged.
 */
function looksLikePodSpec(value: Record<string, unknown>, at: Path): boolean {
  const { containers } = value;
  if (!Array.isArray(containers) || containers.length === 0 || !containers.every(hasImage)) return false;
  const parent = at.at(-2);
  const inTemplate = at.at(-1) === "spec" && typeof parent === "string" && /template$/i.test(parent);
  return inTemplate || Object.keys(value).every((key) => podSpecFields.has(key));
}

/** Tekton's and Argo Workflows' own step lists: their containers run behind a launcher, in a pod that the engine makes. */
function launchedContainers(object: KubernetesObject, value: Record<string, unknown>, at: Path): Path[] {
  const list = (key: string): Path[] =>
    Array.isArray(value[key])
      ? value[key].flatMap((item, index) => (isContainer(item) ? [[...at, key, index]] : []))
      : [];
  if (object.apiVersion.startsWith("tekton.dev/")) return list("steps");
  if (!object.apiVersion.startsWith("argoproj.io/") || !/Workflow|EventSource|Sensor/.test(object.kind)) return [];
  const single = ["container", "script"].filter((key) => isContainer(value[key])).map((key) => [...at, key]);
  const set = isRecord(value["containerSet"]) ? value["containerSet"]["containers"] : undefined;
  const inSet = Array.isArray(set)
    ? set.flatMap((item, index) => (isContainer(item) ? [[...at, "containerSet", "containers", index]] : []))
    : [];
  return [...single, ...inSet];
}

function metadataBeside(at: Path): Path {
  return at.at(-1) === "spec" ? [...at.slice(0, -1), "metadata"] : [...at, "metadata"];
}

function isContainer(value: unknown): boolean {
  return isRecord(value) && (typeof value["image"] === "string" || typeof value["name"] === "string");
}

function hasImage(value: unknown): boolean {
  return isRecord(value) && typeof value["image"] === "string" && value["image"] !== "";
}
