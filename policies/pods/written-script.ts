import { baseName } from "./command-name.ts";
import type { Container } from "./pod.ts";
import { readInvocation } from "./shell-commands.ts";
import { parseShell, type Script } from "./shell.ts";
import { shells } from "./wrappers.ts";

/** A shell script that a container's command line holds. */
export interface WrittenScript {
  /** Base name of the shell that runs it. */
  readonly shell: string;
  readonly text: string;
  /** Undefined where it cannot be read. */
  readonly tree: Script | undefined;
  /** From the container to the word that is the script. */
  readonly at: readonly ["command" | "args", number];
}

/** The script behind the first `sh -c` of a command line; inits and wrappers may stand in front of it. */
export function writtenScript({ command = [], args = [] }: Container["spec"]): WrittenScript | undefined {
  const words = [...command, ...args];
  const shell = words.findIndex((word) => Object.hasOwn(shells, baseName(word)));
  if (shell < 0) return undefined;
  const text = readInvocation(words.slice(shell + 1)).script;
  if (text === undefined) return undefined;
  const index = words.indexOf(text, shell + 1);
  return {
    shell: baseName(words[shell] ?? ""),
    text,
    tree: parseShell(text),
    at: index < command.length ? ["command", index] : ["args", index - command.length],
  };
}
