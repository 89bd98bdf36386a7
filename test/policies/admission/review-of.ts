import { parse } from "yaml";
import { defaultConfig } from "../../../policies/config.ts";
import type { AdmissionSettings, MutateDecision, ReviewRequest } from "../../../policies/admission/decision.ts";
import { applyPatch } from "../../../policies/admission/json-patch.ts";
import { mutate } from "../../../policies/admission/mutate.ts";
import { readReview } from "../../../policies/admission/review.ts";
import { rules } from "../../../policies/rules/index.ts";

export type Json = Record<string, unknown>;

export const settings: AdmissionSettings = {
  config: defaultConfig,
  rules,
  now: new Date("2026-11-22T12:00:00Z"),
  namespaceOptedIn: false,
};

const plurals: Readonly<Record<string, string>> = {
  Pod: "pods",
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
  CronJob: "cronjobs",
  Job: "jobs",
};

/** An AdmissionReview of an object, as the API server sends it. */
export function reviewOf(object: unknown, request: Json = {}): Json {
  const named = (object as Json | null)?.["kind"];
  const kind = typeof named === "string" ? named : "";
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      kind: { group: "", version: "v1", kind },
      resource: { group: "", version: "v1", resource: plurals[kind] ?? "widgets" },
      operation: "CREATE",
      namespace: "shop",
      userInfo: { username: "system:serviceaccount:kube-system:replicaset-controller" },
      dryRun: false,
      object,
      oldObject: null,
      ...request,
    },
  };
}

export function requestOf(object: unknown, request: Json = {}): ReviewRequest {
  const reading = readReview(reviewOf(object, request));
  if (reading.outcome !== "request") throw new Error(`no request: ${reading.message}`);
  return reading.request;
}

/** A pod from YAML: `spec` and, where given, `metadata`. */
export function podOf(yaml: string): Json {
  const { metadata, spec } = parse(yaml) as { metadata?: Json; spec: Json };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "tools", namespace: "shop", ...metadata },
    spec: { restartPolicy: "Always", terminationGracePeriodSeconds: 30, ...spec },
  };
}

/** The decision, and the pod as it is stored after it. */
export function mutated(
  pod: unknown,
  changed: Partial<AdmissionSettings> = {},
): { readonly decision: MutateDecision; readonly pod: Json } {
  const decision = mutate(requestOf(pod), { ...settings, ...changed });
  return { decision, pod: (decision.outcome === "patched" ? applyPatch(pod, decision.patch) : pod) as Json };
}
