/** How long the parts of leaving take, in seconds. */
export interface DrainTimes {
  /** While endpoints leave: ready, and every response closes its connection. */
  readonly propagationSeconds: number;
  /** Without a review for so long, nobody is left who would send one. */
  readonly quietSeconds: number;
  /** From the signal to the end of accepting, quiet or not. */
  readonly drainSeconds: number;
}

/**
 * - `serving`: nobody asked to leave.
 * - `announcing`: asked to leave; still ready, since connections are still sent here (C4), and each response says `Connection: close`,
 *   the only way to empty the API server's pool without a race.
 * - `leaving`: not ready, still accepting: some ways to end a pod never take it from the endpoints (A34).
 * - `closing`: accepts no more.
 */
export type Phase = "serving" | "announcing" | "leaving" | "closing";

/** What has happened so far, in seconds on one clock that never jumps. */
export interface Leaving {
  readonly signalledAt: number;
  readonly lastReviewAt: number;
  readonly reviewsInFlight: number;
}

/** The phase at a moment, and how long it lasts at least: then look again. */
export function phaseAt(
  now: number,
  leaving: Leaving | undefined,
  { propagationSeconds, quietSeconds, drainSeconds }: DrainTimes,
): { readonly phase: Phase; readonly forSeconds: number } {
  if (leaving === undefined) return { phase: "serving", forSeconds: Infinity };
  const { signalledAt, lastReviewAt, reviewsInFlight } = leaving;
  const deadline = signalledAt + drainSeconds;
  if (now >= deadline) return { phase: "closing", forSeconds: Infinity };
  const announced = signalledAt + propagationSeconds;
  if (now < announced) return { phase: "announcing", forSeconds: Math.min(announced, deadline) - now };
  // Whoever is told only now that this is not ready gets its quiet time too.
  const quietAt = Math.max(announced, lastReviewAt) + quietSeconds;
  if (reviewsInFlight === 0 && now >= quietAt) return { phase: "closing", forSeconds: Infinity };
  const next = reviewsInFlight > 0 ? now + quietSeconds : quietAt;
  return { phase: "leaving", forSeconds: Math.max(Math.min(next, deadline) - now, 0.01) };
}
