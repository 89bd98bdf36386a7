import type { Path } from "../path.ts";
import { commandsOf } from "./command-words.ts";
import { readKillArguments } from "./kill-arguments.ts";
import { shorten } from "../shorten.ts";
import type { Container } from "./pod.ts";

/** A `kill` that a container's manifest holds, and whom it means. */
export interface KillCommand {
  /** The command, hook or probe it stands in. */
  readonly at: Path;
  /** As written, as far as a message quotes it: `kill -HUP 1`. */
  readonly text: string;
  /** `everybody`: the target -1; `by-name`: pkill and killall look through all processes they can see. */
  readonly target: "pid-one" | "everybody" | "by-name" | "other";
  /** True for signals by which programs reload, report or are looked for, and that they do not end by. */
  readonly harmless: boolean;
}

/** Every kill in a container's command, hooks and exec probes, as far as its shell scripts can be read. */
export function killCommands(container: Container): readonly KillCommand[] {
  return writtenCommands(container).flatMap(({ at, argv }) =>
    (commandsOf(argv) ?? []).flatMap((words) => {
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

/** Signals by which programs reload, report or are looked for. */
const harmlessSignals = new Set(["0", "HUP", "USR1", "USR2", "WINCH"]);

function readKill(words: readonly string[]): Omit<KillCommand, "at"> | undefined {
  const [program = "", ...rest] = words;
  if (program !== "kill" && program !== "pkill" && program !== "killall") return undefined;
  const { signal, targets } = readKillArguments(rest);
  const target = program === "kill" ? targetOf(targets) : "by-name";
  return { text: shorten(words.join(" "), 80), target, harmless: harmlessSignals.has(signal) };
}

function targetOf(targets: readonly string[]): KillCommand["target"] {
  if (targets.includes("1")) return "pid-one";
  return targets.includes("-1") ? "everybody" : "other";
}
