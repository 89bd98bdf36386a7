import { setTimeout as wait } from "node:timers/promises";

/** Asks until the answer is right, and tells the last one where it never is. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  { seconds = 60, everySeconds = 0.5 } = {},
): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; ; await wait(everySeconds * 1000)) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s; at last ${JSON.stringify(answer)}`);
  }
}
