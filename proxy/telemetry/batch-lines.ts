/** Joins the lines of one turn of the event loop into one write: a busy proxy logs several a turn, and each write is a system call. */
export interface LineBatch {
  readonly add: (line: string) => void;
  /** Writes what waits; before the process exits nobody else would. */
  readonly flush: () => void;
}

export function batchLines(write: (text: string) => void): LineBatch {
  let pending = "";
  const flush = (): void => {
    if (pending === "") return;
    const text = pending;
    pending = "";
    write(text);
  };
  return {
    add(line) {
      if (pending === "") setImmediate(flush);
      pending += line;
    },
    flush,
  };
}
