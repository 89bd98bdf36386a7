/** Between linear and quadratic. */
export const linear = 9;

/**
 * How many times longer a work takes at four times the size: about 4 where it is linear, 16 where it is quadratic. Both
 * sizes run in turn and the best of each counts, so a busy machine does not; it ends once the answer is linear.
 */
export function growth(work: (size: number) => void, size: number): number {
  let small = Infinity;
  let large = Infinity;
  for (let round = 0; round < 8; round += 1) {
    small = Math.min(
      small,
      milliseconds(() => work(size)),
    );
    large = Math.min(
      large,
      milliseconds(() => work(4 * size)),
    );
    // Below half a millisecond a clock tells nothing, and nothing is slow.
    if (large / Math.max(small, 0.5) < linear) break;
  }
  return large / Math.max(small, 0.5);
}

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
