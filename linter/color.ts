import type { Output, Terminal } from "./terminal.ts";
import { builtin } from "./builtin.ts";

const { styleText } = builtin("node:util");

export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan" | "blue" | "underline";

/** Puts styles on a text, or leaves it as it is. */
export type Paint = (styles: Style | readonly Style[], text: string) => string;

/** A painter with or without colours. */
export const painter = (color: boolean): Paint =>
  color ? (styles, text) => styleText([styles].flat(), text, { validateStream: false }) : (_styles, text) => text;

/** Whether an output wants colours: the options, else FORCE_COLOR, else NO_COLOR, else whether it is a terminal. */
export function wantsColor(
  options: { readonly color: boolean; readonly "no-color": boolean },
  { env }: Terminal,
  output: Output,
): boolean {
  if (options["no-color"]) return false;
  if (options.color) return true;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  return output.isTTY === true;
}

/** Control characters of a manifest must not reach the terminal: they could rewrite what it shows. Our own colours stay. */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- it is them that are replaced
  text.replace(/(?!\u001B\[\d*m)[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g, "\uFFFD");
