import { shorten } from "../../policies/shorten.ts";
import { rules } from "../../policies/rules/index.ts";
import type { Option } from "../command-line/arguments.ts";
import type { Command } from "../command.ts";

/** A command as a shell completes it. */
export interface DescribedCommand {
  readonly name: string;
  readonly text: string;
  readonly options: readonly DescribedOption[];
  readonly operands: Completion;
}

export interface DescribedOption {
  /** Without dashes. */
  readonly name: string;
  readonly short: string | undefined;
  readonly text: string;
  readonly repeatable: boolean;
  /** Undefined: a switch. */
  readonly value: (Completion & { readonly called: string }) | undefined;
}

/** What may stand at a place: words, files, or something that only its author knows. */
export interface Completion {
  readonly words: readonly string[];
  readonly files: boolean;
}

const help: DescribedOption = { name: "help", short: "h", text: "What it does", repeatable: false, value: undefined };

export function describeCommands(commands: Readonly<Record<string, Command>>): readonly DescribedCommand[] {
  const names = Object.keys(commands);
  return [
    ...Object.entries(commands).map(([name, { title, syntax }]) => ({
      name,
      text: title,
      options: [...Object.entries(syntax.options).map(([option, of]) => describeOption(option, of)), help],
      operands: completionOf(syntax.operands),
    })),
    { name: "help", text: "What a command does", options: [], operands: { words: names, files: false } },
  ];
}

const describeOption = (
  name: string,
  { short, text, value, repeatable, choices, suggests }: Option,
): DescribedOption => ({
  name,
  short,
  text: shorten(text, 100),
  repeatable: repeatable === true,
  value:
    value === undefined
      ? undefined
      : {
          called: value,
          ...((choices ?? suggests) ? { words: choices ?? suggests ?? [], files: false } : completionOf(value)),
        },
});

/** By the words of the usage line: capitals name what is meant, the rest is meant as it is written. */
function completionOf(usage: string): Completion {
  const parts = usage.match(/[\w-]+/g) ?? [];
  return {
    words: parts.flatMap((part) => (part === "RULE" ? rules.map(({ id }) => id) : /^[a-z]/.test(part) ? [part] : [])),
    files: parts.some((part) => ["PATH", "FILE", "FOLDER"].includes(part)),
  };
}
