import type { Config } from "../config.ts";
import type { Rule } from "../rule.ts";
import { withDefaults } from "../run.ts";
import type { CelExport } from "./cel-rule.ts";
import { enforcedChecks, type EnforcedCheck } from "./enforced-check.ts";
import { celRules } from "./rules/index.ts";

/** A rule as a configuration has it, ready to be written as policies. */
export interface ExportedRule {
  readonly rule: Rule;
  readonly exported: CelExport;
  /** Empty where the rule is off, cannot be exported or has nothing to look for. */
  readonly checks: readonly EnforcedCheck[];
}

/** All rules, in their order; `today`, `YYYY-MM-DD`, is the only clock that the policies will have. */
export function exportRules(rules: readonly Rule[], config: Config, today: string): ExportedRule[] {
  return rules.map((rule) => {
    const exported = celOf(rule.id)({
      options: withDefaults(rule.options, config.rules[rule.id]?.options),
      oldestMinor: config.kubernetes.oldestMinor,
      budget: config.budget,
      ruleIds: [...rules, ...config.customRules].map(({ id }) => id),
      today,
    });
    const checks = exported.fidelity === "not-exportable" ? [] : exported.checks;
    return { rule, exported, checks: checks.flatMap((check) => enforcedChecks(rule, check, config)) };
  });
}

function celOf(id: string): NonNullable<(typeof celRules)[string]> {
  const rule = Object.hasOwn(celRules, id) ? celRules[id] : undefined;
  if (rule === undefined) throw new Error(`policies/cel/rules/index.ts does not say how ${id} is exported`);
  return rule;
}
