import { baseName } from "../pods/command-name.ts";
import { readInvocation } from "../pods/shell-commands.ts";
import { shells } from "../pods/wrappers.ts";
import { shorten } from "../shorten.ts";

const shellSyntax = /^(&&|\|\||[|;&<>]|>>|2>|2>&1|[12]?>\/dev\/null|.*;)$/;
const windowsShells = /^(cmd|powershell|pwsh)(\.exe)?$/i;

/**
 * Why an exec command cannot be what its author meant: it is run as a list of words, without a shell (B3).
 * A clause for messages, or undefined where nothing speaks against it.
 */
export function misreadExec(command: readonly string[]): string | undefined {
  const [first = "", ...rest] = command;
  const program = baseName(first.trim());
  if (first.trim() === "") return "the command names no program";
  if (rest.length === 0 && /^\S+\s+\S/.test(first))
    return `"${shorten(first, 40)}" is taken as the name of one program, blanks and all: write each word as an item of its own`;
  if (Object.hasOwn(shells, program)) return misreadShell(program, rest);
  if (windowsShells.test(program)) return undefined;
  const syntax = rest.find((word) => shellSyntax.test(word));
  return syntax === undefined
    ? undefined
    : `"${shorten(syntax, 40)}" is handed to ${program} as an argument, since no shell reads the command: use [sh, -c, "…"]`;
}

function misreadShell(program: string, words: readonly string[]): string | undefined {
  const { script, file, parameters } = readInvocation(words);
  if (script === undefined && file !== undefined && /^\S+\s+\S/.test(file) && !file.startsWith("/"))
    return `${program} looks for a file named "${shorten(file, 40)}": put -c in front of a script`;
  if (script !== undefined && /^[\w./-]+$/.test(script) && parameters.length > 0)
    return `${program} -c runs only "${script}" and leaves "${shorten(parameters.join(" "), 40)}" out: put the script into one item`;
  return undefined;
}
