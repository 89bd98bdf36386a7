import { isRecord } from "../record.ts";
import type { Pod } from "./pod.ts";

/** Volumes that as a rule only one pod, or one node, can hold at a time. A claim's access mode is seldom in sight. */
const exclusiveVolumes = [
  "persistentVolumeClaim",
  "hostPath",
  "awsElasticBlockStore",
  "azureDisk",
  "cinder",
  "fc",
  "gcePersistentDisk",
  "iscsi",
  "portworxVolume",
  "rbd",
  "vsphereVolume",
];

/** Whether the pod holds what a second copy beside it may be unable to get: a disk or a port of the node. Then stopping before starting is the point. */
export function holdsExclusively({ spec }: Pod): boolean {
  const volumes: unknown = spec.volumes;
  return (
    spec.hostNetwork === true ||
    (Array.isArray(volumes) &&
      volumes.some((volume) => isRecord(volume) && exclusiveVolumes.some((kind) => isRecord(volume[kind])))) ||
    spec.containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort !== undefined))
  );
}
