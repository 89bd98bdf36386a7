import { memoText } from "../memo.ts";
import { editDistance } from "../spelling.ts";

/** What a mapping of a workload is, by the fields that it may hold. */
export type Level =
  | "object"
  | "metadata"
  | "workload"
  | "template"
  | "pod spec"
  | "security context"
  | "container"
  | "lifecycle"
  | "handler"
  | "probe"
  | "readiness probe";

/** The fields that decide how a pod starts and stops, and where the API server looks for them. It drops them anywhere else. */
export const fieldHomes: Readonly<Record<string, readonly Level[]>> = {
  terminationGracePeriodSeconds: ["pod spec", "probe"],
  shareProcessNamespace: ["pod spec"],
  hostPID: ["pod spec"],
  readinessGates: ["pod spec"],
  lifecycle: ["container"],
  livenessProbe: ["container"],
  readinessProbe: ["container"],
  startupProbe: ["container"],
  preStop: ["lifecycle"],
  postStart: ["lifecycle"],
  stopSignal: ["lifecycle"],
  minReadySeconds: ["workload"],
  strategy: ["workload"],
  updateStrategy: ["workload"],
};

/** Kinds whose spec has these fields; a field that no kind is named for may stand in any. */
const workloadFields: Readonly<Record<string, readonly string[]>> = {
  minReadySeconds: ["Deployment", "ReplicaSet", "ReplicationController", "DaemonSet", "StatefulSet"],
  strategy: ["Deployment"],
  updateStrategy: ["DaemonSet", "StatefulSet"],
};

/** Whether the API server reads the field at this level of an object of this kind. */
export function isHome(field: string, level: Level, kind: string): boolean {
  if (fieldHomes[field]?.includes(level) !== true) return false;
  return level !== "workload" || workloadFields[field]?.includes(kind) === true;
}

/** Names that are written for a field and are not its own. */
const otherNames: Readonly<Record<string, string>> = {
  terminationgraceperiod: "terminationGracePeriodSeconds",
  terminationgraceseconds: "terminationGracePeriodSeconds",
  terminationperiodseconds: "terminationGracePeriodSeconds",
  graceperiodseconds: "terminationGracePeriodSeconds",
  graceperiod: "terminationGracePeriodSeconds",
  prestophook: "preStop",
  poststarthook: "postStart",
  sharedpidnamespace: "shareProcessNamespace",
  sharepidnamespace: "shareProcessNamespace",
  lifecyclehooks: "lifecycle",
};

/** The field that a key stands for: by its name, by another name for it, or misspelt by one letter (two in a long name). */
export const fieldMeantBy = memoText((key): string | undefined => {
  if (Object.hasOwn(fieldHomes, key)) return key;
  const lower = key.toLowerCase();
  if (Object.hasOwn(otherNames, lower)) return otherNames[lower];
  // Who misspells a name seldom misses its first letter; most keys are done with here.
  return spellings.find(
    (field) =>
      field.lower[0] === lower[0] &&
      Math.abs(field.lower.length - lower.length) <= field.most &&
      (field.lower === lower || (field.most > 0 && editDistance(lower, field.lower) <= field.most)),
  )?.name;
}, 256);

const spellings = Object.keys(fieldHomes).map((name) => ({
  name,
  lower: name.toLowerCase(),
  /** How many letters may be wrong. */
  most: name.length >= 14 ? 2 : name.length >= 9 ? 1 : 0,
}));
