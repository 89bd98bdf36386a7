/** `/usr/local/bin/node` -> `node`. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** How a program reads the options in front of the command that it starts. */
export interface OptionSyntax {
  /** Options that take the next word as their value: `-u`, `--user`. */
  readonly withValue?: readonly string[];
  /** Words after the options that are not yet the command: `timeout 10 cmd` has one. */
  readonly operands?: number;
  /** True where `NAME=value` words stand in front of the command. */
  readonly assignments?: boolean;
}

/** The command behind a program's own options and operands; `words` start after the program's name. Empty where there is none. */
export function afterOptions<W extends { readonly text: string }>(
  words: readonly W[],
  syntax: OptionSyntax,
): readonly W[] {
  let at = 0;
  for (; at < words.length; at++) {
    const text = words[at]?.text ?? "";
    if (text === "--") {
      at++;
      break;
    }
    if (text === "-" || !text.startsWith("-")) break;
    if (syntax.withValue?.includes(text) === true) at++;
  }
  at += syntax.operands ?? 0;
  if (at > 0 && words[at]?.text === "--") at++;
  if (syntax.assignments === true) while (/^\w+=/.test(words[at]?.text ?? "")) at++;
  return words.slice(at);
}
