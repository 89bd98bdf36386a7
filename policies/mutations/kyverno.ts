import type { Path } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import { isRecord } from "../record.ts";
import { selectsLabels } from "../webhooks/selection.ts";
import { jsonPatchMutations } from "./json-patch-text.ts";
import { all, any, matchesKinds, matchesNames, not, secondsOf, type Applies, type Mutation } from "./mutation.ts";

/** What the mutate rules of a Kyverno ClusterPolicy or Policy write. */
export function kyvernoMutations(policy: KubernetesObject): readonly Mutation[] {
  const { spec } = policy.value;
  const rules = isRecord(spec) && Array.isArray(spec["rules"]) ? spec["rules"] : [];
  return rules.flatMap((rule: unknown, index) => {
    // With targets it changes objects that exist, in the background: a pod's shutdown cannot be changed then (A26).
    if (!isRecord(rule) || !isRecord(rule["mutate"]) || "targets" in rule["mutate"]) return [];
    const at: Path = ["spec", "rules", index, "mutate"];
    const applies = (pod: Pod): Applies =>
      all(
        policy.kind === "Policy" && policy.namespace !== undefined
          ? matchesNames([policy.namespace], pod.object.namespace)
          : "yes",
        matchesBlock(rule["match"], pod),
        isRecord(rule["exclude"]) && Object.keys(rule["exclude"]).length > 0
          ? not(matchesBlock(rule["exclude"], pod))
          : "yes",
        preconditions(rule["preconditions"], pod),
      );
    return written(rule["mutate"], at, applies);
  });
}

function written(mutate: Record<string, unknown>, at: Path, applies: Mutation["applies"]): readonly Mutation[] {
  const { patchStrategicMerge, patchesJson6902, foreach } = mutate;
  return [
    ...overlay(patchStrategicMerge, [...at, "patchStrategicMerge"], applies),
    ...(typeof patchesJson6902 === "string"
      ? jsonPatchMutations(patchesJson6902, [...at, "patchesJson6902"], applies)
      : []),
    ...(Array.isArray(foreach) ? foreach : []).flatMap((one: unknown, index) => {
      if (!isRecord(one)) return [];
      // Which containers the loop takes is an expression.
      const some = (pod: Pod): Applies => all(applies(pod), "preconditions" in one ? "unknown" : "yes");
      return written(one, [...at, "foreach", index], some);
    }),
  ];
}

/** `+(key)`: where it is missing; `(key)`, `<(key)`, `X(key)`: a condition. */
const anchor = /^(.?)\((.*)\)$/;

function overlay(value: unknown, at: Path, applies: Mutation["applies"]): readonly Mutation[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => overlay(item, [...at, index], applies));
  if (!isRecord(value)) return [];
  const entries = Object.entries(value);
  const conditions = entries.flatMap(([key, wanted]) => {
    const [, sign, name] = anchor.exec(key) ?? [];
    return name === undefined || sign === "+" ? [] : [{ name, sign, wanted }];
  });
  const narrowed = (pod: Pod): Applies => all(applies(pod), ...conditions.map((condition) => holds(condition, pod)));
  return entries.flatMap(([key, next]): readonly Mutation[] => {
    const [, sign, inner] = anchor.exec(key) ?? [];
    // Only what is missing is added: at admission no grace period is (F14), and no hook is replaced.
    if (inner !== undefined) return sign === "+" ? [] : overlay(next, [...at, key], narrowed);
    const place = [...at, key];
    if (key === "terminationGracePeriodSeconds")
      return [{ at: place, field: "grace", value: secondsOf(next), applies: narrowed }];
    if (key === "preStop" || (key === "lifecycle" && next === null))
      return [{ at: place, field: "preStop", value: next, applies: narrowed }];
    return overlay(next, place, narrowed);
  });
}

/** An anchored condition: a name or image of `*` is every container, `>50` of the grace period a comparison. */
function holds(condition: { name: string; sign: string | undefined; wanted: unknown }, pod: Pod): Applies {
  const { name, sign, wanted } = condition;
  if (sign !== "" || (typeof wanted !== "string" && typeof wanted !== "number")) return "unknown";
  if (name === "terminationGracePeriodSeconds") return compare(pod.graceSeconds, String(wanted));
  if (name === "name" || name === "image")
    return any(
      ...pod.containers.map((container) => matchesNames([wanted], name === "name" ? container.name : container.image)),
    );
  return "unknown";
}

function compare(seconds: number, pattern: string): Applies {
  const [, operator, text] = /^\s*(>=|<=|>|<|!)?\s*(\d+)\s*$/.exec(pattern) ?? [];
  if (text === undefined) return "unknown";
  const bound = Number(text);
  const holdsTrue =
    operator === ">"
      ? seconds > bound
      : operator === ">="
        ? seconds >= bound
        : operator === "<"
          ? seconds < bound
          : operator === "<="
            ? seconds <= bound
            : operator === "!"
              ? seconds !== bound
              : seconds === bound;
  return holdsTrue ? "yes" : "no";
}

function matchesBlock(block: unknown, pod: Pod): Applies {
  if (!isRecord(block)) return "unknown";
  const filters = (key: string): Applies[] | undefined =>
    Array.isArray(block[key]) ? block[key].map((filter: unknown) => matchesFilter(filter, pod)) : undefined;
  const [anyOf, allOf] = [filters("any"), filters("all")];
  if (anyOf !== undefined) return any(...anyOf);
  return allOf === undefined ? matchesFilter(block, pod) : all(...allOf);
}

function matchesFilter(filter: unknown, pod: Pod): Applies {
  if (!isRecord(filter)) return "unknown";
  const { resources, ...others } = filter;
  // Who asks (subjects, roles) is not in a manifest.
  const who = Object.keys(others).length > 0 ? "unknown" : "yes";
  if (!isRecord(resources)) return who;
  if (Object.keys(resources).length === 0) return "unknown";
  const { kinds, namespaces, names, name, selector, operations, ...rest } = resources;
  return all(
    who,
    Array.isArray(kinds) ? matchesKinds(kinds.map(String), pod) : "yes",
    Array.isArray(operations) && !operations.includes("CREATE") ? "no" : "yes",
    matchesNames(namespaces, pod.object.namespace),
    // A pod of a workload has a name that begins with the workload's.
    matchesNames(names ?? (name === undefined ? undefined : [name]), pod.object.name) === "yes" ? "yes" : "unknown",
    isRecord(selector) ? (selectsLabels(selector, pod.labels) ? "yes" : "no") : "yes",
    Object.keys(rest).length > 0 ? "unknown" : "yes",
  );
}

/** Of preconditions only a comparison of the grace period is read. */
function preconditions(block: unknown, pod: Pod): Applies {
  if (block === undefined || block === null) return "yes";
  const answers = (list: unknown): Applies[] =>
    (Array.isArray(list) ? list : []).map((condition: unknown) => precondition(condition, pod));
  if (Array.isArray(block)) return all(...answers(block));
  if (!isRecord(block)) return "unknown";
  const anyOf = answers(block["any"]);
  return all(...answers(block["all"]), ...(anyOf.length > 0 ? [any(...anyOf)] : []));
}

const graceExpression =
  /^\{\{\s*request\.object\.(?:spec\.|spec\.template\.spec\.)?terminationGracePeriodSeconds\b[^}]*\}\}$/;
const operators: Readonly<Record<string, string>> = {
  GreaterThan: ">",
  GreaterThanOrEquals: ">=",
  LessThan: "<",
  LessThanOrEquals: "<=",
  Equals: "",
  NotEquals: "!",
};

function precondition(condition: unknown, pod: Pod): Applies {
  if (!isRecord(condition)) return "unknown";
  const { key, operator, value } = condition;
  if (String(key).includes("request.operation")) return "yes";
  const sign = operators[String(operator)];
  return sign !== undefined && graceExpression.test(String(key).trim())
    ? compare(pod.graceSeconds, `${sign}${String(value)}`)
    : "unknown";
}
