import { parseArgs, type ParseArgsConfig } from "node:util";
import { closest } from "../policies/spelling.ts";
import { programError } from "./errors.ts";

type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** The options and words of a command line. Throws a ProgramError that says what to write instead. */
export function readArguments<const O extends OptionsConfig>(
  args: readonly string[],
  options: O,
): ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    const [, option] = /^Unknown option '--([^']*)'/.exec(sentence) ?? [];
    const near = option === undefined ? undefined : closest(option, Object.keys(options));
    const hint = near === undefined ? "; gracewarden-proxy --help lists them" : `; did you mean --${near}?`;
    throw programError(
      "bad-arguments",
      option === undefined ? sentence.replace(/\.?$/, "") : `there is no option --${option}${hint}`,
    );
  }
}
