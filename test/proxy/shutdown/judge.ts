import { nameOf, type Cell } from "./cell.ts";
import { describeSeen, type Seen } from "./exchange.ts";
import type { LastWords } from "./proxies.ts";
import type { Promised } from "./situation.ts";
import { forcedSeconds, graceSeconds } from "./times.ts";

/** The kinds of harm, as the tables call them. */
export const faultKinds = [
  "not started",
  "late call lost",
  "call lost",
  "cut without a word",
  "stream cut",
  "left behind",
  "too late",
  "exit code",
  "connection kept",
  "backend hurt",
  "log untrue",
] as const;

export interface Fault {
  readonly kind: (typeof faultKinds)[number];
  readonly text: string;
}

export interface Observed {
  readonly what: string;
  readonly at?: number;
  readonly promised: Promised;
  readonly seen: Seen;
}

/** Everything that was seen of a cell from outside. */
export interface Evidence {
  readonly cell: Cell;
  readonly underway: readonly Observed[];
  readonly late: readonly (Observed & { readonly keptOpen: boolean })[];
  /** Undefined where it had to be killed. */
  readonly exitCode: number | undefined;
  readonly seconds: number;
  readonly deadlineSeconds: number;
  readonly leftBehind: readonly string[];
  /** What the first backend wrote of itself: `started`, `eof`, signals, `exit`. */
  readonly backendEvents: readonly string[];
  /** `none`: the proxy never says any; undefined: it should have. */
  readonly lastWords: LastWords | undefined | "none";
}

/** From the first signal to the exit, at most. */
export const deadlineOf = ({ ending }: Cell, lastSignalSeconds: number): number =>
  ending === "twice" ? Math.min(lastSignalSeconds + forcedSeconds, graceSeconds) : graceSeconds;

const SIGTERM = 128 + 15;
const SIGINT = 128 + 2;

/** The exit codes that tell the truth about a cell. */
function exitCodesOf({ situation, ending }: Cell, observed: readonly Observed[]): readonly number[] {
  // It had not got to listening for signals: the kernel ended it.
  if (ending === "tini early" || situation === "starting") return [0, SIGTERM, SIGINT];
  // The call that waited for the backend was never dispatched; whether that counts as cut is a matter of words.
  if (situation === "connecting") return [0, 1];
  // Its answer got lost.
  if (situation === "client never reads") return [1];
  return observed.some(({ seen }) => wasCut(seen)) ? [1] : [0];
}

export function judge(evidence: Evidence): Fault[] {
  const { cell, underway, late, exitCode, seconds, deadlineSeconds, leftBehind, backendEvents, lastWords } = evidence;
  const faults: Fault[] = [];
  const fault = (kind: Fault["kind"], text: string): void => void faults.push({ kind, text });

  for (const { what, promised, seen } of underway) {
    if (!wrongWith(promised, seen)) continue;
    const kind = promised === "ended" ? "stream cut" : promised.endsWith("cut") ? "cut without a word" : "call lost";
    fault(kind, `${what}: ${describeSeen(seen)}`);
  }
  for (const { what, at, promised, seen, keptOpen } of late) {
    if (wrongWith(promised, seen)) fault("late call lost", `${what} at ${at} s: ${describeSeen(seen)}`);
    else if (keptOpen) fault("connection kept", `${what} at ${at} s: no Connection: close`);
  }
  if (exitCode === undefined) fault("too late", `still there ${seconds.toFixed(2)} s after the signal`);
  else {
    if (seconds > deadlineSeconds)
      fault("too late", `exit after ${seconds.toFixed(2)} s, ${deadlineSeconds.toFixed(2)} allowed`);
    const allowed = exitCodesOf(cell, [...underway, ...late]);
    if (!allowed.includes(exitCode)) fault("exit code", `${exitCode} instead of ${allowed.join(" or ")}`);
    if (lastWords !== "none" && lastWords?.unproved === true) fault("too late", "no proof that the backends ended");
    const untrue = exitCode <= 1 ? untruth(evidence) : undefined;
    if (untrue !== undefined) fault("log untrue", untrue);
  }
  for (const command of leftBehind) fault("left behind", command);
  const signalled = backendEvents.findIndex((event) => event.startsWith("SIG"));
  const ended = backendEvents.indexOf("eof");
  // One that reads nothing yet does not see the end of stdin, and a forced end asks for everything at once.
  const reads = cell.situation !== "connecting" && cell.situation !== "starting";
  if (reads && cell.ending !== "twice" && signalled >= 0 && (ended < 0 || signalled < ended)) {
    fault("backend hurt", `${backendEvents[signalled]} before the end of stdin`);
  }
  return faults;
}

/** Dispatched, and ended by the proxy: a call that was refused before that gets 503 with the same code. */
const wasCut = (seen: Seen): boolean => seen.what === "error" && seen.code === -32_010 && seen.status === 200;

/** What a client saw that it was not promised. */
function wrongWith(promised: Promised, seen: Seen): boolean {
  if (seen.what === "not sent") return false;
  switch (promised) {
    case "answered":
      return seen.what !== "result";
    case "cut":
      return !wasCut(seen);
    case "answered or cut":
      return seen.what !== "result" && !wasCut(seen);
    case "told":
      return seen.what !== "result" && seen.what !== "error" && seen.what !== "status";
    case "ended":
      return seen.what !== "result" && seen.what !== "status";
    case "any":
      return false;
  }
}

/** Where the last words and what was seen contradict each other. */
function untruth({ cell, underway, late, lastWords }: Evidence): string | undefined {
  if (lastWords === "none") return undefined;
  if (cell.ending === "tini early" || cell.situation === "starting") return undefined;
  if (lastWords === undefined) return `the last line is no account of how ${nameOf(cell)} ended`;
  const cut = [...underway, ...late].filter(({ seen }) => wasCut(seen)).length;
  const vague = cell.situation === "connecting" || cell.situation === "client never reads";
  if (!vague && lastWords.cut !== cut)
    return `${cut} calls were cut, and the log says ${lastWords.cut}: ${lastWords.text}`;
  const forced = cell.ending === "twice";
  if (cell.backend === "ignores sigterm" && lastWords.killed === 0 && !lastWords.unproved)
    return `a backend was killed unsaid: ${lastWords.text}`;
  if (cell.backend === "polite" && !forced && cell.situation !== "connecting" && lastWords.killed > 0) {
    return `a polite backend was killed: ${lastWords.text}`;
  }
  return undefined;
}
