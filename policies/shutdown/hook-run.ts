import { anyDuration, between, exactly, plus, type Interval } from "./interval.ts";

/** What running a part of a script takes, for each way in which it can end; undefined where it cannot end so. */
export interface Run {
  readonly succeeds: Interval | undefined;
  readonly fails: Interval | undefined;
  /** It ends the script: `exit`, `exec`. */
  readonly exits: Interval | undefined;
  /** It ends the function around: `return`. */
  readonly returns: Interval | undefined;
  /** False where nobody says how long: then an upper limit is Infinity. */
  readonly known: boolean;
}

const nowhere: Run = { succeeds: undefined, fails: undefined, exits: undefined, returns: undefined, known: true };

/** Takes so long, and then succeeds, fails, or does either. */
export const takes = (seconds: Interval, status: "succeeds" | "fails" | "either"): Run => ({
  ...nowhere,
  succeeds: status === "fails" ? undefined : seconds,
  fails: status === "succeeds" ? undefined : seconds,
});

export const nothing: Run = takes(exactly(0), "succeeds");

export const unknownRun: Run = { ...takes(anyDuration, "either"), known: false };

export const leaves = (how: "exits" | "returns"): Run => ({ ...nowhere, [how]: exactly(0) });

/** Any of the two. */
const hull = (a: Interval | undefined, b: Interval | undefined): Interval | undefined =>
  a === undefined || b === undefined ? (a ?? b) : between(Math.min(a.min, b.min), Math.max(a.max, b.max));

/** How long it takes, however it ends. */
export function secondsOf({ succeeds, fails, exits, returns }: Run): Interval {
  return hull(hull(succeeds, fails), hull(exits, returns)) ?? exactly(0);
}

/** One of the two runs. */
export const either = (a: Run, b: Run): Run => ({
  succeeds: hull(a.succeeds, b.succeeds),
  fails: hull(a.fails, b.fails),
  exits: hull(a.exits, b.exits),
  returns: hull(a.returns, b.returns),
  known: a.known && b.known,
});

/** What follows on success and on failure; `undefined` leaves it at that. What cannot come to run is not looked at. */
export function branch(first: Run, onSuccess: (() => Run) | undefined, onFailure: (() => Run) | undefined): Run {
  const follow = (status: "succeeds" | "fails", next: (() => Run) | undefined): Run => {
    const until = first[status];
    if (until === undefined) return nowhere;
    if (next === undefined) return { ...nowhere, [status]: until };
    const run = next();
    const add = (interval: Interval | undefined): Interval | undefined =>
      interval === undefined ? undefined : plus(until, interval);
    return {
      succeeds: add(run.succeeds),
      fails: add(run.fails),
      exits: add(run.exits),
      returns: add(run.returns),
      known: run.known,
    };
  };
  const ended = { ...nowhere, exits: first.exits, returns: first.returns, known: first.known };
  return either(ended, either(follow("succeeds", onSuccess), follow("fails", onFailure)));
}

/** One after the other, whatever becomes of the first. */
export function inTurn(first: Run, second: () => Run): Run {
  if (first.succeeds === undefined && first.fails === undefined) return first;
  const run = second();
  return branch(
    first,
    () => run,
    () => run,
  );
}

/** As a process of its own: its `exit` ends nothing else, and its status may be any. */
export function apart(run: Run): Run {
  const left = hull(run.exits, run.returns);
  return { ...nowhere, succeeds: hull(run.succeeds, left), fails: hull(run.fails, left), known: run.known };
}
