import { Slots } from "../../slots.ts";

/** Many short waits of one length, nearly all of which end before their time: a timer each would cost more than the wait is worth. */
export interface Delays {
  /** Calls back unless what is returned is called first. */
  readonly begin: (elapsed: () => void) => () => void;
}

/** Each lasts `seconds`, give or take a third. */
export function createDelays(seconds: number): Delays {
  let older = new Slots<() => void>();
  let newer = new Slots<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const tick = (): void => {
    const due = older;
    older = newer;
    newer = new Slots();
    for (const elapsed of due) elapsed();
    if (older.size === 0 && newer.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  return {
    begin(elapsed) {
      timer ??= setInterval(tick, (seconds * 2000) / 3).unref();
      const waits = newer;
      const slot = waits.add(elapsed);
      return () => waits.remove(slot, elapsed);
    },
  };
}
