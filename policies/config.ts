import { defaultBudgetSettings, type BudgetSettings } from "./budget-settings.ts";
import type { Rule, Severity } from "./rule.ts";
import type { Waiver } from "./waiver.ts";

/** What the configuration says of one rule; what it leaves out follows the presets, then the rule itself. */
export interface RuleSetting {
  readonly severity?: Severity | "off";
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Which objects an override or a waiver is for; every list that is present must match, `*` stands for any run of characters. */
export interface ObjectMatch {
  /** Kind and name of the workload: the pods of a Deployment go by the Deployment's. */
  readonly kinds?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly names?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Globs over the file's path: `*` stays in a folder, `**` does not. Never matches where there is no file. */
  readonly paths?: readonly string[];
}

export interface Override {
  readonly match: ObjectMatch;
  readonly rules: Readonly<Record<string, RuleSetting>>;
}

export const presetNames = ["recommended", "strict", "security"] as const;
export type PresetName = (typeof presetNames)[number];

/** What the webhook does with a finding: `audit` tells it to the API server's audit log alone. */
export const enforcements = ["deny", "warn", "audit", "off"] as const;
export type Enforcement = (typeof enforcements)[number];

/** How the webhook enforces the rules; the linter has severities instead. */
export interface EnforcementSettings {
  /** For findings of severity `warn` and `error` of rules that are not named; their advice is audited. */
  readonly default: Enforcement;
  readonly rules: Readonly<Record<string, Enforcement>>;
  /** By namespace name, `*` standing for any run of characters; the last that matches and names the rule holds. */
  readonly namespaces: readonly {
    readonly match: readonly string[];
    readonly rules: Readonly<Record<string, Enforcement>>;
  }[];
  /** Rules that take no waivers at admission, from an annotation or from the configuration. */
  readonly locked: readonly string[];
  /**
   * Whether waivers written as annotations count at admission: nowhere, everywhere, or everywhere but for denials, those
   * of the rules listed excepted. Whoever may create a pod can write its annotations.
   */
  readonly inlineWaivers: boolean | readonly string[];
}

/** A configuration that has been read and checked; the same for linter and webhook. */
export interface Config {
  readonly extends: readonly PresetName[];
  readonly rules: Readonly<Record<string, RuleSetting>>;
  readonly overrides: readonly Override[];
  readonly kubernetes: {
    /** Minor version of the oldest kubelet that must run the pods: 33 for 1.33. */
    readonly oldestMinor: number;
  };
  readonly budget: BudgetSettings;
  readonly waivers: readonly Waiver[];
  readonly customRules: readonly Rule[];
  readonly enforcement: EnforcementSettings;
}

export const defaultConfig: Config = {
  extends: ["recommended"],
  rules: {},
  overrides: [],
  kubernetes: { oldestMinor: 33 },
  budget: defaultBudgetSettings,
  waivers: [],
  customRules: [],
  enforcement: { default: "warn", rules: {}, namespaces: [], locked: [], inlineWaivers: [] },
};
