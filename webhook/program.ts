import { closest } from "../policies/spelling.ts";
import { commandHelp, table } from "./arguments.ts";
import type { Command } from "./command.ts";
import { programError, ProgramError } from "./errors.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** Each is imported when it is asked for: the serving path loads neither the Kubernetes client nor a certificate library. */
const commands: Readonly<Record<string, { readonly title: string; readonly load: () => Promise<Command> }>> = {
  serve: {
    title: "Answer the API server's admission reviews over TLS",
    load: async () => (await import("./commands/serve.ts")).command,
  },
  try: {
    title: "Send the pods of files through a server of their own and show what becomes of them",
    load: async () => (await import("./commands/try.ts")).command,
  },
  certs: {
    title: "Make and renew the certificates that the API server trusts",
    load: async () => ({ run: (await import("./certs/command.ts")).run }),
  },
};

/** Runs the program; the result is its exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    terminal.stderr.write(`gracewarden-webhook: ${error.message}\n`);
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
    default:
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw unknown(name);
  const command = await entry.load();
  if (command.syntax !== undefined && (rest.includes("--help") || rest.includes("-h"))) {
    terminal.stdout.write(commandHelp(command.syntax));
    return 0;
  }
  return command.run(rest, terminal);
}

function unknown(name: string): ProgramError {
  if (name.startsWith("-"))
    return programError("unknown-option", name, "; options follow a command: gracewarden-webhook --help");
  const near = closest(name, Object.keys(commands));
  const hint = near === undefined ? ": gracewarden-webhook --help lists them" : `; did you mean "${near}"?`;
  return programError("unknown-command", name, hint);
}

function overview(): string {
  const rows = Object.entries(commands).map(([name, { title }]) => [name, title] as const);
  return [
    "gracewarden-webhook: gracewarden's rules at admission.",
    "",
    "Usage: gracewarden-webhook COMMAND [options]",
    "",
    table([...rows, ["COMMAND --help", "The options of a command"], ["--version", "The version"]]),
    "",
    "Exit codes: 0 done, 1 something was cut short, 2 the run could not be done.",
    "",
  ].join("\n");
}
