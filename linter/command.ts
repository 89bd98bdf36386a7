import type { Command as AnyCommand } from "./command-line/command.ts";
import type { Terminal } from "./terminal.ts";

/** One command of the linter. */
export interface Command extends AnyCommand<Terminal> {
  /** For the list of commands. */
  readonly title: string;
}
