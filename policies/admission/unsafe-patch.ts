import { applyEdits, type Edit } from "../edit.ts";
import { valueAt } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import { applyPatch, sameValue, type PatchOperation } from "./json-patch.ts";
import type { MutateFailure } from "./decision.ts";

export interface PatchDefect {
  readonly reason: Extract<MutateFailure, "patch-mismatch" | "unsafe-patch">;
  readonly cause: Error;
}

/**
 * Looks at a patch once more before it is sent: one that the API server refuses would reject the pod (F7). `pod` is the
 * pod with the patch applied.
 */
export function defectOf(
  received: KubernetesObject,
  edits: readonly Edit[],
  patch: readonly PatchOperation[],
  pod: Pod,
): PatchDefect | undefined {
  const wanted = applyEdits<unknown>(received.value, edits);
  let patched: unknown;
  try {
    patched = applyPatch(received.value, patch);
  } catch (cause) {
    return { reason: "patch-mismatch", cause: new Error("the patch does not apply", { cause }) };
  }
  if (!sameValue(patched, wanted))
    return { reason: "patch-mismatch", cause: new Error("the patch does not do what the fixes ask for") };
  const why = whyUnsafe(received.value, patched, patch, pod);
  return why === undefined ? undefined : { reason: "unsafe-patch", cause: new Error(why) };
}

/** What the API server lets all annotations of an object have together, keys included. */
const maxAnnotationBytes = 256 * 1024;

function whyUnsafe(
  received: unknown,
  patched: unknown,
  patch: readonly PatchOperation[],
  pod: Pod,
): string | undefined {
  if (patch.some((operation) => operation.op !== "remove" && hasFraction(operation.value)))
    return "the patch has a number that is not whole: Kubernetes has no fields for it";
  if (annotationBytes(patched) > maxAnnotationBytes)
    return "the patch has the annotations outgrow 256 KiB, which the API server refuses";
  for (const container of pod.containers) {
    const at = container.path("lifecycle", "preStop");
    const before = valueAt(received, at) ?? undefined;
    if (before !== undefined && !sameValue(before, valueAt(patched, at)))
      return `the patch changes the preStop hook that ${container.name} has`;
    if (before === undefined && (container.preStop?.sleep?.seconds ?? 0) > pod.graceSeconds)
      return `the patch has ${container.name} sleep longer than the grace period, which the API server refuses (B6)`;
  }
  return undefined;
}

function annotationBytes(object: unknown): number {
  const annotations = valueAt(object, ["metadata", "annotations"]) ?? {};
  return Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
}

function hasFraction(value: unknown): boolean {
  if (typeof value === "number") return !Number.isInteger(value) || value < 0;
  return typeof value === "object" && value !== null && Object.values(value).some(hasFraction);
}
