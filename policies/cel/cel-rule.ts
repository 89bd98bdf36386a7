import type { BudgetSettings } from "../budget-settings.ts";
import type { Severity } from "../rule.ts";
import type { Variable } from "./variables.ts";

/** What an expression depends on besides the object: written into it when it is exported. */
export interface CelSettings {
  /** The rule's own, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Minor version of the oldest kubelet: 33 for 1.33. */
  readonly oldestMinor: number;
  readonly budget: BudgetSettings;
  readonly ruleIds: readonly string[];
  /** The day of the export, `YYYY-MM-DD`: CEL has no clock. */
  readonly today: string;
}

/** One kind of finding of a rule. A rule whose findings weigh differently has several. */
export interface CelCheck {
  readonly severity: Severity;
  /** True where it is about pods that run gracewarden's proxy only: some rules deny there by default. */
  readonly onProxies?: boolean;
  /** CEL: the list of sentences about an object, empty where the rule is content. It may use the shared variables. */
  readonly problems: string;
}

/** Kinds of objects that a rule judges in place of pods. */
export interface CelKind {
  readonly group: string;
  readonly resources: readonly string[];
  /** Where a pod stands in it, if one does. */
  readonly root?: string;
}

/**
 * What CEL can say of a rule. `exact`: the same as the rule of every object that reaches a policy. `approximate`: `misses`
 * says of what it differs, a clause each.
 */
export type CelExport =
  | ({ readonly fidelity: "exact" } & Checks)
  | ({ readonly fidelity: "approximate"; readonly misses: readonly string[] } & Checks)
  | { readonly fidelity: "not-exportable"; readonly why: string };

interface Checks {
  /** What several of its checks use, each after those that it uses. */
  readonly variables?: readonly Variable[];
  /** None where, as things are set, there is nothing to look for. */
  readonly checks: readonly CelCheck[];
  /** What is judged; pods and the templates of workloads where left out. */
  readonly on?: readonly CelKind[];
  /** True where a debug container that comes to a running pod matters. */
  readonly ephemeral?: boolean;
}

/** One rule as CEL. What an export needs to know of the configuration comes as an argument. */
export type CelRule = (settings: CelSettings) => CelExport;

export const numberOption = ({ options }: CelSettings, name: string): number => Number(options[name]);

export const listOption = ({ options }: CelSettings, name: string): readonly string[] =>
  options[name] as readonly string[];
