import { enforcementOf } from "../../../policies/admission/enforcement.ts";
import type { Config } from "../../../policies/config.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";
import { rules } from "../../../policies/rules/index.ts";
import { run } from "../../../policies/run.ts";

export const now = new Date("2026-11-22T12:00:00Z");

/** What should become of an object by each rule that finds something, as `audit, warn`. */
type Verdicts = ReadonlyMap<string, string>;

/** By our own rules, of an object that the API server has shown, alone. */
export function ourVerdicts(shown: Readonly<Record<string, unknown>>, config: Config): Verdicts {
  const [read] = readObjects(shown, "answer.json").objects;
  if (read === undefined) throw new Error("the API server showed no object");
  const { object } = read;
  const set = objectSet([object]);
  const { findings, crashes } = run(set, [object], rules, config, now);
  if (crashes.length > 0) throw new Error("a rule crashed", { cause: crashes[0]?.cause });
  const [pod] = set.podsIn(object);
  const settings = { config, rules, now, namespaceOptedIn: false };
  return together(
    findings
      .filter(({ verdict }) => verdict === "fail")
      .flatMap(({ rule, severity, waived }) => {
        const action = enforcementOf(rule, severity, object, pod, settings);
        // By default an annotation waives what is not denied; a workload is only warned of.
        if (action === "off" || (waived !== undefined && action !== "deny")) return [];
        return [[rule, action === "deny" && pod !== undefined && object.kind !== "Pod" ? "warn" : action] as const];
      }),
  );
}

/** By the policies whose names begin with `prefix`, as the API server has warned. */
export function theirVerdicts(warnings: readonly string[], prefix: string): Verdicts {
  const name =
    /^Validation failed for ValidatingAdmissionPolicy '([^']+?)-(deny|warn|audit)(?:-workloads|-cronjobs)?(?:-\d+)?'/;
  return together(
    warnings.flatMap((warning) => {
      const [, policy = "", action = ""] = name.exec(warning) ?? [];
      return policy.startsWith(`${prefix}-`) ? [[policy.slice(prefix.length + 1), action] as const] : [];
    }),
  );
}

function together(verdicts: readonly (readonly [rule: string, action: string])[]): Verdicts {
  const byRule = Map.groupBy(verdicts, ([rule]) => rule);
  return new Map(
    [...byRule].map(([rule, each]) => [rule, [...new Set(each.map(([, action]) => action))].toSorted().join(", ")]),
  );
}
