import { resolve } from "node:path";
import { parseArguments } from "../../linter/command-line/arguments.ts";
import { usageError } from "../../linter/command-line/program-error.ts";
import { readProcessSettings } from "../config/process-settings.ts";
import { programError } from "../errors.ts";
import { serve } from "../serving/serve.ts";
import type { Terminal } from "../terminal.ts";
import { serveSyntax } from "./serve-syntax.ts";

/** Serves until it is told to leave; the exit code says whether anything was cut or left behind. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const split = args.includes("--") ? args.indexOf("--") : args.length;
  const [command, ...commandArgs] = args.slice(split + 1);
  const { options, positionals } = parseArguments(serveSyntax, args.slice(0, split));
  const [extra] = positionals;
  if (extra !== undefined)
    throw programError("bad-arguments", `"${extra}" is one argument too many: a server's command stands behind --`);
  if (split < args.length && command === undefined) throw usageError("missing-argument", "COMMAND behind --");
  if (options.config === undefined && command === undefined)
    throw usageError("missing-argument", "--config FILE, or -- COMMAND,");
  if (options.config !== undefined && command !== undefined)
    throw programError("bad-arguments", "--config and -- COMMAND exclude each other");
  return serve(
    {
      ...readProcessSettings(terminal.env, options),
      stdio: options.stdio,
      source:
        command === undefined
          ? { file: options.config ?? "", path: resolve(terminal.cwd, options.config ?? "") }
          : { command, args: commandArgs },
    },
    terminal,
  );
}
