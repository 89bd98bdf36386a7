import type { Row, Timeline } from "./timeline.ts";

/** What a container does in a stretch of its way out; `maybe`: between the earliest and the latest end of it. */
export type Doing = "preStop" | "maybe-preStop" | "waits" | "stops" | "maybe-stops";

/** A stretch of a container's row, in seconds after the kubelet begins. */
export interface Bar {
  readonly doing: Doing;
  readonly from: number;
  readonly to: number;
}

/** A moment of a container's row: its stop signal, SIGKILL, or SIGKILL if it is still there. */
export interface Mark {
  readonly what: "signal" | "killed" | "killed-if-there";
  readonly at: number;
}

/** A row as every drawing shows it. Later bars lie over earlier ones; those of no length are left out. */
export function barsOf({ preStopEnd, signal, exit }: Row): readonly Bar[] {
  const bars: readonly Bar[] = [
    { doing: "preStop", from: 0, to: preStopEnd.min },
    { doing: "maybe-preStop", from: preStopEnd.min, to: preStopEnd.max },
    { doing: "waits", from: preStopEnd.max, to: signal.max },
    { doing: "stops", from: Math.max(signal.min, preStopEnd.min), to: exit.min },
    { doing: "maybe-stops", from: Math.max(exit.min, signal.max), to: exit.max },
  ];
  return bars.filter(({ from, to }) => to > from);
}

export function marksOf({ signal, kill, outcome }: Row): readonly Mark[] {
  const stop: Mark = { what: "signal", at: signal.max };
  if (outcome === "exits") return [stop];
  return [stop, { what: outcome === "killed" ? "killed" : "killed-if-there", at: kill.max }];
}

/** Where the clock of a drawing ends. */
export const lastSecondOf = ({ rows, grace }: Timeline): number =>
  Math.max(grace.seconds.max + 2, ...rows.map((row) => row.kill.max), 1);

/** The seconds to write at the clock, in round steps, so that there are `most` of them at most. */
export function ticks(lastSecond: number, most: number): readonly number[] {
  const step =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((candidate) => lastSecond / candidate <= most) ??
    7200 * Math.ceil(lastSecond / most / 7200);
  return Array.from({ length: Math.floor(lastSecond / step) + 1 }, (_, index) => index * step);
}
