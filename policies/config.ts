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
}

export const defaultConfig: Config = {
  extends: ["recommended"],
  rules: {},
  overrides: [],
  kubernetes: { oldestMinor: 33 },
  budget: defaultBudgetSettings,
  waivers: [],
  customRules: [],
};
