import type { Activity } from "./activity.ts";
import { phaseAt, type DrainTimes, type Phase } from "./drain.ts";

/** What leaving needs of the world. */
export interface LeaveOptions {
  readonly times: DrainTimes;
  readonly activity: Pick<Activity, "reviewsInFlight" | "lastReviewAt">;
  /** Seconds on the clock of `activity`. */
  readonly now: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
  /** Settles at a second signal: then nothing is waited for. */
  readonly forced: Promise<unknown>;
  readonly onPhase: (phase: Phase) => void;
  /** Stops accepting, closes idle connections; settles when the last connection is gone. */
  readonly close: () => Promise<unknown>;
  /** Ends what is left. */
  readonly closeNow: () => void;
}

/** Reviews take milliseconds; what is still open after this is stuck. */
const lastAnswersSeconds = 2;

/** Leaves as the phases say; the result is how many reviews were cut off. */
export async function leave(options: LeaveOptions): Promise<number> {
  const { times, activity, now, sleep, onPhase, close, closeNow } = options;
  const signalledAt = now();
  let isForced = false;
  const forced = options.forced.then(() => {
    isForced = true;
  });
  let last: Phase = "serving";
  while (!isForced) {
    const { phase, forSeconds } = phaseAt(
      now(),
      { signalledAt, lastReviewAt: activity.lastReviewAt(), reviewsInFlight: activity.reviewsInFlight() },
      times,
    );
    if (phase !== last) onPhase(phase);
    last = phase;
    if (phase === "closing") break;
    await Promise.race([sleep(forSeconds), forced]);
  }
  if (last !== "closing") onPhase("closing");
  const closed = close();
  await Promise.race([closed, sleep(lastAnswersSeconds), forced]);
  const cut = activity.reviewsInFlight();
  closeNow();
  await closed;
  return cut;
}
