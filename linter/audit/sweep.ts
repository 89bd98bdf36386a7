import type {
  AdmissionSettings,
  MutateDecision,
  ReviewRequest,
  ValidateDecision,
} from "../../policies/admission/decision.ts";
import { enforcementOf } from "../../policies/admission/enforcement.ts";
import { injectedAnnotation } from "../../policies/admission/injected.ts";
import { mutate } from "../../policies/admission/mutate.ts";
import { validate } from "../../policies/admission/validate.ts";
import type { FactId } from "../../policies/facts/facts.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import { isOwnedBy } from "../../policies/pods/owners.ts";
import type { Crash } from "../../policies/run.ts";
import type { WebhookScope } from "./webhook-scope.ts";

/** What the webhook would have done with a pod that runs, had it seen it. */
export interface Swept {
  readonly object: KubernetesObject;
  /** Undefined where it would have let the pod be. */
  readonly slip: { readonly message: string; readonly facts: readonly FactId[] } | undefined;
  readonly crashes: readonly Crash[];
}

/**
 * The webhook's own decision about a live pod, as if it were created now. A pod that carries its note was seen by the
 * mutating side; nothing tells whether the validating side was asked, so a pod that it refuses is told either way.
 */
export function sweep(
  object: KubernetesObject,
  namespaceLabels: Readonly<Record<string, string>>,
  scope: WebhookScope,
  settings: Omit<AdmissionSettings, "namespaceOptedIn">,
): Swept {
  const [pod] = objectSet([object]).podsIn(object);
  if (pod === undefined) return { object, slip: undefined, crashes: [] };
  const unscoped = { ...settings, namespaceOptedIn: false };
  // Most pods can be refused by no rule, and need not be judged for it.
  const rules = [...settings.rules, ...settings.config.customRules];
  const mayBeRefused = rules.some(({ id }) => enforcementOf(id, "error", object, pod, unscoped) === "deny");
  const refusal =
    mayBeRefused && scope.validates(pod, namespaceLabels) ? validate(creationOf(object), unscoped) : undefined;
  const asked = Object.hasOwn(object.annotations, injectedAnnotation) ? undefined : scope.mutates(pod, namespaceLabels);
  const change = asked && mutate(creationOf(object), { ...settings, namespaceOptedIn: asked.optedIn });
  const parts = [refusalText(refusal), changeText(change)].filter((text) => text !== undefined);
  return {
    object,
    slip:
      parts.length === 0
        ? undefined
        : {
            message: `${parts.join("; ")}; ${scope.isInstalled ? "it was made while the webhook did not answer, was not there, or was set up otherwise: replace the pod" : "no webhook of gracewarden is installed here"}`,
            facts: ["failurePolicy"],
          },
    crashes: [...(refusal?.crashes ?? []), ...crashOf(change, object)],
  };
}

const creationOf = (object: KubernetesObject): ReviewRequest => ({
  uid: "audit",
  operation: "CREATE",
  resource: "pods",
  subResource: "",
  dryRun: true,
  byNode: isOfNode(object),
  object,
  oldObject: undefined,
});

/** A mirror pod is its node's; the annotation alone can be written by anybody. */
const isOfNode = ({ value }: KubernetesObject): boolean => isOwnedBy(value, "Node");

function refusalText(decision: ValidateDecision | undefined): string | undefined {
  if (decision === undefined || decision.allowed) return undefined;
  const denials = decision.findings.filter(
    ({ finding, enforcement }) => enforcement === "deny" && finding.verdict === "fail" && finding.waived === undefined,
  );
  const [first] = denials;
  if (first === undefined) return "the webhook would refuse this pod";
  const rules = [...new Set(denials.map(({ finding }) => finding.rule))];
  const others = rules.length === 1 ? "" : ` (and by ${rules.slice(1).join(", ")})`;
  return `the webhook would refuse this pod by ${first.finding.rule}${others}: ${first.finding.message}`;
}

function changeText(decision: MutateDecision | undefined): string | undefined {
  if (decision?.outcome !== "patched") return undefined;
  const changes = [...new Set(decision.injections.map(({ rule, title }) => `${title} (${rule})`))];
  const what = changes.length === 0 ? "tell the proxy its budget" : changes.map(lowerFirst).join(", ");
  return `the webhook has left no note on this pod and would ${what}`;
}

const lowerFirst = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

/** A rule that failed is a defect; that a pod cannot be patched is not. */
function crashOf(decision: MutateDecision | undefined, object: KubernetesObject): readonly Crash[] {
  if (decision?.outcome !== "failed" || decision.rule === undefined || decision.cause === undefined) return [];
  return [{ rule: decision.rule, object, cause: decision.cause }];
}
