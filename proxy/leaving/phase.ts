import type { ProxyBudget } from "../../policies/shutdown/proxy-budget.ts";

/**
 * - `window`: endpoints leave; ready, every call succeeds, and each response says `Connection: close` (C4).
 * - `quieting`: not ready, still accepting: some ways to end a pod never take it from the endpoints (A34).
 * - `refusing`: calls that come are not dispatched any more; those in flight have the rest.
 * - `closing`: what is still in flight is cut; the front closes and backends end.
 */
export type Phase = "window" | "quieting" | "refusing" | "closing";

/** How busy the fronts are; seconds on the clock of `leave`. */
export interface Busy {
  readonly inFlight: number;
  readonly lastActivityAt: number;
}

/** Without a call for so long, nobody is left who would send one. */
const quietSeconds = 1;
/** A call that comes in the last moment would be cut; told that it was never dispatched, its client can send it again. */
const refusalSeconds = 0.5;

/** The moments of leaving, in seconds on one clock that never jumps. */
export interface Moments {
  readonly windowEnd: number;
  readonly refuseAt: number;
  readonly callsEnd: number;
  readonly backendsEnd: number;
  /** D: the process is gone. */
  readonly exitBy: number;
}

/**
 * When each phase ends. `origin` is when the kubelet began to count. Who is no endpoint (never
 * ready, or on stdio) needs no window.
 */
export function momentsOf(budget: ProxyBudget, origin: number, isEndpoint: boolean): Moments {
  const { propagation, drain, backendStop, flush } = budget;
  return {
    windowEnd: origin + (isEndpoint ? propagation.end : propagation.start),
    refuseAt: origin + drain.end - Math.min(refusalSeconds, (drain.end - drain.start) / 2),
    callsEnd: origin + drain.end,
    backendsEnd: origin + backendStop.end,
    exitBy: origin + flush.end,
  };
}

/** The phase at a moment, and how long it lasts at least: then look again. */
export function phaseAt(
  now: number,
  { windowEnd, refuseAt, callsEnd }: Moments,
  { inFlight, lastActivityAt }: Busy,
): { readonly phase: Phase; readonly forSeconds: number } {
  if (now < windowEnd) return { phase: "window", forSeconds: windowEnd - now };
  if (now >= callsEnd) return { phase: "closing", forSeconds: Infinity };
  if (now >= refuseAt) {
    return inFlight === 0
      ? { phase: "closing", forSeconds: Infinity }
      : { phase: "refusing", forSeconds: Math.min(pollSeconds, callsEnd - now) };
  }
  const quietAt = lastActivityAt + quietSeconds;
  if (inFlight === 0 && now >= quietAt) return { phase: "closing", forSeconds: Infinity };
  const next = inFlight > 0 ? now + pollSeconds : quietAt;
  return { phase: "quieting", forSeconds: Math.max(Math.min(next, refuseAt) - now, 0.005) };
}

/** How often calls in flight are looked at. */
const pollSeconds = 0.05;
