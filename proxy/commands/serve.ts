import { resolve } from "node:path";
import { readArguments } from "../arguments.ts";
import { readProcessSettings } from "../config/process-settings.ts";
import { programError } from "../errors.ts";
import { serve } from "../serving/serve.ts";
import type { Terminal } from "../terminal.ts";

/** Serves until it is told to leave; the exit code says whether anything was cut or left behind. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const split = args.includes("--") ? args.indexOf("--") : args.length;
  const [command, ...commandArgs] = args.slice(split + 1);
  const { values, positionals } = readArguments(args.slice(0, split), {
    config: { type: "string" },
    host: { type: "string" },
    port: { type: "string" },
    "admin-port": { type: "string" },
    stdio: { type: "boolean" },
  });
  const [extra] = positionals;
  if (extra !== undefined)
    throw programError("bad-arguments", `"${extra}" is one argument too many: a server's command stands behind --`);
  if (split < args.length && command === undefined) throw programError("missing-argument", "COMMAND behind --");
  if (values.config === undefined && command === undefined)
    throw programError("missing-argument", "--config FILE, or -- COMMAND,");
  if (values.config !== undefined && command !== undefined)
    throw programError("bad-arguments", "--config and -- COMMAND exclude each other");
  return serve(
    {
      ...readProcessSettings(terminal.env, values),
      stdio: values.stdio ?? false,
      source:
        command === undefined
          ? { file: values.config ?? "", path: resolve(terminal.cwd, values.config ?? "") }
          : { command, args: commandArgs },
    },
    terminal,
  );
}
