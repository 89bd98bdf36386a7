import { spotNodes } from "../../pods/spot.ts";
import { floorSeconds } from "../../shutdown/timeline.ts";
import { quote, sentence } from "../cel-text.ts";
import { numberOption, type CelRule } from "../cel-rule.ts";

const always = (seconds: number, text: string): Limit[] =>
  seconds > 0 ? [{ seconds, isGrace: false, text, holds: "true" }] : [];

/** A limit, and CEL for whether it holds for the pod. */
interface Limit {
  readonly seconds: number;
  readonly isGrace: boolean;
  readonly text: string;
  readonly holds: string;
}

const rule: CelRule = (settings) => {
  const autoscaler = numberOption(settings, "autoscalerSeconds");
  const spot = numberOption(settings, "spotSeconds");
  const shutdown = numberOption(settings, "nodeShutdownSeconds");
  const warned: Limit[] = [
    ...always(shutdown, `a node that shuts down gives a pod ${shutdown} s`),
    ...(spot > 0
      ? always(spot, `a spot node leaves a pod ${spot} s`)
      : spotNodes.map(({ key, value, notice }) => ({ ...notice, holds: mayRunOn(key, value) }))),
  ];
  const advised = always(autoscaler, `the cluster autoscaler waits ${autoscaler} s when it removes a node`);
  const exceeded = ({ seconds, isGrace, holds }: Limit): string =>
    `variables.grace + ${isGrace ? 0 : floorSeconds} > ${seconds} && ${holds}`;
  // The least limit is told, so one that is only advice does not hide one that is not.
  const first = (limits: readonly Limit[], otherwise: string): string =>
    limits
      .toSorted((a, b) => b.seconds - a.seconds)
      .reduce(
        (rest, limit) =>
          `${exceeded(limit)} ? [${sentence`terminationGracePeriodSeconds is ${"variables.grace"}, but `} + ${quote(`${limit.text}: what still runs then is killed`)}] : ${rest}`,
        otherwise,
      );
  const heavier = warned.filter(({ seconds }) => autoscaler === 0 || seconds <= autoscaler);
  const lighter = warned.filter((limit) => !heavier.includes(limit));
  const none = (limits: readonly Limit[]): string =>
    limits.length === 0 ? "true" : `!(${limits.map((each) => `(${exceeded(each)})`).join(" || ")})`;
  return {
    fidelity: "approximate",
    misses: [
      "a pod that is known to be gone before the limit, by its annotations or its programs' own settings, is reported all the same",
    ],
    checks: [
      { severity: "warn", problems: first(heavier, "[]") },
      ...(lighter.length === 0
        ? []
        : [
            {
              severity: "warn" as const,
              problems: `${none([...heavier, ...advised])} ? (${first(lighter, "[]")}) : []`,
            },
          ]),
      ...(advised.length === 0
        ? []
        : [{ severity: "advice" as const, problems: `${none(heavier)} ? (${first(advised, "[]")}) : []` }]),
    ],
  };
};
export default rule;

/** CEL: whether a label of nodes is asked for, by node selector, toleration or required affinity. */
function mayRunOn(key: string, value: string): string {
  const affinity = `variables.spec.?affinity.?nodeAffinity.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms.orValue([])`;
  return (
    `(variables.spec.?nodeSelector[?${quote(key)}].orValue("") == ${quote(value)} || ` +
    `variables.spec.?tolerations.orValue([]).exists(t, t.?key.orValue("") == ${quote(key)} && (t.?operator.orValue("") == "Exists" || t.?value.orValue("") == ${quote(value)})) || ` +
    `${affinity}.exists(t, t.?matchExpressions.orValue([]).exists(e, e.key == ${quote(key)} && (e.operator == "Exists" || (e.operator == "In" && ${quote(value)} in e.?values.orValue([]))))))`
  );
}
