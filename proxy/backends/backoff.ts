/** What decides how long a backend waits for its next attempt. */
export interface Failures {
  /** Attempts that failed, and short lives, in a row; at least 1. */
  readonly inRow: number;
  /** Somebody waits for it: it is required, or has been ready before. */
  readonly wanted: boolean;
  /** It was ready for a while and then lost its process. */
  readonly processDied: boolean;
}

const wanted = { first: 1, longest: 30 };
const optional = { first: 30, longest: 300 };

/**
 * Seconds until the next attempt. A process that died after a good while is started again at once; what is wanted is tried after
 * 1 s, doubling to 30 s; what has never worked and is optional after 30 s, doubling to 300 s. `random` in [0, 1) takes up to a
 * fifth off, so that replicas do not knock together.
 */
export function backoffSeconds({ inRow, wanted: isWanted, processDied }: Failures, random: number): number {
  if (processDied && inRow === 1) return 0;
  const { first, longest } = isWanted ? wanted : optional;
  return Math.min(longest, first * 2 ** Math.min(inRow - 1, 16)) * (1 - random / 5);
}
