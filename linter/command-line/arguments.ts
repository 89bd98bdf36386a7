import { closest } from "../../policies/spelling.ts";
import { builtin } from "../builtin.ts";
import { usageError } from "./program-error.ts";

const { parseArgs } = builtin("node:util");

/** One option of a command. `value` names what it takes; an option without one is a switch. */
export interface Option {
  readonly text: string;
  readonly value?: string;
  /** One letter that stands for the name: `o` for `-o`. */
  readonly short?: string;
  /** May be given more than once; its value is then a list. */
  readonly repeatable?: true;
  readonly choices?: readonly string[];
  /** Values among others: for the shells' completion. */
  readonly suggests?: readonly string[];
  readonly default?: string;
  readonly required?: true;
}

export type Options = Readonly<Record<string, Option>>;

type Value<O extends Option> = O extends { readonly repeatable: true }
  ? readonly string[]
  : O extends { readonly choices: readonly (infer C)[] }
    ? C | (O extends { readonly default: string } ? never : undefined)
    : O extends { readonly value: string }
      ? string | (O extends { readonly default: string } | { readonly required: true } ? never : undefined)
      : boolean;

export interface Arguments<O extends Options> {
  readonly options: { readonly [K in keyof O]: Value<O[K]> };
  readonly positionals: readonly string[];
}

/** What may follow a command's name. Known by the parser and by `--help`. */
export interface Syntax<O extends Options> {
  /** As it is typed, with its program: `gracewarden lint`. */
  readonly command: string;
  readonly summary: string;
  /** The positional arguments, e.g. `[PATH | GLOB | -]...`. */
  readonly operands: string;
  readonly minOperands: number;
  readonly maxOperands: number;
  readonly options: O;
  /** Further paragraphs for `--help`. */
  readonly notes?: readonly string[];
}

/** Keeps the literal types of a command's options. */
export const defineSyntax = <const O extends Options>(syntax: Syntax<O>): Syntax<O> => syntax;

/** Reads the arguments behind a command's name. Throws a ProgramError that says what to write instead. */
export function parseArguments<O extends Options>(syntax: Syntax<O>, args: readonly string[]): Arguments<O> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(syntax.options).map(([name, option]) => [
        name,
        {
          type: option.value === undefined ? ("boolean" as const) : ("string" as const),
          ...(option.short === undefined ? {} : { short: option.short }),
        },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string | boolean | string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(syntax.options, token.name) ? syntax.options[token.name] : undefined;
    if (option === undefined) throw usageError("unknown-option", token.rawName, hint(token.rawName, syntax));
    const value = checkValue(token.rawName, option, token.value, token.inlineValue === true);
    if (option.repeatable === true)
      values.set(token.name, [...((values.get(token.name) as string[]) ?? []), String(value)]);
    else values.set(token.name, value);
  }
  if (positionals.length < syntax.minOperands) throw usageError("missing-argument", syntax.operands);
  const extra = positionals[syntax.maxOperands];
  if (extra !== undefined) throw usageError("extra-argument", extra);
  for (const [name, option] of Object.entries(syntax.options)) {
    if (option.required === true && !values.has(name))
      throw usageError("missing-argument", `--${name} ${option.value ?? ""}`.trimEnd());
  }
  const options = Object.fromEntries(
    Object.entries(syntax.options).map(([name, option]) => [name, values.get(name) ?? valueWhenAbsent(option)]),
  );
  return { options: options as Arguments<O>["options"], positionals };
}

function checkValue(rawName: string, option: Option, value: string | undefined, inline: boolean): string | boolean {
  if (option.value === undefined) {
    if (value !== undefined) throw usageError("option-takes-no-value", rawName);
    return true;
  }
  // `--config --fix` forgot the file; a lone dash is stdin.
  if (value === undefined || (!inline && value.startsWith("-") && value !== "-"))
    throw usageError("option-needs-value", rawName, option.value);
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const near = closest(value, option.choices);
    const expected = `use ${option.choices.join(", ")}${near === undefined ? "" : `; did you mean "${near}"?`}`;
    throw usageError("option-value", rawName, value, expected);
  }
  return value;
}

function valueWhenAbsent(option: Option): string | boolean | readonly string[] | undefined {
  if (option.repeatable === true) return [];
  return option.value === undefined ? false : option.default;
}

function hint(rawName: string, { command, options }: Syntax<Options>): string {
  const near = closest(rawName.replace(/^-+/, ""), Object.keys(options));
  return near === undefined ? `; ${command} --help lists them` : `; did you mean --${near}?`;
}
