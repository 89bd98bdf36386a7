import type { StopReport } from "../backends/backend.ts";
import type { Drainable } from "../front/drainable.ts";
import type { CutCall } from "./cut-call.ts";
import type { WaitingCalls } from "./waiting-calls.ts";
import { phaseAt, type Moments, type Phase } from "./phase.ts";

/** What must have ended when the process ends. */
export interface Stoppable {
  readonly name: string;
  /** Nothing is spawned from now on; what lives stays. */
  freeze(): void;
  /** Ends it within the time; asked again with less, it hurries. */
  stop(seconds: number): Promise<readonly StopReport[]>;
}

/** What leaving needs of the world. */
export interface LeaveOptions {
  readonly moments: Moments;
  /** Seconds; `Drainable.lastActivityAt` is the same clock in milliseconds. */
  readonly now: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly fronts: readonly Drainable[];
  readonly waitingCalls: WaitingCalls;
  readonly backends: () => readonly Stoppable[];
  /** Settles at a second signal: then nothing is waited for. */
  readonly forced: Promise<unknown>;
  readonly onPhase: (phase: Phase) => void;
  /** Writes what is still in memory: audit, traces. */
  readonly flush: (seconds: number) => Promise<void>;
}

/** What became of the calls and the backends. */
export interface LeaveReport {
  readonly cut: readonly CutCall[];
  /** Answers that clients did not read. */
  readonly unread: number;
  readonly stops: readonly StopReport[];
  /** Backends that did not say how they ended before the deadline. */
  readonly unfinished: readonly string[];
  readonly forced: boolean;
}

/** Leaves as the phases say. Settles at the latest when `moments.exitBy` is reached. */
export async function leave(options: LeaveOptions): Promise<LeaveReport> {
  const { moments, now, sleep, fronts, onPhase } = options;
  let isForced = false;
  const forced = options.forced.then(() => {
    isForced = true;
  });
  // Nothing is spawned from here on, whatever comes.
  for (const backend of options.backends()) backend.freeze();
  for (const front of fronts) front.announce();
  let last: Phase | undefined;
  const enter = (phase: Phase): void => {
    if (phase === last) return;
    const streamsEnded = last !== undefined && last !== "window";
    last = phase;
    onPhase(phase);
    if (phase !== "window" && !streamsEnded) for (const front of fronts) front.endStreams();
    if (phase === "refusing" || phase === "closing") for (const front of fronts) front.refuse();
  };
  while (!isForced) {
    const { phase, forSeconds } = phaseAt(now(), moments, busy(options));
    enter(phase);
    if (phase === "closing") break;
    await Promise.race([sleep(forSeconds), forced]);
  }
  enter("closing");
  const cut = [...fronts.flatMap((front) => front.cut()), ...options.waitingCalls.cut()];
  const stopping = stopAll(options, () => isForced, forced);
  const left = (until: number): number => Math.max(until - now(), 0);
  const close = (seconds: number): Promise<unknown> => Promise.all(fronts.map((front) => front.close(seconds)));
  const hurried = forced.then(() => close(secondsToTell));
  const closing = isForced ? hurried : close(left(moments.backendsEnd));
  await Promise.race([
    Promise.all([stopping.done, closing]),
    // A backend that hangs in its own end must not keep the logs from being written.
    sleep(left(moments.backendsEnd) + graceForReports),
    forced.then(() => Promise.race([Promise.all([stopping.done, hurried]), sleep(secondsWhenForced)])),
  ]);
  // A collector that does not answer must not use up what an early end has left over.
  const flushSeconds = Math.min(left(moments.exitBy), moments.exitBy - moments.backendsEnd);
  await Promise.race([options.flush(flushSeconds), sleep(flushSeconds)]);
  const unread = fronts.reduce((sum, front) => sum + front.unread(), 0);
  return { cut, unread, ...stopping.report(), forced: isForced };
}

/** A backend that is killed at its very end still has to be seen gone. */
const graceForReports = 0.2;
/** So long those whose calls were cut at the second signal have to read it. */
const secondsToTell = 0.2;
/** SIGKILL and its proof take milliseconds. */
const secondsWhenForced = 1;

function busy({ fronts, waitingCalls }: LeaveOptions): { inFlight: number; lastActivityAt: number } {
  return {
    inFlight: fronts.reduce((sum, front) => sum + front.inFlight(), waitingCalls.count()),
    lastActivityAt: Math.max(-Infinity, ...fronts.map((front) => front.lastActivityAt())) / 1000,
  };
}

interface Stopping {
  readonly done: Promise<unknown>;
  readonly report: () => Pick<LeaveReport, "stops" | "unfinished">;
}

/** Ends all backends at once; a force that comes meanwhile asks them again, with no time. */
function stopAll(
  { backends, moments, now }: LeaveOptions,
  isForced: () => boolean,
  forced: Promise<unknown>,
): Stopping {
  const stops = new Map<Stoppable, readonly StopReport[]>();
  const all = backends();
  const stopEach = async (seconds: number): Promise<unknown> =>
    Promise.all(
      all.map(async (backend) => {
        stops.set(backend, await backend.stop(seconds));
      }),
    );
  const done = stopEach(isForced() ? 0 : Math.max(moments.backendsEnd - now(), 0));
  void forced.then(() => stopEach(0));
  return {
    done,
    report: () => ({
      stops: [...stops.values()].flat(),
      unfinished: all.filter((backend) => !stops.has(backend)).map(({ name }) => name),
    }),
  };
}
