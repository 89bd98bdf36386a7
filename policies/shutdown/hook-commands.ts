import { baseName } from "../pods/command-name.ts";
import { parseShell } from "../pods/shell.ts";
import { readInvocation, simpleCommands } from "../pods/shell-commands.ts";
import { shells } from "../pods/wrappers.ts";
import { sleepSeconds } from "./hook-command.ts";

/** The words of each command that an exec hook runs, in the order in which they stand; undefined where its script cannot be read. */
export function hookCommands(argv: readonly string[]): readonly (readonly string[])[] | undefined {
  const [first = "", ...rest] = argv;
  if (!Object.hasOwn(shells, baseName(first))) return [named(argv)];
  const { script } = readInvocation(rest);
  const parsed = script === undefined ? undefined : parseShell(script);
  return (
    parsed &&
    simpleCommands(parsed)
      .map(({ words }) => named(words.map(({ text }) => text)))
      .filter((words) => words.length > 0)
  );
}

const passing = new Set(["exec", "command", "sudo", "busybox", "nohup"]);

/** The command's words with the base name of its program in front. */
function named(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  if (first === undefined) return [];
  const name = baseName(first);
  return passing.has(name) && rest.length > 0 ? named(rest) : [name, ...rest];
}

/** Commands that neither wait nor change anything for the program. */
const instant = new Set("echo printf exit return true : logger touch rm date set export cd [ test".split(" "));

/** How long these commands wait, as far as plain sleeps tell; undefined where one of them may wait for something. */
export function plainWait(commands: readonly (readonly string[])[]): number | undefined {
  let seconds = 0;
  for (const [name = "", ...operands] of commands) {
    if (instant.has(name)) continue;
    if (name !== "sleep") return undefined;
    for (const operand of operands) {
      const each = sleepSeconds(operand);
      if (each === undefined) return undefined;
      seconds += each;
    }
  }
  return seconds;
}
