import type { Option, Options, Syntax } from "./arguments.ts";
import { hang, wrap } from "./wrap.ts";

/** The text of `PROGRAM COMMAND --help`. */
export function commandHelp(syntax: Syntax<Options>, width: number): string {
  const usage = [syntax.command, "[options]", syntax.operands].filter((word) => word !== "").join(" ");
  const notes = (syntax.notes ?? []).map((note) => `\n${wrap(note, width)}`);
  return (
    [wrap(syntax.summary, width), `\nUsage: ${usage}`, "\nOptions", optionTable(syntax.options, width), ...notes].join(
      "\n",
    ) + "\n"
  );
}

export function optionTable(options: Options, width: number): string {
  return table(
    Object.entries(options).map(([name, option]) => [flag(name, option), describe(option)]),
    width,
  );
}

/** Two columns, the right one wrapped. */
export function table(rows: readonly (readonly [string, string])[], width: number): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows
    .map(([name, text]) => `  ${name}`.padEnd(left) + hang(wrap(text, width - left), " ".repeat(left)))
    .join("\n");
}

function flag(name: string, option: Option): string {
  const names = option.short === undefined ? `--${name}` : `-${option.short}, --${name}`;
  return option.value === undefined ? names : `${names} ${option.choices?.join("|") ?? option.value}`;
}

function describe(option: Option): string {
  const remarks = [
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    ...(option.required === true ? ["required"] : []),
    ...(option.repeatable === true ? ["repeatable"] : []),
  ];
  return remarks.length === 0 ? option.text : `${option.text} (${remarks.join(", ")})`;
}
