import { pino, type Logger, type LoggerOptions } from "pino";
import { batchLines } from "./batch-lines.ts";
import { linePacer } from "./line-pacer.ts";

export interface Log {
  readonly log: Logger;
  /** For what clients and servers can provoke: of each kind of line so many, then their number. */
  readonly paced: Logger;
  readonly flush: () => void;
}

const format: LoggerOptions = {
  level: "info",
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: (label) => ({ level: label }) },
};

/** A JSON line an event, the level as a word, the time in ISO 8601. */
export function createLog(write: (text: string) => void): Log {
  const { add, flush } = batchLines(write);
  const log = pino(format, { write: add });
  const pacer = linePacer((kind, omitted) =>
    log.warn({ kind, omitted }, "lines of this kind were left out of the log: there were too many"),
  );
  const paced = pino(
    {
      ...format,
      hooks: {
        // A kind is what its lines say; what differs from one to the next stands in the data before.
        logMethod(line, write_) {
          if (pacer.admits(String(line.at(-1)))) write_.apply(this, line);
        },
      },
    },
    { write: add },
  );
  return {
    log,
    paced,
    flush() {
      pacer.flush();
      flush();
    },
  };
}
