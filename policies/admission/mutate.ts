import type { Edit } from "../edit.ts";
import { valueAt } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import { objectSet, type ObjectSet } from "../pods/object-set.ts";
import type { Container, Pod } from "../pods/pod.ts";
import type { AdmissionSettings, MutateDecision, MutateFailure, ReviewRequest } from "./decision.ts";
import { fixSafely, type Fixed } from "./fixpoint.ts";
import { injectedAnnotation, noteOf, readInjected, withMore, type Injected } from "./injected.ts";
import { toJsonPatch } from "./json-patch.ts";
import { failureWarning, undelayedWarnings } from "./messages.ts";
import { tellBudget, tellToken } from "./proxy-environment.ts";
import { podInScope } from "./scope.ts";
import { defectOf } from "./unsafe-patch.ts";

/** Decides what a pod gets at its creation. Never throws and never rejects: what goes wrong admits the pod as it is (F6, F7). */
export function mutate(request: ReviewRequest, settings: AdmissionSettings): MutateDecision {
  try {
    const set = objectSet([request.object]);
    const pod = podInScope(request, set, settings);
    if (typeof pod !== "string") return inject(request.object, pod, set, settings);
    return { outcome: "skipped", reason: pod, warnings: [], auditAnnotations: { outcome: `skipped: ${pod}` } };
  } catch (cause) {
    return unpatched(cause);
  }
}

/** For a pod that could not be looked at. */
export const unpatched = (cause: unknown): MutateDecision => failed("internal-error", undefined, cause);

function inject(received: KubernetesObject, pod: Pod, set: ObjectSet, settings: AdmissionSettings): MutateDecision {
  const fixed = fixSafely(received, set, settings);
  if ("failed" in fixed) return failed(fixed.failed, fixed.rule, fixed.cause);
  const before = readInjected(received.annotations);
  const had = (container: Container): unknown =>
    valueAt(received.value, container.path("lifecycle", "preStop")) ?? undefined;
  const added = fixed.pod.containers.filter(
    (container) => container.preStop !== undefined && had(container) === undefined,
  );
  const told = tellProxies(fixed, added, before, settings);
  const warnings = undelayedWarnings(fixed.left, told.warnings);
  const edits = [...fixed.edits, ...told.edits];
  if (edits.length === 0) return { outcome: "unchanged", warnings, auditAnnotations: { outcome: "unchanged" } };
  const note = withMore(before, noteOf(pod, fixed, added, told.env));
  edits.push({ op: "set", at: ["metadata", "annotations", injectedAnnotation], value: JSON.stringify(note) });
  const patch = toJsonPatch(received.value, edits);
  const defect = defectOf(received, edits, patch, fixed.pod);
  if (defect !== undefined) return failed(defect.reason, undefined, defect.cause);
  // Not the note's: what an earlier call wrote there, anybody may have written.
  const rules = [...new Set(fixed.injections.map(({ rule }) => rule))];
  const auditAnnotations = { outcome: "patched", ...(rules.length > 0 && { rules: rules.join(",") }) };
  return { outcome: "patched", patch, injections: fixed.injections, warnings, auditAnnotations };
}

function failed(reason: MutateFailure, rule: string | undefined, cause: unknown): MutateDecision {
  const outcome = `failed: ${reason}${rule === undefined ? "" : ` (${rule})`}`;
  return { outcome: "failed", reason, rule, cause, warnings: [failureWarning(rule)], auditAnnotations: { outcome } };
}

/** What the pod's proxies are told of their budget; `added`: the containers whose hook is ours since now. */
function tellProxies(
  { pod }: Fixed,
  added: readonly Container[],
  before: Injected,
  { preStopToken }: AdmissionSettings,
): { readonly edits: readonly Edit[]; readonly warnings: readonly string[]; readonly env: [string, string[]][] } {
  const told = pod.mainContainers
    .filter(({ isProxy }) => isProxy)
    .map((container) => {
      const budget = tellBudget(pod, container, new Map(Object.entries(before.env ?? {})).get(container.name) ?? []);
      const newVariables = budget.edits.filter(({ at }) => at.at(-2) === "env").length;
      const token = added.includes(container) ? [tellToken(container, preStopToken?.(), newVariables)] : [];
      return { container, parts: [budget, ...token] };
    });
  const parts = told.flatMap((one) => one.parts);
  return {
    edits: parts.flatMap(({ edits }) => edits),
    warnings: parts.flatMap(({ warnings }) => warnings),
    env: told.map(({ container, parts: own }) => [container.name, own.flatMap(({ names }) => names)]),
  };
}
