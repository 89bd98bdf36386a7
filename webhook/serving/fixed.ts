import type { Live } from "./live-files.ts";

/** A value that no file stands behind. */
export function fixed<T>(value: T, now: Date): Live<T> {
  return { value: () => value, generation: () => 1, changedAt: () => now, problem: () => undefined };
}
