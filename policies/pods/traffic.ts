import { valueAt } from "../path.ts";
import type { KubernetesObject } from "./object.ts";
import { isRecord } from "../record.ts";

/** Manifests often leave the namespace to the command line; then they may meet. */
export function sameNamespace(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace;
}

/** Whether a Service's or PodDisruptionBudget's selector matches labels. An empty selector of a Service selects nothing, that of a budget everything; a missing one nothing. */
export function matchesSelector(object: KubernetesObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = valueAt(object.value, ["spec", "selector"]);
  if (object.kind === "Service")
    return isRecord(selector) && Object.keys(selector).length > 0 && matchesLabels(selector, labels);
  if (!isRecord(selector)) return false;
  const { matchLabels, matchExpressions } = selector;
  if (isRecord(matchLabels) && !matchesLabels(matchLabels, labels)) return false;
  return (
    !Array.isArray(matchExpressions) || matchExpressions.every((expression) => matchesExpression(expression, labels))
  );
}

function matchesLabels(wanted: Record<string, unknown>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === String(value));
}

function matchesExpression(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (!isRecord(expression)) return false;
  const key = String(expression["key"]);
  const values = Array.isArray(expression["values"]) ? expression["values"].map(String) : [];
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (expression["operator"]) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** The name of an autoscaler's target. */
export function targetName(autoscaler: KubernetesObject): unknown {
  return valueAt(autoscaler.value, ["spec", "scaleTargetRef", "name"]);
}

/** Whether an autoscaler's target is this object. */
export function targetsObject(autoscaler: KubernetesObject, object: KubernetesObject): boolean {
  const target = valueAt(autoscaler.value, ["spec", "scaleTargetRef"]);
  // KEDA takes a Deployment where no kind is written.
  return isRecord(target) && targetName(autoscaler) === object.name && (target["kind"] ?? "Deployment") === object.kind;
}
