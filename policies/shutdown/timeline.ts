import type { Container, Pod } from "../pods/pod.ts";
import { drainOf } from "./drain.ts";
import { earlier, exactly, later, plus, type Interval } from "./interval.ts";
import { preStopOf } from "./pre-stop.ts";
import type { Term } from "./term.ts";

/** Why the pod or container is stopped; what it leaves of the grace period. */
export type Cause =
  | { readonly kind: "delete" }
  /** A failed liveness or startup probe restarts one container (A37). */
  | { readonly kind: "liveness" }
  /** Graceful node shutdown with a budget for the pod (A33). */
  | { readonly kind: "node-shutdown"; readonly seconds: number }
  /** Reclaimed spot capacity with what its notice leaves the pod (A36). */
  | { readonly kind: "spot"; readonly seconds: number }
  /** Hard eviction under node pressure (A30). */
  | { readonly kind: "hard-eviction" };

/** One container's way out. Moments are seconds after the kubelet begins. */
export interface Row {
  readonly container: Container;
  /** How long the hook takes if nothing cuts it; absent without a hook. */
  readonly hook: Term | undefined;
  /** How long the program needs from the stop signal to its exit if nothing cuts it. */
  readonly drain: Term;
  /** When the hook has returned or was cut at the end of the grace period; 0 without a hook. */
  readonly preStopEnd: Interval;
  /** When the stop signal is sent. */
  readonly signal: Interval;
  /** When SIGKILL is sent to a process that is still there. */
  readonly kill: Interval;
  /** When the container is gone: by itself or by SIGKILL. */
  readonly exit: Interval;
  readonly outcome: "exits" | "killed" | "undetermined";
}

export interface Timeline {
  readonly cause: Cause;
  /** The grace period that counts under this cause. */
  readonly grace: Term;
  readonly rows: readonly Row[];
  /** When the last container is gone. */
  readonly end: Interval;
}

/** The runtime never gets less than this between stop signal and SIGKILL (A5). */
export const floorSeconds = 2;

/** How the pod, or under `liveness` its probed containers, would be stopped under a cause. */
export function computeTimeline(pod: Pod, cause: Cause): Timeline {
  if (cause.kind === "liveness") return livenessTimeline(pod);
  const grace = graceUnder(pod, cause);
  const seconds = grace.seconds.max;
  const main = pod.mainContainers.map((container) => stop(pod, container, seconds, exactly(0)));
  // Sidecars get their signal after the main containers, then one by one in reverse order (A14); their hooks do not wait (A15).
  let turn = main.map((row) => row.exit).reduce(later, exactly(0));
  const sidecars: Row[] = [];
  for (const container of pod.sidecars.toReversed()) {
    const row = stop(pod, container, seconds, turn);
    turn = later(turn, row.exit);
    sidecars.unshift(row);
  }
  return { cause, grace, rows: [...main, ...sidecars], end: turn };
}

/** A failed probe restarts one container, under the probe's own grace period if it has one (A37). */
function livenessTimeline(pod: Pod): Timeline {
  const probed = [...pod.mainContainers, ...pod.sidecars].filter(
    (container) => container.livenessProbe ?? container.startupProbe,
  );
  const rows = probed.map((container) => stop(pod, container, livenessGrace(pod, container).seconds.max, exactly(0)));
  return {
    cause: { kind: "liveness" },
    grace: graceTerm(pod),
    rows,
    end: rows.map((row) => row.exit).reduce(later, exactly(0)),
  };
}

/** The grace period of a restart by the container's liveness probe, or its startup probe where it has no other. */
function livenessGrace(pod: Pod, container: Container): Term {
  const probe = container.livenessProbe ?? container.startupProbe;
  const own = probe?.terminationGracePeriodSeconds;
  if (own === undefined) return graceTerm(pod);
  const name = container.livenessProbe === undefined ? "startupProbe" : "livenessProbe";
  const at = container.path(name, "terminationGracePeriodSeconds");
  return {
    term: "grace period",
    seconds: exactly(own),
    known: true,
    origin: { kind: "field", text: `${name}.terminationGracePeriodSeconds`, at },
  };
}

/** The pod's grace period as it counts at a deletion: never below 1 s, a negative one is 1 s (A11, A25). */
function graceTerm(pod: Pod): Term {
  const { writtenGraceSeconds: written, graceSeconds } = pod;
  const field = "terminationGracePeriodSeconds";
  const known = { term: "grace period", known: true, seconds: exactly(graceSeconds) };
  if (written === undefined)
    return {
      ...known,
      origin: {
        kind: "default",
        text: pod.graceAt === undefined ? "set by what makes the pod" : `default of ${field}`,
      },
    };
  const at = pod.path(field);
  return {
    ...known,
    origin: { kind: "field", text: written < 0 ? `${field} ${written}, which counts as 1` : field, at },
  };
}

function graceUnder(pod: Pod, cause: Exclude<Cause, { kind: "liveness" }>): Term {
  const own = graceTerm(pod);
  const capped = (limit: number, text: string): Term =>
    limit < own.seconds.max
      ? { term: "grace period", seconds: exactly(Math.max(1, limit)), known: true, origin: { kind: "option", text } }
      : atLeastOne(own);
  switch (cause.kind) {
    case "delete":
      return atLeastOne(own);
    case "node-shutdown":
      return capped(cause.seconds, `budget of ${cause.seconds} s at node shutdown`);
    case "spot":
      return capped(cause.seconds, `${cause.seconds} s left of the spot notice`);
    case "hard-eviction":
      return capped(1, "hard eviction leaves 1 s");
    default:
      return cause satisfies never;
  }
}

const atLeastOne = (grace: Term): Term =>
  grace.seconds.max >= 1
    ? grace
    : { ...grace, seconds: exactly(1), origin: { ...grace.origin, text: `${grace.origin.text} 0, which counts as 1` } };

/** One container's way out under a grace period, its stop signal not before `turn`. */
function stop(pod: Pod, container: Container, graceSeconds: number, turn: Interval): Row {
  // With a grace period of 0, which only a probe's restart can have, no hook runs (A9).
  const estimate = graceSeconds === 0 ? undefined : preStopOf(container);
  const hook = estimate?.duration;
  const drain = drainOf(container, pod, { hookTells: estimate?.tells ?? false });
  const preStopEnd = earlier(hook?.seconds ?? exactly(0), exactly(graceSeconds));
  const signal: Interval = {
    min: signalAt(preStopEnd.min, turn.min, graceSeconds),
    max: signalAt(preStopEnd.max, turn.max, graceSeconds),
  };
  const left = hull(
    leftAfter(preStopEnd.min, signal.min, graceSeconds),
    leftAfter(preStopEnd.max, signal.max, graceSeconds),
  );
  const kill = hull(
    signal.min + leftAfter(preStopEnd.min, signal.min, graceSeconds),
    signal.max + leftAfter(preStopEnd.max, signal.max, graceSeconds),
  );
  const byItself = plus(signal, drain.seconds);
  // A hook that signals the program itself may end it before the kubelet's own signal (B19).
  const endsInHook = (estimate?.signals.length ?? 0) > 0;
  const exit = earlier(
    endsInHook ? { min: Math.min(drain.seconds.min, byItself.min), max: byItself.max } : byItself,
    kill,
  );
  return { container, hook, drain, preStopEnd, signal, kill, exit, outcome: outcome(drain.seconds, left) };
}

/** A container waits after its hook until its turn, but no longer than the grace period lasts, less the hook in whole seconds (A16). */
function signalAt(preStopEnd: number, turn: number, graceSeconds: number): number {
  const longestWait = Math.max(graceSeconds - Math.trunc(preStopEnd), 0);
  return Math.max(preStopEnd, Math.min(turn, preStopEnd + longestWait));
}

/** What a process gets between the stop signal and SIGKILL: the kubelet subtracts the hook and the wait for its turn, each in whole seconds (A4, A5). */
function leftAfter(preStopEnd: number, signal: number, graceSeconds: number): number {
  return Math.max(graceSeconds - Math.trunc(preStopEnd) - Math.trunc(signal - preStopEnd), floorSeconds);
}

const hull = (a: number, b: number): Interval => ({ min: Math.min(a, b), max: Math.max(a, b) });

function outcome(drain: Interval, left: Interval): Row["outcome"] {
  if (drain.max < left.min) return "exits";
  return drain.min > left.max ? "killed" : "undetermined";
}
