import type { Worker } from "node:worker_threads";

/** What a command may touch of the process that it runs in; tests hand in their own. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `serve` writes its log here, a JSON line an event; the other commands their report. */
  readonly stdout: Output & { readonly columns?: number | undefined };
  /** Notes and errors. */
  readonly stderr: Output;
  readonly now: () => Date;
  /** Calls back at each request to stop: SIGTERM and SIGINT. */
  readonly onStop: (listener: (signal: string) => void) => void;
  /** Memory that the process holds, in bytes. */
  readonly residentBytes: () => number;
  /** A thread of the program that judges large reviews. */
  readonly startThread: () => Worker;
}

interface Output {
  readonly write: (text: string) => void;
  readonly isTTY?: boolean | undefined;
}
