import type { Options, Syntax } from "./arguments.ts";

/** What every command may write to. */
export interface CommandTerminal {
  readonly stdout: { readonly write: (text: string) => unknown; readonly columns?: number | undefined };
  readonly stderr: { readonly write: (text: string) => unknown };
}

/** One command: what may follow its name, and what it does. `run` gives the exit code. */
export interface Command<T extends CommandTerminal> {
  readonly syntax: Syntax<Options>;
  readonly run: (args: readonly string[], terminal: T) => Promise<number>;
}
