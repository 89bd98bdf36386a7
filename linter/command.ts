import type { Options, Syntax } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/** One command: what may follow its name, and what it does. `run` gives the exit code. */
export interface Command {
  readonly syntax: Syntax<Options>;
  /** For the list of commands. */
  readonly title: string;
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>;
}
