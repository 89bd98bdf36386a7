import type { Readable, Writable } from "node:stream";

/** What the program may touch of the process that it runs in; tests start a process of their own. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reports of `check`; on `--stdio` the channel of MCP. */
  readonly stdout: Output;
  /** Errors, and the log of `serve`, a JSON line an event. */
  readonly stderr: Output;
  /** For MCP on `--stdio`. */
  readonly standardStreams: () => { readonly input: Readable; readonly output: Writable & { readonly fd: number } };
  readonly now: () => Date;
  /** Tells each signal, also those that came before anybody listened. */
  readonly onSignal: (listener: (signal: Signal) => void) => void;
  /** Tells each error that nobody has caught. */
  readonly onFailure: (listener: (error: unknown) => void) => void;
  readonly residentBytes: () => number;
  /** From now on the space for what is young does not grow: what a start leaves behind is over, and calls leave little. */
  readonly limitYoungSpace: () => void;
}

export type Signal = "SIGTERM" | "SIGINT" | "SIGHUP";

interface Output {
  readonly write: (text: string) => void;
}
