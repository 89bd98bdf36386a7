/** What the drain asks of the server: how busy it is. Seconds on the clock that is handed in. */
export interface Activity {
  reviewsInFlight(): number;
  /** When a review last came or was answered; -Infinity before the first. */
  lastReviewAt(): number;
  readonly began: () => void;
  readonly ended: () => void;
}

/** Counts the reviews of one server. */
export function countActivity(now: () => number): Activity {
  let inFlight = 0;
  let last = -Infinity;
  return {
    reviewsInFlight: () => inFlight,
    lastReviewAt: () => last,
    began() {
      inFlight += 1;
      last = now();
    },
    ended() {
      inFlight -= 1;
      last = now();
    },
  };
}
