import type { Config } from "../config.ts";
import type { KubernetesObject } from "../pods/object.ts";
import { objectSet, type ObjectSet } from "../pods/object-set.ts";
import type { Pod } from "../pods/pod.ts";
import { run, type Crash, type Finding } from "../run.ts";
import { annotationWaivers, decideWaiver, type Waiver } from "../waiver.ts";
import type { AdmissionSettings } from "./decision.ts";
import { enforcementOf } from "./enforcement.ts";

export interface Judgement {
  /** The first pod of the object: a Pod or a workload of Kubernetes has no other. */
  readonly pod: Pod | undefined;
  /** Their waivers are those that count at admission. */
  readonly findings: readonly Finding[];
  readonly crashes: readonly Crash[];
}

/** Judges an object alone, as a review shows it, by the rules that need no other. `injecting` as in RuleContext. */
export function judge(
  object: KubernetesObject,
  settings: AdmissionSettings,
  options: { readonly injecting: boolean },
  set: ObjectSet = objectSet([object]),
): Judgement {
  const { findings, crashes } = run(set, [object], settings.rules, alone(settings), settings.now, options);
  const [pod] = set.podsIn(object);
  return {
    pod,
    findings: findings.map((finding) =>
      finding.waived === undefined || counts(finding.waived, finding, pod, settings)
        ? finding
        : { ...finding, waived: undefined },
    ),
    crashes,
  };
}

/** The rules that need other objects, so that a review cannot be judged by them. */
export function notEvaluated({ rules, config }: AdmissionSettings): readonly string[] {
  return rules.filter(({ id, needs }) => needs === "set" && config.rules[id]?.severity !== "off").map(({ id }) => id);
}

/** The waiver of a rule for an object that counts at admission, for a rule that did not come as far as a finding. */
export function waiverOf(
  rule: string,
  object: KubernetesObject,
  pod: Pod | undefined,
  settings: AdmissionSettings,
): Waiver | undefined {
  const inline = annotationWaivers(object, pod).waivers.map(({ waiver }) => waiver);
  const waiver = decideWaiver(rule, object, pod, [...settings.config.waivers, ...inline], settings.now);
  return waiver && counts(waiver, { rule, object, severity: "error" }, pod, settings) ? waiver : undefined;
}

/** The configuration's waivers come first, so an annotation's is only met where there is no other. */
function counts(
  { origin }: Waiver,
  { rule, object, severity }: Pick<Finding, "rule" | "object" | "severity">,
  pod: Pod | undefined,
  settings: AdmissionSettings,
): boolean {
  const { locked, inlineWaivers } = settings.config.enforcement;
  if (locked.includes(rule)) return false;
  if (origin === "config" || typeof inlineWaivers === "boolean") return origin === "config" || inlineWaivers === true;
  return inlineWaivers.includes(rule) || enforcementOf(rule, severity, object, pod, settings) !== "deny";
}

/** Rules that need other objects keep their name, which waivers may use, but do not run. */
function alone({ config, rules }: AdmissionSettings): Config {
  const off = rules.filter(({ needs }) => needs === "set").map(({ id }) => [id, { severity: "off" }] as const);
  return { ...config, overrides: [...config.overrides, { match: {}, rules: Object.fromEntries(off) }] };
}
