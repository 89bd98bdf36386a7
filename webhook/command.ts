import type { Options, Syntax } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/** One command: what may follow its name, and what it does. `run` gives the exit code. */
export interface Command {
  /** Left out by a command that answers `--help` itself. */
  readonly syntax?: Syntax<Options>;
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>;
}
