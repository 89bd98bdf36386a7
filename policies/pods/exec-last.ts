import { builtins } from "./shell-commands.ts";
import { functionNames } from "./shell-functions.ts";
import { parseShell, type Script, type SimpleCommand } from "./shell.ts";

/** The script with `exec` in front of its last command, where that changes nothing but which process the command runs in; else undefined. */
export function withExec(script: string): string | undefined {
  const parsed = parseShell(script);
  const last = parsed && lastCommand(parsed);
  const name = last?.words[0];
  if (parsed === undefined || last === undefined || name === undefined) return undefined;
  if (last.assignments.length > 0 || !name.literal || name.quoted || builtins.has(name.text)) return undefined;
  // `exec` looks for a program, never for a function.
  if (functionNames(parsed).has(name.text)) return undefined;
  const at = script.lastIndexOf(name.text, script.lastIndexOf(last.words[1]?.text ?? "") - 1);
  for (const place of new Set([at, script.lastIndexOf(name.text), script.indexOf(name.text)])) {
    if (place < 0) continue;
    const changed = `${script.slice(0, place)}exec ${script.slice(place)}`;
    if (addsExecOnly(parsed, parseShell(changed))) return changed;
  }
  return undefined;
}

/** The simple command that the script ends in, reached through `&&`, `;` and newlines only. */
function lastCommand(script: Script): SimpleCommand | undefined {
  const statement = script.at(-1);
  const pipeline = statement?.pipelines.at(-1);
  const [command, ...others] = pipeline?.commands ?? [];
  const plain =
    !statement?.background && pipeline?.after !== "||" && pipeline?.negated === false && others.length === 0;
  return plain && command?.kind === "simple" ? command : undefined;
}

function addsExecOnly(before: Script, after: Script | undefined): boolean {
  const last = after && lastCommand(after);
  if (last?.words[0]?.text !== "exec") return false;
  const without = { ...last, words: last.words.slice(1) };
  return JSON.stringify(before) === JSON.stringify(after, (_key, value: unknown) => (value === last ? without : value));
}
