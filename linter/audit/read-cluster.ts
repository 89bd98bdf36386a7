import type { KubernetesObject } from "../../policies/pods/object.ts";
import { readStringMap } from "../../policies/pods/read-object.ts";
import { valueAt } from "../../policies/path.ts";
import { programError } from "../errors.ts";
import type { ApiServer } from "./api-server.ts";
import { discover, type ServedKind } from "./discover.ts";
import { auditedKinds, resourceName, type AuditedKind } from "./kinds.ts";
import { listObjects } from "./list-objects.ts";
import { liveObject, type LiveObject } from "./live-object.ts";
import { notRead, type NotRead } from "./not-read.ts";
import { oneOfEachMake } from "./one-of-each-make.ts";

export interface ReadOptions {
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** A label selector for workloads. */
  readonly selector: string | undefined;
  /** Kinds that are not to be read, as kubectl calls them. */
  readonly without: readonly string[];
  readonly note: (text: string) => void;
}

/** What there was before the pods were read: enough to decide about each as it comes by. */
export interface Surroundings {
  readonly webhookConfigurations: readonly KubernetesObject[];
  /** By name; without those that could not be read. */
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly notRead: readonly NotRead[];
}

export interface ClusterContents<T> {
  /** To be judged. */
  readonly subjects: readonly KubernetesObject[];
  /** Read for relations alone. */
  readonly others: readonly KubernetesObject[];
  /** What was made of each pod that runs. */
  readonly pods: readonly T[];
  /** Not judged themselves, but as what made them. */
  readonly throughMaker: number;
  readonly over: number;
  readonly notRead: readonly NotRead[];
}

/** Makers are read before what they make, so that this need not be kept. */
const waves: readonly ((kind: AuditedKind) => boolean)[] = [
  ({ resource }) => !["replicasets", "jobs", "pods"].includes(resource),
  ({ resource }) => ["replicasets", "jobs"].includes(resource),
  ({ resource }) => resource === "pods",
];

interface Kept<T> {
  readonly live: LiveObject | undefined;
  readonly fate: "kept" | "through-maker" | "over";
  readonly pod: T | undefined;
}

/** Reads what an audit judges. `lookAt` sees every pod that runs, once, and its result alone is kept of most. */
export async function readCluster<T>(
  api: ApiServer,
  options: ReadOptions,
  lookAt: (surroundings: Surroundings) => (pod: LiveObject) => T | undefined,
): Promise<ClusterContents<T>> {
  const { namespaces, selector } = options;
  const isWanted = (kind: AuditedKind): boolean => !options.without.includes(resourceName(kind));
  const missing: NotRead[] = auditedKinds.filter((kind) => !isWanted(kind)).map((kind) => notRead(kind, undefined));
  const served = await discover(api, auditedKinds.filter(isWanted));
  const namespaceLabels = await readNamespaces(api, served, options, missing);
  const makers = new Set<string>();
  const subjects: KubernetesObject[] = [];
  const others: KubernetesObject[] = [];
  const webhookConfigurations: KubernetesObject[] = [];
  const pods: T[] = [];
  let [throughMaker, over] = [0, 0];
  let look: ((pod: LiveObject) => T | undefined) | undefined;

  for (const [index, isInWave] of waves.entries()) {
    if (index === waves.length - 1) look = lookAt({ webhookConfigurations, namespaceLabels, notRead: missing });
    const kinds = served.filter((kind) => kind.role !== "namespace" && isInWave(kind));
    const lists = await Promise.all(kinds.map(async (kind) => ({ kind, kept: await readKind(kind) })));
    for (const { kind, kept } of lists) {
      const live = kept.flatMap((one) => one.live ?? []);
      const objects = kind.resource === "pods" ? oneOfEachMake(live) : live;
      throughMaker += kept.filter(({ fate }) => fate === "through-maker").length + live.length - objects.length;
      over += kept.filter(({ fate }) => fate === "over").length;
      for (const { pod } of kept) if (pod !== undefined) pods.push(pod);
      const isSubject =
        kind.role === "workload" || (selector === undefined && (kind.role !== "webhook" || namespaces.length === 0));
      for (const { object, uid } of objects) {
        (isSubject ? subjects : others).push(object);
        if (kind.role === "webhook") webhookConfigurations.push(object);
        if (kind.role === "workload") makers.add(uid);
      }
    }
  }
  // In one order, whichever list was answered first.
  const notReadInOrder = missing.toSorted((a, b) => (a.what < b.what ? -1 : 1));
  return { subjects, others, pods, throughMaker, over, notRead: notReadInOrder };

  async function readKind(kind: ServedKind): Promise<readonly Kept<T>[]> {
    const spaces = kind.namespaced && namespaces.length > 0 ? namespaces : [undefined];
    const lists: Kept<T>[] = [];
    for (const namespace of spaces) {
      const { kept, refused } = await listObjects(
        api,
        kind,
        { namespace, selector: kind.role === "workload" ? selector : undefined, note: options.note },
        (item) => keep(item, kind),
      );
      if (refused !== undefined) missing.push(notRead(kind, { namespace, words: refused }));
      for (const one of kept) lists.push(one);
    }
    return lists;
  }

  function keep(item: Readonly<Record<string, unknown>>, kind: ServedKind): Kept<T> | undefined {
    const live = liveObject(item, kind);
    if (live === undefined) return undefined;
    const isPod = kind.resource === "pods";
    if (live.isOver || (isPod && live.isLeaving)) {
      makers.add(live.uid);
      return { live: undefined, fate: "over", pod: undefined };
    }
    const pod = isPod ? look?.(live) : undefined;
    if (kind.role !== "workload" || live.controllerUid === undefined || !makers.has(live.controllerUid))
      return { live, fate: "kept", pod };
    makers.add(live.uid);
    return { live: undefined, fate: "through-maker", pod };
  }
}

/** The namespaces' labels. One that was named must be there: a list of the objects in it would be empty, and so clean. */
async function readNamespaces(
  api: ApiServer,
  served: readonly ServedKind[],
  { namespaces, note }: ReadOptions,
  missing: NotRead[],
): Promise<Surroundings["namespaceLabels"]> {
  const labels = new Map<string, Readonly<Record<string, string>>>();
  const kind = served.find(({ role }) => role === "namespace");
  if (kind === undefined) return labels;
  if (namespaces.length === 0) {
    const options = { namespace: undefined, selector: undefined, note };
    const { kept, refused } = await listObjects(api, kind, options, (item) => liveObject(item, kind)?.object);
    if (refused !== undefined) missing.push(notRead(kind, { namespace: undefined, words: refused }));
    for (const object of kept) labels.set(object.name, object.labels);
  }
  for (const name of namespaces) {
    const { status, body, message } = await api.get(`/api/v1/namespaces/${encodeURIComponent(name)}`);
    if (status === 200) labels.set(name, readStringMap(valueAt(body, ["metadata", "labels"])));
    else if (status === 403) missing.push(notRead(kind, { namespace: name, words: message }));
    else throw programError("nothing-to-audit", `the cluster has no namespace "${name}"`);
  }
  return labels;
}
