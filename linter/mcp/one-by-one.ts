/** Runs tasks in the order of asking, each after the end of the one before. */
export interface OneByOne {
  readonly run: <T>(task: () => Promise<T>) => Promise<T>;
  /** Settles when all that was asked so far has ended. */
  readonly idle: () => Promise<void>;
}

/** Between two tasks signals, timers and streams have their turn, which many at once would keep waiting. */
export function oneByOne(): OneByOne {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const begun = last.then(() => new Promise((turn) => setImmediate(turn))).then(task);
      last = begun.catch(() => undefined);
      return begun;
    },
    async idle() {
      await last;
    },
  };
}
