import type { Config, RuleSetting } from "./config.ts";
import type { Fix } from "./edit.ts";
import type { FactId } from "./facts/facts.ts";
import { matchesObject } from "./match.ts";
import type { Path } from "./path.ts";
import type { KubernetesObject } from "./pods/object.ts";
import type { ObjectSet } from "./pods/object-set.ts";
import type { Pod } from "./pods/pod.ts";
import { presets } from "./presets.ts";
import type { OptionsSchema, Problem, Rule, RuleContext, Severity, Verdict } from "./rule.ts";
import type { Term } from "./shutdown/term.ts";
import { computeTimeline, type Cause, type Timeline } from "./shutdown/timeline.ts";
import { annotationWaivers, decideWaiver, type Waiver } from "./waiver.ts";

/** One finding of a rule on an object, with all that a report or a patch needs. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly verdict: Verdict;
  readonly message: string;
  readonly object: KubernetesObject;
  readonly container: string | undefined;
  /** From the object's root. */
  readonly at: Path;
  readonly evidence: readonly Term[];
  readonly facts: readonly FactId[];
  readonly fix: Fix | undefined;
  readonly waived: Waiver | undefined;
}

/** A rule that threw: a defect of the rule, never of the manifest. */
export interface Crash {
  readonly rule: string;
  readonly object: KubernetesObject;
  readonly cause: unknown;
}

export interface RunResult {
  /** In the order of the subjects, then of the rules. */
  readonly findings: readonly Finding[];
  readonly crashes: readonly Crash[];
}

/** Judges `subjects`, objects of `set`, by the rules under a configuration. `now` decides which waivers hold; `injecting` as in RuleContext. */
export function run(
  set: ObjectSet,
  subjects: readonly KubernetesObject[],
  rules: readonly Rule[],
  config: Config,
  now: Date,
  { injecting = false }: { readonly injecting?: boolean } = {},
): RunResult {
  const all = [...rules, ...config.customRules];
  const context = ruleContext(set, config, new Set(all.map((rule) => rule.id)), now, injecting);
  const everywhere = all.map((rule) => {
    const setting = (Object.hasOwn(config.rules, rule.id) && config.rules[rule.id]) || asItIs;
    return { rule, setting, options: withDefaults(rule.options, setting.options) };
  });
  const findings: Finding[] = [];
  const crashes: Crash[] = [];
  for (const object of subjects) {
    const pods = set.podsIn(object);
    for (const general of everywhere) {
      const { rule } = general;
      try {
        if (rule.on === "pod") for (const pod of pods) judge(general, pod, object, pod);
        else if (rule.kinds?.includes(object.kind) ?? true) judge(general, object, object, pods[0]);
      } catch (cause) {
        crashes.push({ rule: rule.id, object, cause });
      }
    }
  }
  return { findings, crashes };

  function judge(
    general: SetRule,
    subject: Pod | KubernetesObject,
    object: KubernetesObject,
    pod: Pod | undefined,
  ): void {
    const { rule, setting, options } =
      config.overrides.length === 0 ? general : overridden(general, object, pod, config);
    if (setting.severity === "off") return;
    const check = rule.check as (subject: unknown, options: unknown, context: RuleContext) => Iterable<Problem>;
    for (const problem of check(subject, options, context)) {
      const severity = severityOf(rule, problem, setting, config);
      if (severity === undefined) continue;
      const verdict = problem.verdict ?? "fail";
      const inline = annotationWaivers(object, pod).waivers.map(({ waiver }) => waiver);
      findings.push({
        rule: rule.id,
        severity: verdict === "undetermined" ? "advice" : severity,
        verdict,
        message: problem.message,
        object,
        container: problem.container,
        at: problem.at,
        evidence: problem.evidence ?? [],
        facts: problem.facts ?? rule.cites,
        fix: problem.fix,
        waived: decideWaiver(rule.id, object, pod, [...config.waivers, ...inline], now),
      });
    }
  }
}

function ruleContext(
  set: ObjectSet,
  config: Config,
  ruleIds: ReadonlySet<string>,
  now: Date,
  injecting: boolean,
): RuleContext {
  const timelines = new Map<Pod, Map<string, Timeline>>();
  return {
    set,
    oldestMinor: config.kubernetes.oldestMinor,
    budget: config.budget,
    ruleIds,
    now,
    injecting,
    timeline(pod: Pod, cause: Cause) {
      let byCause = timelines.get(pod);
      if (byCause === undefined) timelines.set(pod, (byCause = new Map<string, Timeline>()));
      const key = "seconds" in cause ? `${cause.kind}=${cause.seconds}` : cause.kind;
      let timeline = byCause.get(key);
      if (timeline === undefined) byCause.set(key, (timeline = computeTimeline(pod, cause)));
      return timeline;
    },
  };
}

const asItIs: RuleSetting = {};

/** A rule as the configuration has it. */
interface SetRule {
  readonly rule: Rule;
  readonly setting: RuleSetting;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What holds for an object: the general setting, then each override that matches. */
function overridden(general: SetRule, object: KubernetesObject, pod: Pod | undefined, config: Config): SetRule {
  const { rule } = general;
  const overrides = config.overrides.filter(
    (override) => Object.hasOwn(override.rules, rule.id) && matchesObject(override.match, object, pod),
  );
  if (overrides.length === 0) return general;
  const setting = Object.assign({}, general.setting, ...overrides.map(({ rules }) => rules[rule.id])) as RuleSetting;
  return { rule, setting, options: withDefaults(rule.options, setting.options) };
}

/** A severity from the configuration holds as it is; otherwise the presets look at the finding's own. Undefined: off. */
export function severityOf(
  rule: Rule,
  problem: Pick<Problem, "severity">,
  setting: RuleSetting,
  config: Config,
): Severity | undefined {
  if (setting.severity !== undefined) return setting.severity === "off" ? undefined : setting.severity;
  return config.extends.reduce<Severity | undefined>(
    (severity, preset) => severity && presets[preset](rule, severity),
    problem.severity ?? rule.severity,
  );
}

/** Options as a check gets them: the schema's defaults under what the configuration sets. */
export function withDefaults(
  schema: OptionsSchema | undefined,
  options: RuleSetting["options"],
): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(Object.entries(schema ?? {}).map(([name, option]) => [name, option.default])),
    ...options,
  };
}
