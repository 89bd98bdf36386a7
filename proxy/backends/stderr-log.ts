import type { Readable } from "node:stream";
import { LineReader } from "./lines.ts";
import type { QuietLog } from "./quiet-log.ts";

const longestLine = 4096;

/** Writes a backend's stderr to the log, a line each, and remembers the last one: it often says why the backend ended. */
export class StderrLog {
  #last = "";

  constructor(stderr: Readable, log: QuietLog, backend: string) {
    const write = (line: string): void => {
      this.#last = line;
      log.info({ backend, line }, "stderr of a backend");
    };
    const lines = new LineReader(longestLine, { line: write, tooLong: (head) => write(`${head}...`) });
    stderr.on("data", (chunk: Buffer) => lines.push(chunk));
    stderr.once("end", () => lines.end());
  }

  /** A clause that goes at a sentence's end; empty when it never wrote. */
  lastWords(): string {
    return this.#last === "" ? "" : `; its last line on stderr: ${this.#last.slice(0, 300)}`;
  }
}
