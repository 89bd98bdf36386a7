import { valueAt, type Path } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import { isRecord } from "../record.ts";
import { selectsLabels } from "../webhooks/selection.ts";
import { all, any, matchesKinds, matchesNames, not, secondsOf, type Applies, type Mutation } from "./mutation.ts";

/** What a Gatekeeper Assign or ModifySet writes. */
export function gatekeeperMutations(policy: KubernetesObject): readonly Mutation[] {
  const location = valueAt(policy.value, ["spec", "location"]);
  if (typeof location !== "string") return [];
  const field = location.endsWith("terminationGracePeriodSeconds")
    ? "grace"
    : /\b(?:preStop|lifecycle)\b/.test(location) && !location.includes("postStart")
      ? "preStop"
      : undefined;
  if (field === undefined) return [];
  const tests = valueAt(policy.value, ["spec", "parameters", "pathTests"]);
  const conditions = Array.isArray(tests) ? tests.map((test: unknown) => valueAt(test, ["condition"])) : [];
  // Then it only adds: no grace period is missing at admission (F14), and no hook is replaced.
  if (conditions.includes("MustNotExist")) return [];
  const at: Path = ["spec", "parameters", "assign", "value"];
  const value = policy.kind === "Assign" ? valueAt(policy.value, at) : undefined;
  return [
    {
      at: value === undefined ? ["spec", "location"] : at,
      field,
      value: field === "grace" ? secondsOf(value ?? null) : location.endsWith("preStop") ? value : undefined,
      applies: (pod) => all(appliesTo(policy, pod), containerOf(location, pod), matches(policy, pod)),
    },
  ];
}

function appliesTo(policy: KubernetesObject, pod: Pod): Applies {
  const list = valueAt(policy.value, ["spec", "applyTo"]);
  const kinds = (Array.isArray(list) ? list : []).flatMap((one: unknown) => valueAt(one, ["kinds"]));
  return matchesKinds(kinds.map(String), pod);
}

/** `containers[name:web]`, `containers[name:*]`. */
function containerOf(location: string, pod: Pod): Applies {
  const name = /\[\s*name\s*:\s*"?([^\]"]*?)"?\s*\]/.exec(location)?.[1];
  return name === undefined || name === "*"
    ? "yes"
    : any(...pod.containers.map((one) => matchesNames([name], one.name)));
}

function matches(policy: KubernetesObject, pod: Pod): Applies {
  const match = valueAt(policy.value, ["spec", "match"]);
  if (!isRecord(match)) return "yes";
  const { kinds, namespaces, excludedNamespaces, labelSelector, scope, ...rest } = match;
  const named = (Array.isArray(kinds) ? kinds : []).flatMap((one: unknown) => valueAt(one, ["kinds"])).map(String);
  return all(
    named.length === 0 ? "yes" : matchesKinds(named, pod),
    scope === "Cluster" ? "no" : "yes",
    matchesNames(namespaces, pod.object.namespace),
    Array.isArray(excludedNamespaces) && excludedNamespaces.length > 0
      ? not(matchesNames(excludedNamespaces, pod.object.namespace))
      : "yes",
    isRecord(labelSelector) ? (selectsLabels(labelSelector, pod.labels) ? "yes" : "no") : "yes",
    Object.keys(rest).length > 0 ? "unknown" : "yes",
  );
}
