import { parseArgs } from "node:util";
import { closest } from "../policies/spelling.ts";
import { programError } from "./errors.ts";

/** One option of a command. `value` names what it takes; an option without one is a switch. */
interface Option {
  readonly text: string;
  readonly value?: string;
  readonly default?: string;
  readonly required?: true;
}

export type Options = Readonly<Record<string, Option>>;

type Value<O extends Option> = O extends { readonly value: string }
  ? string | (O extends { readonly default: string } | { readonly required: true } ? never : undefined)
  : boolean;

export interface Arguments<O extends Options> {
  readonly options: { readonly [K in keyof O]: Value<O[K]> };
  readonly positionals: readonly string[];
}

/** What may follow a command's name. Known by the parser and by `--help`. */
export interface Syntax<O extends Options> {
  readonly command: string;
  readonly summary: string;
  /** Names the arguments where some are wanted, e.g. `FILE...`; empty where none may be given. */
  readonly operands: string;
  readonly options: O;
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
        { type: option.value === undefined ? ("boolean" as const) : ("string" as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string | boolean>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(syntax.options, token.name) ? syntax.options[token.name] : undefined;
    if (option === undefined) throw programError("unknown-option", token.rawName, hint(token.rawName, syntax));
    values.set(token.name, valueOf(token.rawName, option, token.value, token.inlineValue === true));
  }
  const [extra] = positionals;
  if (syntax.operands === "" && extra !== undefined) throw programError("extra-argument", extra);
  if (syntax.operands !== "" && extra === undefined) throw programError("missing-argument", syntax.operands);
  for (const [name, option] of Object.entries(syntax.options)) {
    if (option.required === true && !values.has(name))
      throw programError("missing-argument", `--${name} ${option.value ?? ""}`.trimEnd());
  }
  const options = Object.fromEntries(
    Object.entries(syntax.options).map(([name, option]) => [
      name,
      values.get(name) ?? (option.value === undefined ? false : option.default),
    ]),
  );
  return { options: options as Arguments<O>["options"], positionals };
}

function valueOf(rawName: string, option: Option, value: string | undefined, inline: boolean): string | boolean {
  if (option.value === undefined) {
    if (value !== undefined) throw programError("option-takes-no-value", rawName);
    return true;
  }
  // `--config --port 1` forgot the file.
  if (value === undefined || (!inline && value.startsWith("-")))
    throw programError("option-needs-value", rawName, option.value);
  return value;
}

function hint(rawName: string, { command, options }: Syntax<Options>): string {
  const near = closest(rawName.replace(/^-+/, ""), Object.keys(options));
  return near === undefined ? `; gracewarden-webhook ${command} --help lists them` : `; did you mean --${near}?`;
}

/** A number that an option takes, of at least `min`. */
export function numberOf(name: string, text: string, { min, max = Infinity }: { min: number; max?: number }): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < min || value > max)
    throw programError(
      "option-value",
      `--${name}`,
      text,
      max === Infinity ? `give a number of at least ${min}` : `give a number from ${min} to ${max}`,
    );
  return value;
}

/** The text of `gracewarden-webhook COMMAND --help`. */
export function commandHelp({ command, summary, operands, options }: Syntax<Options>): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const remark =
      option.required === true ? " (required)" : option.default === undefined ? "" : ` (default: ${option.default})`;
    return [option.value === undefined ? `--${name}` : `--${name} ${option.value}`, `${option.text}${remark}`] as const;
  });
  const usage = ["gracewarden-webhook", command, "[options]", operands].filter((word) => word !== "").join(" ");
  return `${summary}\n\nUsage: ${usage}\n\nOptions\n${table(rows)}\n`;
}

/** Two columns. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.map(([name, text]) => `  ${name}`.padEnd(left) + text).join("\n");
}
