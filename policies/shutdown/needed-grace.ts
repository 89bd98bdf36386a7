import type { BudgetSettings } from "../budget-settings.ts";
import type { Edit, Fix } from "../edit.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { isIdle } from "../pods/traffic-path.ts";
import { companionProxyOf } from "../pods/traffic-proxy.ts";
import { defaultGraceSeconds } from "../pods/read-pod.ts";
import { delayHook } from "./delay-hook.ts";
import { exactly, formatSeconds } from "./interval.ts";
import type { Term } from "./term.ts";
import { computeTimeline, floorSeconds, type Row } from "./timeline.ts";
import { asLong, wayOut } from "./way-out.ts";

export interface NeededGrace {
  /** Whole seconds; Infinity where a hook never ends. */
  readonly seconds: number;
  /** What they are the sum of, the margin last. */
  readonly terms: readonly Term[];
  /** True where one of the terms is nobody's word but our assumption. */
  readonly assumed: boolean;
}

/** What is counted as if it were written already. */
export interface Delays {
  /** A delay for containers that have no preStop hook. */
  readonly withDelaySeconds?: number;
  /** Which ones; all main containers where left out. */
  readonly on?: readonly Container[];
}

/**
 * The grace period that the pod's longest way out needs: hooks and drains at their longest, unknown ones as the
 * budget assumes them, and the margin. Every fix that touches a grace period or adds a hook takes the number from here.
 */
function neededGrace(pod: Pod, budget: BudgetSettings, delays: Delays = {}): NeededGrace {
  const { rows } = computeTimeline(withDelays(pod, delays), { kind: "delete" });
  const { seconds, terms } = wayOut(rows, (term, row) => afterHook(longest(term, row.container, budget), row));
  return {
    seconds: Math.ceil(seconds + budget.marginSeconds),
    terms: [...terms, marginTerm(budget)],
    assumed: terms.some(isAssumed),
  };
}

export const marginTerm = ({ marginSeconds }: BudgetSettings): Term => ({
  term: "margin",
  seconds: exactly(marginSeconds),
  known: true,
  origin: { kind: "option", text: "margin" },
});

function longest(term: Term, container: Container, budget: BudgetSettings): Term {
  const { min, max } = term.seconds;
  // A program that never sees the signal is mended there, not by a longer grace period: it counts like an unknown one.
  const lost = term.term === "drain" && term.known && max === Infinity;
  if (term.known && !lost) return asLong(term, atMost(term, container));
  // Nothing waits for a sidecar whose app is gone, and to be killed then is its normal end (A16).
  if (container.role === "sidecar" && term.term === "drain") return asLong(term, lost ? 0 : min);
  const assumed = term.term === "drain" ? assumedDrain(budget) : budget.delaySeconds;
  return min > assumed && min !== Infinity ? asLong(term, min) : assume(term, assumed);
}

/**
 * What counts of a term that is known. A mesh or database proxy has no work of its own: where only its default bounds
 * how long it would wait for connections, that is no need of the pod; nor is the rest of an idle program's sleep.
 */
export function atMost({ term, seconds, origin }: Term, container: Container): number {
  if (term === "drain" && isIdle(container) && origin.kind === "recogniser") return seconds.min;
  const byDefault = origin.kind === "recogniser" && origin.at === undefined;
  return byDefault && companionProxyOf(container) !== undefined ? seconds.min : seconds.max;
}

/** A hook must leave more than what every process gets anyway (A5), or it would count as one that uses everything up. */
function afterHook(term: Term, { hook }: Pick<Row, "hook">): Term {
  const least = floorSeconds + 1;
  if (term.term !== "drain" || hook === undefined || hook.seconds.max === 0 || term.seconds.max >= least) return term;
  return { ...asLong(term, least), known: true, origin: { kind: "option", text: "the least after a hook" } };
}

/** No less than what `grace-covers-shutdown` wants the program to have. */
const assumedDrain = ({ assumedDrainSeconds, leastAppSeconds }: BudgetSettings): number =>
  Math.max(assumedDrainSeconds, leastAppSeconds);

const isAssumed = ({ known, origin }: Term): boolean => !known && origin.kind === "option";

function assume(term: Term, seconds: number): Term {
  return { ...term, seconds: exactly(seconds), known: false, origin: { kind: "option", text: "assumed" } };
}

/** The pod as it would be with the delays that a fix adds. */
function withDelays(pod: Pod, { withDelaySeconds, on }: Delays): Pod {
  if (withDelaySeconds === undefined) return pod;
  const names = on && new Set(on.map(({ name }) => name));
  const delayed = (container: Container): Container =>
    container.preStop !== undefined || container.role !== "main" || names?.has(container.name) === false
      ? container
      : { ...container, preStop: delayHook(container, withDelaySeconds) };
  return { ...pod, mainContainers: pod.mainContainers.map(delayed) };
}

/** A grace period that a fix may set: the needed one, or the pod's own where that is longer. */
export type Raise =
  | { readonly edits: readonly Edit[]; readonly seconds: number; readonly needed: NeededGrace }
  | { readonly edits: undefined; readonly why: string; readonly needed: NeededGrace };

/** The edits that give the pod the grace period it needs; none where it has it. Never lowers one, never goes above the budget's limit. */
export function raiseGrace(pod: Pod, budget: BudgetSettings, delays?: Delays): Raise {
  const needed = neededGrace(pod, budget, delays);
  if (needed.seconds <= pod.graceSeconds) return { edits: [], seconds: pod.graceSeconds, needed };
  if (needed.seconds === Infinity) return { edits: undefined, why: "no grace period is long enough", needed };
  if (needed.seconds > budget.maxGraceSeconds)
    return {
      edits: undefined,
      why: `the ${needed.seconds} s needed are above the limit of ${budget.maxGraceSeconds} s for a grace period`,
      needed,
    };
  if (pod.graceAt === undefined)
    return { edits: undefined, why: "this object has no field for a grace period", needed };
  // Zero and negative were no budget but a mistake or a shortcut: back to at least the default, as grace-not-zero does.
  const unset = (pod.writtenGraceSeconds ?? defaultGraceSeconds) <= 0;
  const seconds = Math.max(needed.seconds, unset ? Math.min(defaultGraceSeconds, budget.maxGraceSeconds) : 0);
  return { edits: [{ op: "set", at: pod.graceAt, value: seconds }], seconds, needed };
}

/** Names what a raised grace period was made of, as part of a fix's title. */
export function titleOfRaise(seconds: number, { terms }: NeededGrace): string {
  const assumed = terms.filter(isAssumed).map((term) => `${term.term} ${formatSeconds(term.seconds)}`);
  const assumption = assumed.length === 0 ? "" : `, assuming ${assumed.join(" and ")}`;
  return `set terminationGracePeriodSeconds to ${seconds}${assumption}`;
}

/** The raise as a finding's fix; nothing where none is possible or needed. */
export function raiseFix(raise: Raise, { safe } = { safe: true }): { readonly fix?: Fix } {
  if (raise.edits === undefined || raise.edits.length === 0) return {};
  const title = titleOfRaise(raise.seconds, raise.needed).replace(/^s/, "S");
  return { fix: { title, safe, edits: raise.edits } };
}

/** The pod's grace period for messages: `the default grace period of 30 s`. */
export function describeGrace(pod: Pod): string {
  const { writtenGraceSeconds: written, graceSeconds } = pod;
  if (written === undefined) return `the default grace period of ${graceSeconds} s`;
  return written < 0
    ? `the grace period of ${written} s, which counts as 1 s`
    : `the grace period of ${graceSeconds} s`;
}
