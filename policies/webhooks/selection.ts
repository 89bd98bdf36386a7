import { isRecord } from "../record.ts";

/** Whether a label selector takes in an object, as far as its labels are known. */
export type Selection = "yes" | "no" | "unknown";

/** The label that every namespace has (F10). */
export const namespaceNameLabel = "kubernetes.io/metadata.name";

/**
 * Whether a label selector matches a namespace of which only the name is known. A label that must be there is one that
 * somebody opts in by, which nobody does for the system's namespaces; one that must not be there may have been set.
 */
export function selectsNamespace(selector: unknown, name: string): Selection {
  return selects(selector, (key, operator) => {
    if (key === namespaceNameLabel) return name;
    return operator === "In" || operator === "Exists" ? undefined : "unknown";
  });
}

/** Whether a label selector matches all objects but those of somebody who opts out: whoever opts in is not everybody. */
export const selectsEverybody = (selector: unknown): boolean => selects(selector, () => undefined) === "yes";

/** Whether a label selector matches an object of these labels. */
export const selectsLabels = (selector: unknown, labels: Readonly<Record<string, string>>): boolean =>
  selects(selector, (key) => (Object.hasOwn(labels, key) ? { value: labels[key] ?? "" } : undefined)) === "yes";

/** A label's value, undefined where it is not set, `unknown` where nobody can tell. */
type Lookup = (key: string, operator: string) => string | { readonly value: string } | undefined;

function selects(selector: unknown, lookup: Lookup): Selection {
  if (!isRecord(selector)) return "yes";
  const { matchLabels, matchExpressions } = selector;
  const wanted = isRecord(matchLabels) ? Object.entries(matchLabels) : [];
  const answers = new Set([
    ...wanted.map(([key, value]) => holds(lookup(key, "In"), "In", [String(value)])),
    ...(Array.isArray(matchExpressions) ? matchExpressions.filter(isRecord) : []).map((expression) => {
      const operator = String(expression["operator"]);
      const values = Array.isArray(expression["values"]) ? expression["values"].map(String) : [];
      return holds(lookup(String(expression["key"]), operator), operator, values);
    }),
  ]);
  if (answers.has("no")) return "no";
  return answers.has("unknown") ? "unknown" : "yes";
}

function holds(found: ReturnType<Lookup>, operator: string, values: readonly string[]): Selection {
  if (found === "unknown") return "unknown";
  const value = typeof found === "object" ? found.value : found;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value) ? "yes" : "no";
    case "NotIn":
      return value === undefined || !values.includes(value) ? "yes" : "no";
    case "Exists":
      return value === undefined ? "no" : "yes";
    case "DoesNotExist":
      return value === undefined ? "yes" : "no";
    default:
      return "unknown";
  }
}
