import type { Cell, Ending } from "./cell.ts";
import { cannotTry } from "./launch.ts";
import type { ProxyUnderTest } from "./proxies.ts";
import { runCell, type Outcome } from "./run-cell.ts";

export interface RunOptions {
  readonly atOnce: number;
  /** Says aloud what is not tried on this machine. */
  readonly onSkip: (ending: Ending, why: string) => void;
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** Also an exit code of 1, where the proof that backends ended came too late. */
const isOnlyLate = ({ faults }: Outcome): boolean =>
  faults.some(({ kind }) => kind === "too late") &&
  faults.every(({ kind }) => kind === "too late" || kind === "exit code");

/** Runs cells, some at once; the outcomes come in the order of the cells. */
export async function runCells(
  proxy: ProxyUnderTest,
  cells: readonly Cell[],
  { atOnce, onSkip, onOutcome }: RunOptions,
): Promise<Outcome[]> {
  const skipped = new Set<Ending>();
  for (const ending of new Set(cells.map((cell) => cell.ending))) {
    const why = cannotTry(ending);
    if (why === undefined) continue;
    skipped.add(ending);
    onSkip(ending, why);
  }
  const tried = cells.filter(
    ({ ending, situation }) =>
      !skipped.has(ending) && (proxy.listening !== undefined || situation !== "hook, then SIGTERM"),
  );
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < tried.length; n = next++) {
      const outcome = await runCell(proxy, tried[n]!);
      outcomes[n] = outcome;
      if (!isOnlyLate(outcome)) onOutcome?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, tried.length) }, worker));
  // A machine that is busy with the other cells makes a proxy late: what was late and nothing else is tried again, alone.
  for (const [n, outcome] of outcomes.entries()) {
    if (!isOnlyLate(outcome)) continue;
    const again = await runCell(proxy, outcome.cell);
    outcomes[n] = { ...again, notes: [...again.notes, `tried again, since at first: ${outcome.faults[0]?.text}`] };
    onOutcome?.(outcomes[n]);
  }
  return outcomes;
}
