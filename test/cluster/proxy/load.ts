import { setTimeout as wait } from "node:timers/promises";
import { newCaller, type Connections, type Revision } from "./caller.ts";

/** A way of calling; each is loaded by itself and has its own row. */
export interface Cell {
  readonly revision: Revision;
  readonly connections: Connections;
}

export const cells: readonly Cell[] = (["2025-11-25", "2026-07-28"] as const).flatMap((revision) =>
  (["fresh", "kept"] as const).map((connections) => ({ revision, connections })),
);

export interface Tally extends Cell {
  readonly seconds: number;
  readonly calls: number;
  readonly sessionsLost: number;
  readonly lost: readonly { readonly seconds: number; readonly sinceRollout: number; readonly cause: string }[];
  readonly milliseconds: readonly number[];
}

interface Load {
  /** From now on, what is lost is timed from here. */
  rolloutBegins(): void;
  /** Ends when what is under way is answered. */
  stop(): Promise<Tally>;
}

const timeoutSeconds = 10;
/** Every fourth call takes so long that some are always under way. */
const longCall = 300;

/** Calls at a pace of its own, many at a time: a call that hangs holds up no other. */
export function startLoad(
  cell: Cell,
  { url, perSecond, ways }: { url: string; perSecond: number; ways: number },
): Load {
  const startedAt = performance.now();
  const lost: Tally["lost"][number][] = [];
  const milliseconds: number[] = [];
  let calls = 0;
  let sessionsLost = 0;
  let rolloutAt = startedAt;
  let stopping = false;

  const way = async (index: number): Promise<void> => {
    const caller = newCaller({ ...cell, url, timeoutSeconds });
    const between = (ways / perSecond) * 1000;
    let due = startedAt + (index / ways) * between;
    for (let turn = 0; !stopping; turn++, due = Math.max(due + between, performance.now() - between)) {
      await wait(Math.max(0, due - performance.now()));
      const askedAt = performance.now();
      const cause = await caller.call(`${index}/${turn}`, turn % 4 === index % 4 ? longCall : 0);
      calls += 1;
      if (cause === undefined) milliseconds.push(performance.now() - askedAt);
      else lost.push({ seconds: (askedAt - startedAt) / 1000, sinceRollout: (askedAt - rolloutAt) / 1000, cause });
    }
    sessionsLost += caller.sessionsLost;
    caller.close();
  };
  const running = Promise.all(Array.from({ length: ways }, (_, index) => way(index)));
  return {
    rolloutBegins: () => (rolloutAt = performance.now()),
    async stop() {
      stopping = true;
      await running;
      return { ...cell, seconds: (performance.now() - startedAt) / 1000, calls, sessionsLost, lost, milliseconds };
    },
  };
}

export const perSecondOf = ({ calls, seconds }: Tally): number => calls / seconds;

/** What was lost and how, and when the first of each kind was: `12 ECONNREFUSED (first 3.1 s into a rollout)`. */
export function causesOf({ lost }: Tally): string {
  const kinds = Map.groupBy(lost, ({ cause }) => cause);
  return [...kinds]
    .map(([cause, all]) => `${all.length} ${cause} (first ${all[0]?.sinceRollout.toFixed(1)} s into a rollout)`)
    .join("; ");
}
