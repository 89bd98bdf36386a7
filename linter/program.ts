import { closest } from "../policies/spelling.ts";
import type { Command } from "./command.ts";
import { command as audit } from "./commands/audit.ts";
import { completionOf } from "./commands/completion.ts";
import { command as explain } from "./commands/explain.ts";
import { command as exportPolicies } from "./commands/export.ts";
import { command as init } from "./commands/init.ts";
import { command as lint } from "./commands/lint.ts";
import { command as lsp } from "./commands/lsp.ts";
import { command as mcp } from "./commands/mcp.ts";
import { command as report } from "./commands/report.ts";
import { command as rules } from "./commands/rules.ts";
import { command as timeline } from "./commands/timeline.ts";
import { isProgramError, programError, type ProgramError } from "./errors.ts";
import { commandHelp, table } from "./help.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/**
 * Every command. They are imported at once, since opening one more file costs a start more than the few lines of a
 * command; what is large (facts, ajv, the second YAML parser) is imported where it is needed.
 */
const commands: Readonly<Record<string, Command>> = {
  lint,
  audit,
  report,
  timeline,
  explain,
  rules,
  export: exportPolicies,
  init,
  mcp,
  lsp,
  completion: completionOf(() => commands),
};

/** Runs the program; the result is its exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (!isProgramError(error)) throw error;
    terminal.stderr.write(`gracewarden: ${error.message}\n`);
    return error.exit;
  }
}

async function dispatch([name, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  switch (name) {
    case undefined:
      terminal.stderr.write(overview());
      return 2;
    case "--version":
    case "-v":
      terminal.stdout.write(`${version}\n`);
      return 0;
    case "--help":
    case "-h":
      terminal.stdout.write(overview());
      return 0;
    case "help":
      return dispatch(rest[0] === undefined ? ["--help"] : [rest[0], "--help"], terminal);
    default:
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknown(name);
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

function unknown(name: string): ProgramError {
  if (name.startsWith("-"))
    return programError("unknown-option", name, "; options follow a command: gracewarden --help");
  const near = closest(name, Object.keys(commands));
  const hint = near === undefined ? ": gracewarden --help lists them" : `; did you mean "${near}"?`;
  return programError("unknown-command", name, hint);
}

function overview(): string {
  const rows = Object.entries(commands).map(([name, { title }]) => [name, title] as const);
  return [
    "gracewarden: Kubernetes pods that leave politely.",
    "",
    "Usage: gracewarden COMMAND [options]",
    "",
    table([...rows, ["COMMAND --help", "The options of a command"], ["--version", "The version"]], 100),
    "",
    "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 the run could not be done.",
    "",
  ].join("\n");
}
