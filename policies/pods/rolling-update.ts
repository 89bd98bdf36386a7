import { valueAt, type Path } from "../path.ts";
import type { KubernetesObject } from "./object.ts";
import { isShare, shareOf } from "./replicas.ts";

/** How many pods of a workload a rolling update may do without. */
export interface RollingUpdate {
  readonly unavailableAt: Path;
  readonly surgeAt: Path;
  /** As written, or Kubernetes' default. */
  readonly maxUnavailable: number | string;
  /** The pods that may be missing at once; 0 where the number of replicas is not known. */
  readonly missing: number;
  /** True where both settings come to 0, which would stop the rollout: then Kubernetes takes 1 for maxUnavailable. */
  readonly isForced: boolean;
}

/** Where a kind has its settings, their defaults, and how Kubernetes rounds a percentage of maxUnavailable. */
interface Settings {
  readonly at: Path;
  readonly maxUnavailable: number | string;
  readonly maxSurge: number | string;
  readonly round: (share: number) => number;
}

const settings: Readonly<Record<string, Settings>> = {
  Deployment: { at: ["spec", "strategy", "rollingUpdate"], maxUnavailable: "25%", maxSurge: "25%", round: Math.floor },
  Rollout: { at: ["spec", "strategy", "canary"], maxUnavailable: "25%", maxSurge: "25%", round: Math.floor },
  StatefulSet: { at: ["spec", "updateStrategy", "rollingUpdate"], maxUnavailable: 1, maxSurge: 0, round: Math.ceil },
  DaemonSet: { at: ["spec", "updateStrategy", "rollingUpdate"], maxUnavailable: 1, maxSurge: 0, round: Math.ceil },
};

/** The rolling update that a workload's author asked for; undefined where the manifest leaves it to Kubernetes, or cannot be read. */
export function rollingUpdateOf(workload: KubernetesObject, replicas: number | undefined): RollingUpdate | undefined {
  const kind = settings[workload.kind];
  if (kind === undefined) return undefined;
  const unavailableAt = [...kind.at, "maxUnavailable"];
  const surgeAt = [...kind.at, "maxSurge"];
  const unavailable = valueAt(workload.value, unavailableAt) ?? undefined;
  const surge = valueAt(workload.value, surgeAt) ?? undefined;
  if (unavailable === undefined && surge === undefined) return undefined;
  const maxUnavailable = unavailable ?? kind.maxUnavailable;
  const maxSurge = surge ?? kind.maxSurge;
  if (!isShare(maxUnavailable) || !isShare(maxSurge)) return undefined;
  const missing = shareOf(maxUnavailable, replicas ?? 0, kind.round);
  const extra = shareOf(maxSurge, replicas ?? 0, Math.ceil);
  const isForced = replicas !== undefined && missing === 0 && extra === 0;
  return { unavailableAt, surgeAt, maxUnavailable, missing: isForced ? 1 : missing, isForced };
}
