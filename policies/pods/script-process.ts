import { baseName } from "./command-name.ts";
import type { Word } from "./shell-words.ts";
import {
  parseShell,
  whyUnread,
  type Command,
  type Pipeline,
  type Script,
  type SimpleCommand,
  type Statement,
} from "./shell.ts";
import { builtins, nameOf, simpleCommands } from "./shell-commands.ts";
import { withCallsInlined } from "./shell-functions.ts";

/** What a shell script makes of the stop signal that its shell gets. */
export type ScriptEnd =
  /** In the end the shell becomes one of these commands. */
  | { readonly kind: "becomes"; readonly commands: readonly (readonly Word[])[] }
  /** The shell stays, and its signal handling decides. `worker` is the command that does the work. */
  | {
      readonly kind: "stays";
      readonly worker: readonly Word[] | undefined;
      /** `none`: no handler; `exit`: only for the shell's own end; `deferred`: runs after the foreground command; `handles`: tells the worker; `ends`: tells it too late or not at all; `ignores`. */
      readonly trap: "none" | "exit" | "deferred" | "handles" | "ends" | "ignores";
      /** True where the worker is the last command, and a simple one that some shells become on their own; `redirected` keeps bash from it. */
      readonly replaceable: boolean;
      readonly redirected: boolean;
      readonly why: string;
    }
  | { readonly kind: "unknown"; readonly why: string };

export function endOfScript(text: string): ScriptEnd {
  const parsed = parseShell(text);
  if (parsed === undefined) return { kind: "unknown", why: `the script ${whyUnread(text)}` };
  const script = withCallsInlined(parsed);
  const exec = execIn(script, true);
  if (exec.when === "always") return { kind: "becomes", commands: exec.commands };
  if (exec.when === "sometimes") return { kind: "unknown", why: "`exec` stands in one branch of the script only" };
  const runs = unseenAtTheEnd(script);
  return runs === undefined ? staying(script) : { kind: "unknown", why: `what \`${runs}\` runs cannot be seen` };
}

/** Built-in commands that run what the script does not show: it may well be `exec`. */
const unseen = new Set(["eval", ".", "source"]);

function unseenAtTheEnd(script: Script): string | undefined {
  const last = script.at(-1);
  const commands = last?.pipelines.at(-1)?.commands ?? [];
  const name = nameOf(commands[0]);
  return last?.background === false && commands.length === 1 && unseen.has(name ?? "") ? name : undefined;
}

interface Exec {
  readonly when: "always" | "sometimes" | "never";
  readonly commands: readonly (readonly Word[])[];
}

const never: Exec = { when: "never", commands: [] };

/** `last`: nothing runs after this script, so that a branch not taken ends the shell. */
function execIn(script: Script, last: boolean): Exec {
  const commands: (readonly Word[])[] = [];
  for (const [index, statement] of script.entries()) {
    const exec = execInStatement(statement, last && index === script.length - 1);
    commands.push(...exec.commands);
    if (exec.when === "always") return { when: "always", commands };
  }
  return commands.length > 0 ? { when: "sometimes", commands } : never;
}

function execInStatement({ pipelines, background }: Statement, last: boolean): Exec {
  // A background job and the parts of a pipeline are processes of their own.
  const found = pipelines.map(({ commands: [command, ...others] }, index) =>
    background || command === undefined || others.length > 0
      ? never
      : execInCommand(command, last && index === pipelines.length - 1),
  );
  const first = found[0] ?? never;
  if (pipelines.length === 1) return first;
  const commands = found.flatMap((exec) => exec.commands);
  const final = found.at(-1);
  if (first.when === "always") return first;
  if (last && final?.when === "always" && pipelines.at(-1)?.after === "&&") return { when: "always", commands };
  return commands.length > 0 ? { when: "sometimes", commands } : never;
}

function execInCommand(command: Command, last: boolean): Exec {
  switch (command.kind) {
    case "simple": {
      const target = execTarget(command);
      return target === undefined ? never : { when: "always", commands: [target] };
    }
    case "group":
      return execIn(command.body, last);
    case "if": {
      const bodies = command.branches.map(({ body }) => body);
      return execInBranches(
        command.otherwise === undefined ? bodies : [...bodies, command.otherwise],
        last,
        command.otherwise !== undefined,
      );
    }
    case "case":
      return execInBranches(command.bodies, last, false);
    case "loop": {
      const { commands } = execIn(command.body, false);
      return commands.length > 0 ? { when: "sometimes", commands } : never;
    }
  }
  // A subshell is a process of its own, and a function does nothing until it is called.
  return never;
}

function execInBranches(bodies: readonly Script[], last: boolean, oneRuns: boolean): Exec {
  const found = bodies.map((body) => execIn(body, last));
  const commands = found.flatMap((exec) => exec.commands);
  if (commands.length === 0) return never;
  return { when: (oneRuns || last) && found.every(({ when }) => when === "always") ? "always" : "sometimes", commands };
}

/** What `exec` starts; undefined where it only redirects. */
function execTarget({ words }: SimpleCommand): readonly Word[] | undefined {
  if (words[0]?.text !== "exec") return undefined;
  let at = 1;
  while (words[at]?.text.startsWith("-") === true) at += words[at]?.text === "-a" ? 2 : 1;
  return words.length > at ? words.slice(at) : undefined;
}

/** Commands that keep a script alive and do no work. */
const idle = new Set(["sleep", "tail", "wait", "cat", "true", ":"]);

function staying(script: Script): ScriptEnd {
  const trap = trapOf(script);
  const lastJob = script.findLastIndex(({ background }) => background);
  const tail = script.slice(lastJob + 1).filter((statement) => !isHousekeeping(statement));
  const job = lastJob < 0 ? undefined : workerOf(script[lastJob]);
  const last = tail.at(-1);
  const inFront = tail.findLast(({ pipelines }) =>
    pipelines.some(({ commands: [command] }) => !idle.has(nameOf(command) ?? "")),
  );
  const worker =
    (inFront?.pipelines.at(-1)?.commands[0]?.kind === "loop" ? undefined : workerOf(inFront)) ?? job ?? workerOf(last);
  const final = last?.pipelines.at(-1);
  const [command] = final?.commands ?? [];
  const simple =
    command?.kind === "simple" &&
    final?.commands.length === 1 &&
    !final.negated &&
    script.at(-1) === last &&
    !builtins.has(nameOf(command) ?? "");
  const base = {
    kind: "stays" as const,
    worker,
    replaceable: simple && trap.kind === "none" && !trap.onExit && worker === command.words,
    redirected: command?.redirections.some(({ operator }) => operator !== "=") === true,
  };
  if (trap.kind === "none") return { ...base, trap: trap.onExit ? "exit" : "none", why: "" };
  if (trap.kind === "unknown") return { kind: "unknown", why: "what the script's trap does cannot be told" };
  if (trap.handler === "") return { ...base, trap: "ignores", why: "the script ignores the signal" };
  if (last === undefined) return { kind: "unknown", why: "the script ends by itself" };
  const waits = tail.filter(({ pipelines: [first] }) => nameOf(first?.commands[0]) === "wait");
  const loops = command?.kind === "loop";
  if (loops && job === undefined && !simpleCommands(command.body).some((each) => nameOf(each) === "wait")) {
    return { kind: "unknown", why: "the trap runs between the commands of a loop" };
  }
  if (!loops && waits.length < tail.length) {
    return { ...base, trap: "deferred", why: `the trap runs only after ${quoted(worker ?? workerOf(last))} has ended` };
  }
  if (worker !== undefined && idle.has(baseName(worker[0]?.text ?? ""))) {
    return { ...base, trap: "handles", why: "the script's trap handles the signal; the shell is all that runs" };
  }
  return { ...base, ...judged(script, trap.handler, loops ? "loop" : waits.length > 1 ? "waits again" : "waits once") };
}

function judged(
  script: Script,
  handler: string,
  then: "loop" | "waits once" | "waits again",
): { readonly trap: "handles" | "ends"; readonly why: string } {
  const commands = handlerCommands(script, handler);
  // A handler that cannot be read gets the benefit of the doubt: somebody wrote one for this signal.
  const names = commands?.map((command) => nameOf(command) ?? "") ?? ["?"];
  const kills = names.some((name) => name === "kill" || name === "pkill" || name === "killall");
  const others = names.some((name) => name !== "" && !builtins.has(name) && name !== "pkill" && name !== "killall");
  if (!kills && !others) return { trap: "ends", why: "the script's trap ends the shell and tells the program nothing" };
  const comesBack = names.includes("wait") || others || (then !== "waits once" && !names.includes("exit"));
  if (comesBack) return { trap: "handles", why: "the script's trap handles the signal while the shell waits" };
  return {
    trap: "ends",
    why: "the script's trap passes the signal on, but the shell then ends without waiting again and the program is killed with it",
  };
}

/** The handler's commands, with the script's own functions resolved one level deep. */
function handlerCommands(script: Script, handler: string): readonly SimpleCommand[] | undefined {
  const parsed = parseShell(handler);
  if (parsed === undefined) return undefined;
  const functions = new Map(
    script.flatMap(({ pipelines: [first] }) =>
      first?.commands[0]?.kind === "function" ? [[first.commands[0].name, first.commands[0].body] as const] : [],
    ),
  );
  return simpleCommands(parsed).flatMap((command) => {
    const body = functions.get(nameOf(command) ?? "");
    return body === undefined
      ? [command]
      : simpleCommands([{ pipelines: [{ after: undefined, negated: false, commands: [body] }], background: false }]);
  });
}

type Trap =
  | { readonly kind: "none"; readonly onExit: boolean }
  | { readonly kind: "set"; readonly handler: string }
  | { readonly kind: "unknown" };

function trapOf(script: Script): Trap {
  let found: Trap = { kind: "none", onExit: false };
  const outside = new Set(
    script.flatMap(({ pipelines, background }) => (background ? [] : pipelines.flatMap(({ commands }) => commands))),
  );
  for (const command of simpleCommands(script)) {
    if (nameOf(command) !== "trap") continue;
    const [handler, ...names] = command.words.slice(1).filter(({ text }) => text !== "--");
    const signals = names.map(({ text }) => text.toUpperCase().replace(/^SIG/, ""));
    const onTerm = signals.some((name) => name === "TERM" || name === "15");
    if (
      !onTerm &&
      handler !== undefined &&
      (signals.includes("EXIT") || signals.includes("0")) &&
      found.kind === "none"
    )
      found = { kind: "none", onExit: handler.text !== "-" };
    if (handler === undefined || (!onTerm && names.every(({ literal }) => literal))) continue;
    if (!outside.has(command) || !onTerm) found = { kind: "unknown" };
    else found = handler.text === "-" ? { kind: "none", onExit: false } : { kind: "set", handler: handler.text };
  }
  return found;
}

/** Assignments, messages and the like: over in no time, and nobody's work. */
function isHousekeeping({ pipelines, background }: Statement): boolean {
  if (background) return false;
  return pipelines.every(({ commands }) =>
    commands.every(
      (command) =>
        command.kind === "function" ||
        (command.kind === "group" && command.body.every(isHousekeeping)) ||
        (command.kind === "simple" && nameOf(command) !== "wait" && builtins.has(nameOf(command) ?? ":")),
    ),
  );
}

/** The command of a statement that works longest: the last of a list but for messages and ways out, the first of a pipeline. */
function workerOf(statement: Statement | undefined): readonly Word[] | undefined {
  const pipelines = statement?.pipelines ?? [];
  const command = (pipelines.findLast((pipeline) => !isAfterwards(pipeline)) ?? pipelines.at(-1))?.commands[0];
  if (command?.kind === "group" || command?.kind === "subshell") return workerOf(command.body.at(-1));
  // In a job or a pipeline `exec` changes nothing for the shell itself.
  return command?.kind === "simple" && command.words.length > 0 ? (execTarget(command) ?? command.words) : undefined;
}

/** `|| exit 1`, `&& echo done`, `|| sleep infinity`: what comes when the work is over. */
function isAfterwards({ after, commands: [command] }: Pipeline): boolean {
  const name = nameOf(command) ?? "";
  if (after === undefined || name === "exec") return false;
  return builtins.has(name) || (after === "||" && idle.has(name));
}

const quoted = (words: readonly Word[] | undefined): string =>
  words?.[0] === undefined ? "the command" : `\`${words[0].text}\``;
