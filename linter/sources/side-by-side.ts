import { builtin } from "../builtin.ts";

const { availableParallelism } = builtin("node:os");

/** Each may take as much memory as it likes. */
const maxAtOnce = 4;

/** The results of some work on each of a list, in its order: as many at once as there are processors, within reason. */
export async function sideBySide<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = list.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of waiting) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, availableParallelism()) }, worker));
  return results;
}
