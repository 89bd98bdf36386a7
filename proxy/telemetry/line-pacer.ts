/** Anybody can make a proxy write a line a request: so many of a kind go into ten seconds, the rest is counted. */
const windowMilliseconds = 10_000;
const mostOfAKind = 20;
/** Of all kinds together: some have a client's address in them. */
const most = 200;

export interface LinePacer {
  /** False where a line of this kind is one too many. */
  readonly admits: (kind: string) => boolean;
  /** Tells what was left out since the window began, and begins another. */
  readonly flush: () => void;
}

export function linePacer(tell: (kind: string, omitted: number) => void): LinePacer {
  const written = new Map<string, number>();
  const omitted = new Map<string, number>();
  let lines = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const [kind, count] of omitted) tell(kind, count);
    written.clear();
    omitted.clear();
    lines = 0;
  };
  return {
    admits(kind) {
      timer ??= setTimeout(flush, windowMilliseconds).unref();
      const ofKind = (written.get(kind) ?? 0) + 1;
      if (ofKind <= mostOfAKind && lines < most) {
        lines += 1;
        written.set(kind, ofKind);
        return true;
      }
      const known = ofKind > 1 || omitted.has(kind) || omitted.size < most ? kind : "others";
      omitted.set(known, (omitted.get(known) ?? 0) + 1);
      return false;
    },
    flush,
  };
}
