import type { FactId } from "./facts/facts.ts";
import type { Fix } from "./edit.ts";
import type { Path } from "./path.ts";
import type { BudgetSettings } from "./budget-settings.ts";
import type { KubernetesObject } from "./pods/object.ts";
import type { ObjectSet } from "./pods/object-set.ts";
import type { Pod } from "./pods/pod.ts";
import type { Term } from "./shutdown/term.ts";
import type { Cause, Timeline } from "./shutdown/timeline.ts";

/** A severity at which a rule reports; `off` switches it off in the configuration. */
export type Severity = "advice" | "warn" | "error";

/** `pass` is never listed; an unknown is never a pass. */
export type Verdict = "fail" | "undetermined";

export type Category = "budget" | "hook" | "traffic" | "process" | "startup" | "availability" | "manifest";

/** What a check yields: a contradiction, or something that cannot be told from the manifest. */
export interface Problem {
  /** From the object's root to what the reader should look at; it need not exist, then its nearest parent is shown. */
  readonly at: Path;
  /** One or two sentences with the numbers in them: what is wrong and what happens because of it. */
  readonly message: string;
  /** `fail` unless said otherwise. For `undetermined` the message says what would determine it. */
  readonly verdict?: Verdict;
  /** Where this case weighs less or more than the rule's own severity. A severity from the configuration wins over both. */
  readonly severity?: Severity;
  readonly container?: string;
  /** The terms of the sum behind the message. */
  readonly evidence?: readonly Term[];
  /** The facts that matter here; the rule's `cites` where left out. */
  readonly facts?: readonly FactId[];
  readonly fix?: Fix;
}

/** JSON schemas of a rule's options, each with a default and a description. */
export type OptionsSchema = Readonly<Record<string, OptionSchema>>;
export type OptionSchema = { readonly description: string } & (
  | {
      readonly type: "number" | "integer";
      readonly default: number;
      readonly minimum?: number;
      readonly maximum?: number;
    }
  | { readonly type: "boolean"; readonly default: boolean }
  | { readonly type: "string"; readonly default: string; readonly enum?: readonly string[] }
  | { readonly type: "array"; readonly items: { readonly type: "string" }; readonly default: readonly string[] }
);

/** The options' values as a check gets them: the type of each default, widened. */
type OptionsOf<S extends OptionsSchema> = {
  readonly [K in keyof S]: S[K]["type"] extends "number" | "integer"
    ? number
    : S[K]["type"] extends "boolean"
      ? boolean
      : S[K]["type"] extends "array"
        ? readonly string[]
        : string;
};

/** Of a rule that has none: no name reads as an option. */
type NoOptions = Readonly<Record<symbol, never>>;

/** What a check may ask besides its subject. Nothing here does I/O or reads a clock. */
export interface RuleContext {
  /** All objects of the run, for relations between them. */
  readonly set: ObjectSet;
  /** Minor version of the oldest kubelet that must run the pod: 33 for 1.33. */
  readonly oldestMinor: number;
  readonly budget: BudgetSettings;
  /** All rules of the run, the configuration's own among them. */
  readonly ruleIds: ReadonlySet<string>;
  /** The moment of judgement, for what expires. */
  readonly now: Date;
  /**
   * True where the webhook asks what to put into a pod that is to have it: its Services are not known there, so requests
   * are taken to reach it, and gracewarden's proxy gets its own hook although it would serve on after SIGTERM.
   */
  readonly injecting: boolean;
  /** The pod's shutdown under a cause; computed once for each. */
  timeline(pod: Pod, cause: Cause): Timeline;
}

/** A manifest that documents the rule and tests it. */
export interface Example {
  readonly name: string;
  /** One or more documents. */
  readonly yaml: string;
  /** Paths of the findings expected, e.g. `spec.containers[0].lifecycle.preStop`; none: the rule is content. Prefix `? ` for undetermined, `Kind/name: ` for an object that is not the first. */
  readonly reports?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** The oldest kubelet, where it matters: "1.28". */
  readonly oldest?: string;
}

interface RuleBase<S extends OptionsSchema> {
  /** Kebab-case, stated as the good state. */
  readonly id: string;
  readonly title: string;
  readonly category: Category;
  readonly severity: Severity;
  /** Why it matters, for the explanation and the docs: a short paragraph. */
  readonly why: string;
  /** The facts about Kubernetes that the rule rests on. */
  readonly cites: readonly FactId[];
  readonly options?: S;
  /** `set`: needs other objects, so it cannot be judged at admission. */
  readonly needs: "pod" | "set";
  readonly examples: readonly Example[];
}

/** A rule over every pod and pod template. */
export interface PodRule<S extends OptionsSchema = OptionsSchema> extends RuleBase<S> {
  readonly on: "pod";
  readonly check: (pod: Pod, options: OptionsOf<S>, context: RuleContext) => Iterable<Problem>;
}

/** A rule over objects of some kinds; without `kinds`, over every object. */
export interface ObjectRule<S extends OptionsSchema = OptionsSchema> extends RuleBase<S> {
  readonly on: "object";
  readonly kinds?: readonly string[];
  readonly check: (object: KubernetesObject, options: OptionsOf<S>, context: RuleContext) => Iterable<Problem>;
}

export type Rule = PodRule | ObjectRule;

/** Declares a rule over pods; the options' types follow from their schemas. */
export function definePodRule<const S extends OptionsSchema = NoOptions>(rule: Omit<PodRule<S>, "on">): Rule {
  return { ...rule, on: "pod" } as unknown as Rule;
}

/** Declares a rule over whole objects. */
export function defineObjectRule<const S extends OptionsSchema = NoOptions>(rule: Omit<ObjectRule<S>, "on">): Rule {
  return { ...rule, on: "object" } as unknown as Rule;
}
