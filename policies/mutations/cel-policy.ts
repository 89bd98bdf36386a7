import { valueAt, type Path } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import { isRecord } from "../record.ts";
import { selectsLabels, selectsNamespace } from "../webhooks/selection.ts";
import { jsonPatchMutations, picksHookless } from "./json-patch-text.ts";
import { all, type Applies, type Mutation } from "./mutation.ts";

/** What a MutatingAdmissionPolicy, or Kyverno's MutatingPolicy of the same form, writes: literals in its CEL are read. */
export function celMutations(policy: KubernetesObject): readonly Mutation[] {
  const mutations = valueAt(policy.value, ["spec", "mutations"]);
  const applies = (pod: Pod): Applies => matches(policy, pod);
  return (Array.isArray(mutations) ? mutations : []).flatMap((mutation: unknown, index): readonly Mutation[] => {
    const at = (kind: string): Path => ["spec", "mutations", index, kind, "expression"];
    const patch = valueAt(mutation, ["jsonPatch", "expression"]);
    const apply = valueAt(mutation, ["applyConfiguration", "expression"]);
    return [
      ...(typeof patch === "string" ? jsonPatchMutations(patch, at("jsonPatch"), applies) : []),
      ...(typeof apply === "string" ? applyConfiguration(apply, at("applyConfiguration"), applies) : []),
    ];
  });
}

function applyConfiguration(text: string, at: Path, applies: Mutation["applies"]): readonly Mutation[] {
  const grace = /\bterminationGracePeriodSeconds\s*:\s*([^,}\s]+)\s*[,}]/.exec(text)?.[1];
  // A conditional in the expression decides whether and what is written.
  const some = (pod: Pod): Applies => all(applies(pod), /\s\?\s/.test(text) ? "unknown" : "yes");
  return [
    ...(grace === undefined
      ? []
      : [{ at, field: "grace" as const, value: /^\d+$/.test(grace) ? Number(grace) : undefined, applies: some }]),
    // Containers without a hook may be picked by the same expression, so what it replaces is not certain.
    ...(/\bpreStop\s*:/.test(text) && !picksHookless(text)
      ? [{ at, field: "preStop" as const, value: undefined, applies: some }]
      : []),
  ];
}

function matches(policy: KubernetesObject, pod: Pod): Applies {
  const spec = policy.value["spec"];
  if (!isRecord(spec)) return "no";
  const constraints = isRecord(spec["matchConstraints"]) ? spec["matchConstraints"] : {};
  const rules = Array.isArray(constraints["resourceRules"]) ? constraints["resourceRules"] : [];
  const plural = `${pod.object.kind.toLowerCase()}s`;
  const named = rules.some((rule: unknown) => {
    const [resources, operations] = [valueAt(rule, ["resources"]), valueAt(rule, ["operations"])];
    const creates = !Array.isArray(operations) || ["*", "CREATE"].some((one) => operations.includes(one));
    return creates && Array.isArray(resources) && ["*", "*/*", "pods", plural].some((one) => resources.includes(one));
  });
  const { namespace } = pod.object;
  const conditions = Array.isArray(spec["matchConditions"]) ? spec["matchConditions"] : [];
  return all(
    named ? "yes" : "no",
    selectsLabels(constraints["objectSelector"], pod.labels) ? "yes" : "no",
    namespace === undefined
      ? isRecord(constraints["namespaceSelector"])
        ? "unknown"
        : "yes"
      : selectsNamespace(constraints["namespaceSelector"], namespace),
    "excludeResourceRules" in constraints ? "unknown" : "yes",
    ...conditions.map((condition: unknown) => conditionHolds(valueAt(condition, ["expression"]), pod)),
  );
}

const comparison = /^(?:object\.spec|variables\.\w+)\.terminationGracePeriodSeconds\s*(>=|>)\s*(\d+)$/;

function conditionHolds(expression: unknown, pod: Pod): Applies {
  const [, operator, text] = comparison.exec(String(expression).trim()) ?? [];
  if (text === undefined) return "unknown";
  return (operator === ">" ? pod.graceSeconds > Number(text) : pod.graceSeconds >= Number(text)) ? "yes" : "no";
}
