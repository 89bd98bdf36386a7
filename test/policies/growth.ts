/**
 * How many times longer a work takes at four times the size: about 4 where it is linear, 16 where it is quadratic. Both
 * sizes run in turn and the best of each counts, so a busy machine does not.
 */
export function growth(work: (size: number) => void, size: number): number {
  const best = { small: Infinity, large: Infinity };
  work(size);
  for (let round = 0; round < 7; round += 1) {
    best.small = Math.min(
      best.small,
      milliseconds(() => work(size)),
    );
    best.large = Math.min(
      best.large,
      milliseconds(() => work(4 * size)),
    );
  }
  // Below this a clock tells nothing, and nothing is slow.
  return best.large / Math.max(best.small, 0.5);
}

/** Between linear and quadratic. */
export const linear = 9;

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
