import { nameOf } from "./shell-commands.ts";
import type { Word } from "./shell-words.ts";
import type { Command, Script, SimpleCommand } from "./shell.ts";

/** Words that calls bring along, all together: functions that call each other twice over would make a script of any size. */
const maxWords = 2000;
/** Calls within calls: each takes of the stack. */
const maxOpen = 20;

/** The names of the functions that a script defines at its top. */
export function functionNames(script: Script): ReadonlySet<string> {
  return new Set(functionsOf(script).keys());
}

/** The script with each call of one of its own functions as what the function does. One that calls itself stays a call. */
export function withCallsInlined(script: Script): Script {
  const functions = functionsOf(script);
  if (functions.size === 0) return script;
  let words = 0;
  const inlined = (command: SimpleCommand, open: readonly string[]): Command => {
    if (open.length > 0) words += command.words.length;
    const name = nameOf(command) ?? "";
    const body = open.length >= maxOpen || open.includes(name) || words > maxWords ? undefined : functions.get(name);
    if (body === undefined) return command;
    const given = command.words.slice(1);
    const called = inCommand(body, (inner) =>
      inlined({ ...inner, words: inner.words.flatMap((word) => filled(word, given)) }, [...open, name]),
    );
    const statement = { background: false, pipelines: [{ after: undefined, negated: false, commands: [called] }] };
    return { kind: "group", body: [statement], redirections: command.redirections };
  };
  return inScript(script, (command) => inlined(command, []));
}

function functionsOf(script: Script): ReadonlyMap<string, Command> {
  return new Map(
    script.flatMap(({ pipelines: [first] }) => {
      const [command] = first?.commands ?? [];
      return command?.kind === "function" ? [[command.name, command.body] as const] : [];
    }),
  );
}

/** `"$@"` and `$1` in a function's body are what it is called with. */
function filled(word: Word, given: readonly Word[]): readonly Word[] {
  if (/^\$(?:[@*]|\{[@*]\})$/.test(word.text)) return given;
  const one = /^\$(?:(\d)|\{(\d+)\})$/.exec(word.text);
  const argument = one === null ? undefined : given[Number(one[1] ?? one[2]) - 1];
  return [argument ?? word];
}

type Replace = (command: SimpleCommand) => Command;

function inScript(script: Script, replace: Replace): Script {
  return script.map((statement) => ({
    ...statement,
    pipelines: statement.pipelines.map((pipeline) => ({
      ...pipeline,
      commands: pipeline.commands.map((command) => inCommand(command, replace)),
    })),
  }));
}

function inCommand(command: Command, replace: Replace): Command {
  switch (command.kind) {
    case "simple":
      return replace(command);
    case "function":
      // Nothing of it runs until it is called.
      return command;
    case "case":
      return { ...command, bodies: command.bodies.map((body) => inScript(body, replace)) };
    case "if":
      return {
        ...command,
        branches: command.branches.map(({ condition, body }) => ({
          condition: inScript(condition, replace),
          body: inScript(body, replace),
        })),
        otherwise: command.otherwise && inScript(command.otherwise, replace),
      };
    case "loop":
      return { ...command, condition: inScript(command.condition, replace), body: inScript(command.body, replace) };
    case "group":
    case "subshell":
      return { ...command, body: inScript(command.body, replace) };
  }
}
