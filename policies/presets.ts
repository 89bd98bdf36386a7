import type { PresetName } from "./config.ts";
import type { Rule, Severity } from "./rule.ts";

/** What a preset makes of a rule's severity: undefined switches the rule off. */
export type Preset = (rule: Rule, own: Severity) => Severity | undefined;

/** The rules that a security review asks for: who can signal whom, and what a hook may do. */
const securityRules = new Set([
  "no-unsafe-shared-pid-namespace",
  "no-host-pid",
  "prestop-can-run",
  "prestop-kills-itself",
  "pid-one-reaps",
  "grace-not-zero",
  "misplaced-field",
  "readable-manifest",
  "valid-waivers",
]);

const raised: Readonly<Record<Severity, Severity>> = { advice: "warn", warn: "error", error: "error" };

export const presets: Readonly<Record<PresetName, Preset>> = {
  recommended: (_rule, own) => own,
  strict: (_rule, own) => raised[own],
  security: (rule, own) => (securityRules.has(rule.id) ? own : undefined),
};
