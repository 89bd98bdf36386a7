import { closest } from "../../policies/spelling.ts";
import type { Command, CommandTerminal } from "./command.ts";
import { commandHelp, table } from "./help.ts";
import { exitCodeOf, usageError, type ProgramError } from "./program-error.ts";
import { version } from "./version.ts";

/** A program of several commands. */
export interface Program<T extends CommandTerminal> {
  readonly name: string;
  /** Its line in the overview. */
  readonly about: string;
  readonly exitCodes: string;
  /** In the order of the overview. One that brings much along is imported by its `load`. */
  readonly commands: Readonly<
    Record<string, { readonly title: string; readonly load: () => Command<T> | Promise<Command<T>> }>
  >;
}

/** Runs the command that the arguments name; the result is the exit code. */
export function runProgram<T extends CommandTerminal>(
  program: Program<T>,
  args: readonly string[],
  terminal: T,
): Promise<number> {
  return exitCodeOf(program.name, dispatch(program, args, terminal), terminal);
}

async function dispatch<T extends CommandTerminal>(
  program: Program<T>,
  [name, ...rest]: readonly string[],
  terminal: T,
): Promise<number> {
  switch (name) {
    case undefined:
      terminal.stderr.write(overview(program));
      return 2;
    case "--version":
    case "-v":
      terminal.stdout.write(`${version}\n`);
      return 0;
    case "--help":
    case "-h":
      terminal.stdout.write(overview(program));
      return 0;
    case "help":
      return dispatch(program, rest[0] === undefined ? ["--help"] : [rest[0], "--help"], terminal);
    default:
  }
  const entry = Object.hasOwn(program.commands, name) ? program.commands[name] : undefined;
  if (entry === undefined) throw unknown(program, name);
  const command = await entry.load();
  if (asksForHelp(rest)) {
    terminal.stdout.write(commandHelp(command.syntax, Math.min(terminal.stdout.columns ?? 100, 120)));
    return 0;
  }
  return command.run(rest, terminal);
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

function unknown<T extends CommandTerminal>({ name: program, commands }: Program<T>, name: string): ProgramError {
  if (name.startsWith("-")) return usageError("unknown-option", name, `; options follow a command: ${program} --help`);
  const near = closest(name, Object.keys(commands));
  const hint = near === undefined ? `: ${program} --help lists them` : `; did you mean "${near}"?`;
  return usageError("unknown-command", name, hint);
}

function overview<T extends CommandTerminal>({ name, about, exitCodes, commands }: Program<T>): string {
  const rows = Object.entries(commands).map(([command, { title }]) => [command, title] as const);
  return [
    `${name}: ${about}`,
    "",
    `Usage: ${name} COMMAND [options]`,
    "",
    table([...rows, ["COMMAND --help", "The options of a command"], ["--version", "The version"]], 100),
    "",
    `Exit codes: ${exitCodes}`,
    "",
  ].join("\n");
}
