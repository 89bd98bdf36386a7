import type { Path } from "../../path.ts";
import type { Container } from "../../pods/pod.ts";

/** A word of a command line and the field it stands in. */
export interface Word {
  readonly text: string;
  readonly at: Path;
}

/** The program that does the work, as far as the manifest names it, and the words behind it. */
export interface CommandLine {
  /** Base name; undefined where the image decides. */
  readonly program: string | undefined;
  /** Each with the field that holds it, be it a script that contains it. */
  readonly words: readonly Word[];
}

/** No program is told its drain further back than this; a script of megabytes is not searched for it. */
const longest = 2000;

/** Reads a container's command line, looking through `bundle exec`. */
export function commandLineOf({ spec, process, at }: Container): CommandLine {
  const written: Word[] = [
    ...(spec.command ?? []).map((text, index) => ({ text, at: [...at, "command", index] })),
    ...(spec.args ?? []).map((text, index) => ({ text, at: [...at, "args", index] })),
  ];
  if (process.program === undefined) return { program: undefined, words: written.slice(0, longest) };
  const places = new Map(written.map((word) => [word.text, word.at]));
  const script = written.findLast(({ text }) => /\s/.test(text))?.at ?? at;
  const offset = written.length - process.programArgs.length;
  const words = process.programArgs.slice(0, longest).map((text, index) => {
    const same = written[offset + index];
    return { text, at: same?.text === text ? same.at : (places.get(text) ?? script) };
  });
  const gem = words[1]?.text;
  if (process.program !== "bundle" || words[0]?.text !== "exec" || gem === undefined)
    return { program: process.program, words };
  return { program: gem, words: words.slice(2) };
}

/** A flag's value: `--flag value`, `--flag=value`, `-t 25`, `-t25`. The last one counts. Undefined where the flag is not there. */
export function flagValue(
  words: readonly Word[],
  flags: readonly string[],
): (Word & { readonly flag: string }) | undefined {
  for (let index = words.length - 1; index >= 0; index--) {
    const word = words[index];
    if (word === undefined) continue;
    for (const flag of flags) {
      if (word.text === flag) return { flag, text: words[index + 1]?.text ?? "", at: words[index + 1]?.at ?? word.at };
      if (word.text.startsWith(`${flag}=`)) return { flag, text: word.text.slice(flag.length + 1), at: word.at };
      if (/^-[a-z]$/i.test(flag) && word.text.startsWith(flag) && /^\d/.test(word.text.slice(2)))
        return { flag, text: word.text.slice(2), at: word.at };
    }
  }
  return undefined;
}
