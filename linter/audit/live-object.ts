import { valueAt } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { controllerOf } from "../../policies/pods/owners.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { isRecord } from "../../policies/record.ts";

/** An object of a cluster, with what its status and metadata say about its life. */
export interface LiveObject {
  /** Without its status and without what the API server keeps for itself: neither is anybody's manifest. */
  readonly object: KubernetesObject;
  readonly uid: string;
  /** Of the object that made it and keeps it, where one does. */
  readonly controllerUid: string | undefined;
  /** It runs no more, or has nothing to run: a pod or Job that is over, a ReplicaSet of none that is kept to go back to. */
  readonly isOver: boolean;
  /** It is being deleted. */
  readonly isLeaving: boolean;
}

/** Reads an item of a list, which does not say its kind itself; undefined where it is no object. */
export function liveObject(
  item: Readonly<Record<string, unknown>>,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): LiveObject | undefined {
  const { status, metadata, ...rest } = item;
  if (!isRecord(metadata)) return undefined;
  const { managedFields: _managed, annotations, ...meta } = metadata;
  const kept = isRecord(annotations) ? { annotations: withoutLastApplied(annotations) } : {};
  const [read] = readObjects({ ...rest, apiVersion, kind, metadata: { ...meta, ...kept } }, undefined).objects;
  if (read === undefined) return undefined;
  const { object } = read;
  const uid = controllerOf(item)?.["uid"];
  const controllerUid = typeof uid === "string" ? uid : undefined;
  return {
    object,
    uid: typeof meta["uid"] === "string" ? meta["uid"] : "",
    controllerUid,
    isOver: isOver(object, status, controllerUid),
    isLeaving: "deletionTimestamp" in meta,
  };
}

/** The whole object once more, as text. */
const withoutLastApplied = ({
  "kubectl.kubernetes.io/last-applied-configuration": _applied,
  ...others
}: Record<string, unknown>): Record<string, unknown> => others;

function isOver({ kind, value }: KubernetesObject, status: unknown, controllerUid: string | undefined): boolean {
  switch (kind) {
    case "Pod":
      return ["Succeeded", "Failed"].includes(String(valueAt(status, ["phase"])));
    case "Job": {
      const conditions = valueAt(status, ["conditions"]);
      return (
        Array.isArray(conditions) &&
        conditions.some(
          (one) => isRecord(one) && ["Complete", "Failed"].includes(String(one["type"])) && one["status"] === "True",
        )
      );
    }
    case "ReplicaSet":
    case "ReplicationController":
      return controllerUid !== undefined && valueAt(value, ["spec", "replicas"]) === 0;
    default:
      return false;
  }
}
