import { pino, type Logger } from "pino";
import { batchLines } from "./batch-lines.ts";

export interface Log {
  readonly log: Logger;
  readonly flush: () => void;
}

/** A JSON line an event, the level as a word, the time in ISO 8601. */
export function createLog(write: (text: string) => void): Log {
  const { add, flush } = batchLines(write);
  const log = pino(
    {
      level: "info",
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: add },
  );
  return { log, flush };
}
