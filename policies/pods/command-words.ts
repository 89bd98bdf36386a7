import { baseName } from "./command-name.ts";
import { readInvocation, simpleCommands } from "./shell-commands.ts";
import { parseShell } from "./shell.ts";
import { shells } from "./wrappers.ts";

const passing = new Set(["exec", "command", "sudo", "busybox", "nohup"]);

/** The words of each command that a command line runs, those of the script behind `sh -c` in the order in which they stand; undefined where it cannot be read. */
export function commandsOf(argv: readonly string[]): readonly (readonly string[])[] | undefined {
  const [first = "", ...rest] = argv;
  const commands = Object.hasOwn(shells, baseName(first)) ? scriptCommands(rest) : [argv];
  return commands?.map(named).filter((words) => words.length > 0);
}

function scriptCommands(words: readonly string[]): readonly (readonly string[])[] | undefined {
  const { script } = readInvocation(words);
  const parsed = script === undefined ? undefined : parseShell(script);
  return parsed && simpleCommands(parsed).map((command) => command.words.map(({ text }) => text));
}

/** The base name of the program in front of its words, without `exec`, `sudo` and the like. */
function named(words: readonly string[]): readonly string[] {
  const last = words.length - 1;
  const start = words.findIndex((word, index) => index === last || !passing.has(baseName(word)));
  return words.slice(start).map((word, index) => (index === 0 ? baseName(word) : word));
}
