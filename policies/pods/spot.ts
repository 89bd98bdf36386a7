import type { Pod } from "./pod.ts";
import { isRecord } from "../record.ts";

/** What a provider leaves a pod when it takes a spot node back. */
export interface SpotNotice {
  readonly seconds: number;
  /** True where `seconds` is the longest grace period that counts, false where it is all the time until the node is gone. */
  readonly isGrace: boolean;
  /** Who says so, and what. */
  readonly text: string;
}

const gke: SpotNotice = {
  seconds: 25,
  isGrace: true,
  text: "GKE gives a pod on a spot node 15 s, on Autopilot 25 s",
};
const aks: SpotNotice = {
  seconds: 30,
  isGrace: false,
  text: "Azure takes a spot node back about 30 s after its notice",
};
const aws: SpotNotice = {
  seconds: 120,
  isGrace: false,
  text: "AWS takes a spot node back 120 s after its notice",
};

/** Node labels and taints by which pods are sent to spot nodes, as the providers document them (A36). */
export const spotNodes: readonly { readonly key: string; readonly value: string; readonly notice: SpotNotice }[] = [
  { key: "cloud.google.com/gke-spot", value: "true", notice: gke },
  { key: "cloud.google.com/gke-preemptible", value: "true", notice: gke },
  { key: "cloud.google.com/gke-provisioning", value: "spot", notice: gke },
  { key: "kubernetes.azure.com/scalesetpriority", value: "spot", notice: aks },
  { key: "karpenter.sh/capacity-type", value: "spot", notice: aws },
  { key: "eks.amazonaws.com/capacityType", value: "SPOT", notice: aws },
];

/** The notice of the spot nodes on which the pod may run, by its node selector, tolerations and required node affinity. */
export function spotNoticeOf({ spec }: Pod): SpotNotice | undefined {
  const wanted = [...selected(spec.nodeSelector), ...tolerated(spec.tolerations), ...affine(spec.affinity)];
  return spotNodes.find(({ key, value }) =>
    wanted.some((label) => label.key === key && (label.value === undefined || label.value === value)),
  )?.notice;
}

/** A label by key, with any value where none is given. */
interface Label {
  readonly key: unknown;
  readonly value?: unknown;
}

function selected(nodeSelector: unknown): Label[] {
  return isRecord(nodeSelector)
    ? Object.entries(nodeSelector).map(([key, value]) => ({ key, value: String(value) }))
    : [];
}

function tolerated(tolerations: unknown): Label[] {
  return list(tolerations).map(({ key, operator, value }) => (operator === "Exists" ? { key } : { key, value }));
}

function affine(affinity: unknown): Label[] {
  const required = record(record(record(affinity)["nodeAffinity"])["requiredDuringSchedulingIgnoredDuringExecution"]);
  return list(required["nodeSelectorTerms"])
    .flatMap(({ matchExpressions }) => list(matchExpressions))
    .flatMap(({ key, operator, values }): Label[] => {
      if (operator === "Exists") return [{ key }];
      return operator === "In" && Array.isArray(values) ? values.map((value: unknown) => ({ key, value })) : [];
    });
}

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
