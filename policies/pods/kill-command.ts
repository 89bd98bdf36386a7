import type { Path } from "../path.ts";
import { baseName } from "./command-name.ts";
import type { Container } from "./pod.ts";
import { readInvocation, simpleCommands } from "./shell-commands.ts";
import { parseShell } from "./shell.ts";
import { shells } from "./wrappers.ts";

/** A `kill` that a container's manifest holds, and whom it means. */
export interface KillCommand {
  /** The command, hook or probe it stands in. */
  readonly at: Path;
  /** As written: `kill -HUP 1`. */
  readonly text: string;
  /** `everybody`: the target -1; `by-name`: pkill and killall look through all processes they can see. */
  readonly target: "pid-one" | "everybody" | "by-name" | "other";
  /** True for signals by which programs reload, report or are looked for, and that they do not end by. */
  readonly harmless: boolean;
}

/** Every kill in a container's command, hooks and exec probes, as far as its shell scripts can be read. */
export function killCommands(container: Container): readonly KillCommand[] {
  return writtenCommands(container).flatMap(({ at, argv }) =>
    commandsOf(argv).flatMap((words) => {
      const kill = readKill(words);
      return kill === undefined ? [] : [{ ...kill, at }];
    }),
  );
}

/** Uses of what PID 1 has open (`/proc/1/fd/1`) in a container's command, hooks and exec probes. */
export function pidOneFiles(container: Container): readonly { readonly at: Path; readonly text: string }[] {
  return writtenCommands(container).flatMap(({ at, argv }) => {
    const found = /\/proc\/1\/(?:fd|root|environ|cwd|exe|mem)\b[\w/.-]*/.exec(argv.join(" "));
    return found === null ? [] : [{ at, text: found[0] }];
  });
}

function writtenCommands(container: Container): { readonly at: Path; readonly argv: readonly string[] }[] {
  const { spec } = container;
  const own = [...(spec.command ?? []), ...(spec.args ?? [])];
  const execs = [
    { at: container.path("lifecycle", "preStop"), argv: spec.lifecycle?.preStop?.exec?.command },
    { at: container.path("lifecycle", "postStart"), argv: spec.lifecycle?.postStart?.exec?.command },
    { at: container.path("livenessProbe"), argv: spec.livenessProbe?.exec?.command },
    { at: container.path("readinessProbe"), argv: spec.readinessProbe?.exec?.command },
    { at: container.path("startupProbe"), argv: spec.startupProbe?.exec?.command },
  ].flatMap(({ at, argv }) => (argv === undefined ? [] : [{ at: [...at, "exec", "command"], argv }]));
  return own.length === 0
    ? execs
    : [{ at: container.path(spec.command === undefined ? "args" : "command"), argv: own }, ...execs];
}

/** The simple commands that a command line runs: those of the script behind `sh -c`, else itself. */
function commandsOf(argv: readonly string[]): readonly (readonly string[])[] {
  const [program = "", ...rest] = argv;
  if (!Object.hasOwn(shells, baseName(program))) return [argv];
  const { script } = readInvocation(rest);
  return simpleCommands(parseShell(script ?? "") ?? []).map(({ words }) => words.map(({ text }) => text));
}

function readKill(words: readonly string[]): Omit<KillCommand, "at"> | undefined {
  const start = /^(?:exec|sudo|busybox|command)$/.test(baseName(words[0] ?? "")) ? 1 : 0;
  const program = baseName(words[start] ?? "");
  const text = words.slice(start).join(" ");
  const rest = words.slice(start + 1);
  const harmless = harmlessSignal.test(rest.join(" "));
  if (program === "pkill" || program === "killall") return { text, target: "by-name", harmless };
  if (program !== "kill") return undefined;
  const targets = targetsOf(rest);
  if (targets.includes("1")) return { text, target: "pid-one", harmless };
  return { text, target: targets.includes("-1") ? "everybody" : "other", harmless };
}

/** `-HUP`, `-s USR1`, `--signal=SIGUSR2`, `-0`. */
const harmlessSignal = /^(?:-s |-n |--signal[= ]|-)(?:(?:SIG)?(?:HUP|USR1|USR2|WINCH)|0|1|10|12)(?:\s|$)/;

/** What stands behind the signal: `-TERM 1`, `-s TERM 1`, `-- -1`. */
function targetsOf(words: readonly string[]): readonly string[] {
  const [first] = words;
  if (first === "-s" || first === "-n") return targetsOf(words.slice(2));
  const rest = first !== undefined && words.length > 1 && /^-[^-]/.test(first) ? words.slice(1) : words;
  return rest[0] === "--" ? rest.slice(1) : rest;
}
