/** A duration or moment in seconds that lies between `min` and `max`, both included; `max` may be Infinity. */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** Exactly `seconds`. */
export const exactly = (seconds: number): Interval => ({ min: seconds, max: seconds });

export const between = (min: number, max: number): Interval => ({ min, max });

/** Anything from 0 to forever. */
export const anyDuration: Interval = { min: 0, max: Infinity };

export const plus = (a: Interval, b: Interval): Interval => ({ min: a.min + b.min, max: a.max + b.max });

/** The later of the two, whichever that is. */
export const later = (a: Interval, b: Interval): Interval => ({
  min: Math.max(a.min, b.min),
  max: Math.max(a.max, b.max),
});

/** The earlier of the two, whichever that is. */
export const earlier = (a: Interval, b: Interval): Interval => ({
  min: Math.min(a.min, b.min),
  max: Math.min(a.max, b.max),
});

/** `5 s`, `2 to 8 s`, `at least 3 s`. */
export function formatSeconds({ min, max }: Interval): string {
  if (min === max) return min === Infinity ? "forever" : `${rounded(min)} s`;
  if (max === Infinity) return `at least ${rounded(min)} s`;
  return `${rounded(min)} to ${rounded(max)} s`;
}

/** To hundredths, as texts show seconds. */
export const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;
