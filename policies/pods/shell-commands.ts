import type { Command, Script, SimpleCommand } from "./shell.ts";

/** Commands that every shell carries out itself, and that neither wait nor start another program. */
export const builtins: ReadonlySet<string> = new Set(
  ": . [ [[ alias break builtin cd command continue declare echo eval exec exit export false getopts hash jobs kill let local printf pwd read readonly return set shift shopt source test times trap true type typeset ulimit umask unalias unset wait".split(
    " ",
  ),
);

/** Every simple command of a script, the bodies of functions included, but not what substitutions run. */
export function simpleCommands(script: Script): SimpleCommand[] {
  return script.flatMap(({ pipelines }) => pipelines.flatMap(({ commands }) => commands.flatMap(inCommand)));
}

function inCommand(command: Command): SimpleCommand[] {
  switch (command.kind) {
    case "simple":
      return [command];
    case "group":
    case "subshell":
      return simpleCommands(command.body);
    case "loop":
      return [...simpleCommands(command.condition), ...simpleCommands(command.body)];
    case "if":
      return [
        ...command.branches.flatMap(({ condition, body }) => [...simpleCommands(condition), ...simpleCommands(body)]),
        ...simpleCommands(command.otherwise ?? []),
      ];
    case "case":
      return command.bodies.flatMap(simpleCommands);
  }
  return inCommand(command.body);
}

/** The name of a simple command, or undefined for anything else. */
export function nameOf(command: Command | undefined): string | undefined {
  return command?.kind === "simple" ? command.words[0]?.text : undefined;
}

export interface ShellInvocation {
  /** The text after `-c`; undefined where a file or stdin is read. */
  readonly script: string | undefined;
  /** The script's file. */
  readonly file: string | undefined;
  /** `$0`, `$1`, … of a `-c` script. */
  readonly parameters: readonly string[];
  /** `-e`: the script ends at the first command that fails. */
  readonly stopsAtFailure: boolean;
}

const longOptionsWithValue = new Set(["--rcfile", "--init-file"]);

/** Reads `-c`, `-ec`, `-lc`, `-euxo pipefail -c`, `-c --` and the like; `words` start after the shell's name. */
export function readInvocation(words: readonly string[]): ShellInvocation {
  let at = 0;
  let fromArgument = false;
  let stopsAtFailure = false;
  for (; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--" || word === "-") {
      at++;
      break;
    }
    if (word.startsWith("--")) {
      if (longOptionsWithValue.has(word)) at++;
    } else if (/^[-+]./.test(word)) {
      if (word.startsWith("-") && word.includes("c")) fromArgument = true;
      if (word.startsWith("-") && word.includes("e")) stopsAtFailure = true;
      // `-o pipefail`, `-O extglob`: each o takes one word.
      const values = word.match(/[oO]/g)?.length ?? 0;
      if (values > 0 && words[at + 1] === "errexit") stopsAtFailure = true;
      at += values;
    } else break;
  }
  const rest = words.slice(at);
  return fromArgument
    ? { script: rest[0], file: undefined, parameters: rest.slice(1), stopsAtFailure }
    : { script: undefined, file: rest[0], parameters: rest.slice(1), stopsAtFailure };
}
