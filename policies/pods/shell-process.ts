import { baseName } from "./command-name.ts";
import { unknownProcess as unknown, type FoundProcess as Found, type Next, type Part } from "./found-process.ts";
import type { ImageShell } from "./image.ts";
import { endOfScript, type ScriptEnd } from "./script-process.ts";
import { readInvocation } from "./shell-commands.ts";
import type { Word } from "./shell-words.ts";
import type { Shell } from "./wrappers.ts";

interface RunningShell extends Shell {
  readonly name: string;
  /** What the image's `sh` is. */
  readonly sh: ImageShell | undefined;
}

/** The process of a shell that a command line starts. */
export function shellProcess(shell: RunningShell, rest: readonly Part[], pid1: boolean, next: Next): Found {
  const { script, file, parameters } = readInvocation(rest.map(({ text }) => text));
  if (file !== undefined)
    return unknown(`whether the script \`${baseName(file)}\` ends in \`exec\` cannot be seen`, { first: "shell" });
  if (script === undefined) return unknown(`\`${shell.name}\` reads its commands from its input`, { first: "shell" });
  const end = endOfScript(script);
  const fill = (words: readonly Word[]): readonly Part[] => words.flatMap((word) => filled(word, parameters, rest));
  if (end.kind === "unknown") return unknown(end.why, { first: "shell" });
  if (end.kind === "becomes") return merged(end.commands.map((words) => next(fill(words), pid1)));

  const worker = end.worker === undefined ? undefined : next(fill(end.worker), pid1);
  if (worker !== undefined && handsOver(shell, end) === "surely") return worker;
  return {
    program: worker?.program,
    programArgs: worker?.programArgs ?? [],
    first: "shell",
    reaps: undefined,
    ...signalIn(shell, end, worker, pid1),
  };
}

type Staying = ScriptEnd & { readonly kind: "stays" };
type SignalFate = Pick<Found, "signal" | "why" | "ifDash">;

function signalIn(shell: RunningShell, end: Staying, worker: Found | undefined, pid1: boolean): SignalFate {
  const kept = keptBy(shell, pid1);
  switch (end.trap) {
    case "handles":
      return { signal: "reaches", why: end.why };
    case "ends":
      return { signal: "cut", why: end.why };
    case "deferred":
    case "ignores":
      return { signal: "lost", why: end.why };
    case "exit":
      // Measured: bash with a trap on EXIT handles SIGTERM even as PID 1, and ends; dash does not.
      return shell.replaces === "without-redirection"
        ? {
            signal: "cut",
            why: `\`${shell.name}\` runs its EXIT trap on the signal and ends, and the program is killed with it`,
          }
        : kept;
    case "none": {
      const handover = handsOver(shell, end);
      if (worker === undefined || handover === "never") return kept;
      const ifDash = handover === "by image" && { ifDash: kept.signal };
      // Then the program is not told, whatever the shell does.
      if (worker.signal === "cut" || worker.signal === "lost")
        return { signal: worker.signal, why: worker.why, ...ifDash };
      const why =
        handover === "by image"
          ? "`sh -c` hands over to its last command in some shells and not in others (dash keeps it)"
          : `\`${shell.name} -c\` becomes its last command by itself in some versions only (${shell.measured} does)`;
      return { signal: "unknown", why, ...ifDash };
    }
    default:
      return end.trap satisfies never;
  }
}

/** Whether the shell becomes the script's last command on its own. */
function handsOver(
  { replaces, sh }: RunningShell,
  { replaceable, redirected }: Staying,
): "surely" | "never" | "by version" | "by image" {
  if (!replaceable) return "never";
  switch (replaces) {
    case "never":
      return "never";
    case "without-redirection":
      return redirected ? "never" : "by version";
    case "always":
      return "by version";
    case "by-image":
      if (sh === "dash") return "never";
      // Behind a redirection busybox does it too, bash does not.
      return sh === "replaces" && !redirected ? "surely" : "by image";
    default:
      return replaces satisfies never;
  }
}

function keptBy({ name }: RunningShell, pid1: boolean): { readonly signal: "lost" | "cut"; readonly why: string } {
  return pid1
    ? {
        signal: "lost",
        why: `\`${name} -c\` keeps the shell as first process, which neither passes the signal on nor ends`,
      }
    : {
        signal: "cut",
        why: `\`${name} -c\` keeps the shell in front, which ends on the signal without passing it on`,
      };
}

/** `"$@"`, `$0` and `$1` of a `-c` script are the words after it. */
function filled(word: Word, parameters: readonly string[], rest: readonly Part[]): readonly Part[] {
  const literal = new Map(rest.map((part) => [part.text, part.literal]));
  const given = (texts: readonly string[]): readonly Part[] =>
    texts.map((text) => ({ text, literal: literal.get(text) ?? true }));
  if (/^\$(?:[@*]|\{[@*]\})$/.test(word.text)) return given(parameters.slice(1));
  const one = /^\$(?:(\d)|\{(\d+)\})$/.exec(word.text);
  const parameter = one === null ? undefined : parameters[Number(one[1] ?? one[2])];
  return word.literal || parameter === undefined ? [word] : given([parameter]);
}

/** One answer for several branches: what they agree on. */
function merged(found: readonly Found[]): Found {
  const [head, ...others] = found;
  if (head === undefined) return unknown("the command cannot be told");
  const sameProgram = others.every(({ program: each }) => each === head.program);
  const sameSignal = others.every(({ signal }) => signal === head.signal);
  if (!sameSignal)
    return unknown("the branches of the script start different programs", {
      first: "shell",
      program: sameProgram ? head.program : undefined,
    });
  return sameProgram
    ? head
    : {
        ...head,
        program: undefined,
        programArgs: [],
        reaps: undefined,
        why: "each branch of the script ends in `exec`",
      };
}
