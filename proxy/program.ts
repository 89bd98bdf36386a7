import { closest } from "../policies/spelling.ts";
import { exitCodeOf, usageError, type ProgramError } from "../linter/command-line/program-error.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "../linter/command-line/version.ts";

type Run = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** Serving is what it does without one. Each is imported when it is asked for: serving has no use for the linter's rules. */
const commands: Readonly<Record<string, () => Promise<Run>>> = {
  check: async () => (await import("./commands/check.ts")).run,
};

/** Runs the program; the result is its exit code. */
export const main = (args: readonly string[], terminal: Terminal): Promise<number> =>
  exitCodeOf("gracewarden-proxy", dispatch(args, terminal), terminal);

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first] = args;
  // What stands behind `--` is another program's.
  const own = new Set(args.slice(0, args.includes("--") ? args.indexOf("--") : undefined));
  if (args.length === 0 || own.has("--help") || own.has("-h")) {
    const { help } = await import("./help.ts");
    (args.length === 0 ? terminal.stderr : terminal.stdout).write(help());
    return args.length === 0 ? 2 : 0;
  }
  if (first === "--version" || first === "-v") {
    terminal.stdout.write(`${version}\n`);
    return 0;
  }
  if (first === undefined || first.startsWith("-")) return (await serve())(args, terminal);
  const load = Object.hasOwn(commands, first) ? commands[first] : undefined;
  if (load === undefined) throw unknown(first);
  return (await load())(args.slice(1), terminal);
}

const serve = async (): Promise<Run> => (await import("./commands/serve.ts")).run;

function unknown(name: string): ProgramError {
  const near = closest(name, Object.keys(commands));
  const hint =
    near === undefined
      ? `: to put a server behind the proxy, write gracewarden-proxy -- ${name}; --help tells more`
      : `; did you mean "${near}"?`;
  return usageError("unknown-command", name, hint);
}
