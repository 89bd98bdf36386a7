import type { Readable } from "node:stream";
import { LineReader } from "./lines.ts";
import type { QuietLog } from "./quiet-log.ts";

const longestLine = 4096;

/** Writes a backend's stderr to the log, a line each, and nowhere else: it may hold what no client should see. */
export function logStderr(stderr: Readable, log: QuietLog, backend: string): void {
  const write = (line: string): void => log.info({ backend, line }, "stderr of a backend");
  const lines = new LineReader(longestLine, { line: write, tooLong: (head) => write(`${head}...`) });
  stderr.on("data", (chunk: Buffer) => lines.push(chunk));
  stderr.once("end", () => lines.end());
}
