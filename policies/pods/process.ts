import { shorten } from "../shorten.ts";
import { afterOptions, baseName } from "./command-name.ts";
import { unknownProcess as unknown, type FoundProcess as Found, type Next, type Part } from "./found-process.ts";
import type { ImageShell } from "./image.ts";
import { shellProcess } from "./shell-process.ts";
import { inits, reapsNothing, shells, supervisors, wrappers, type Wrapper } from "./wrappers.ts";

/** What the container's first process is, and what becomes of the stop signal that the runtime sends to it alone (A12). */
export interface Process {
  /** The whole command line as far as the manifest tells; undefined where the image decides. */
  readonly argv: readonly string[] | undefined;
  /** Base name of the program that does the work (`node`, `gunicorn`), behind shells, inits and wrappers; undefined where unknown. */
  readonly program: string | undefined;
  /** The program's own arguments, where it is known. */
  readonly programArgs: readonly string[];
  /** The kind of the first process. */
  readonly first: "program" | "shell" | "wrapper" | "init" | "unknown";
  /**
   * `reaches`: the program gets it; `lost`: the first process neither passes it on nor, as PID 1, dies of it;
   * `cut`: the first process ends and the program is killed with it; `unknown`.
   */
  readonly signal: "reaches" | "lost" | "cut" | "unknown";
  /** What dash makes of the signal, where only the image's `sh` decides and is not known; `signal` is what the other shells leave of it. */
  readonly ifDash?: "lost" | "cut";
  /** True where the first process reaps orphans (an init), false where it surely does not, undefined where unknown. */
  readonly reaps: boolean | undefined;
  /** One clause that says why, for messages: "`sh -c` keeps the shell as first process". */
  readonly why: string;
}

/**
 * What becomes of the stop signal. `command` and `args` as in the container; with args alone the image's entrypoint decides.
 * `shared`: the first process is not PID 1 of its namespace, so that a signal without a handler ends it (D9).
 * `sh`: what the image's `sh` is.
 */
export function processOf(
  command: readonly string[] | undefined,
  args: readonly string[] | undefined,
  options: { readonly shared: boolean; readonly sh: ImageShell | undefined },
): Process {
  if (command === undefined || command.length === 0)
    return { argv: undefined, ...unknown("the image decides what runs") };
  const argv = [...command, ...(args ?? [])];
  // `$(NAME)` is filled in by the kubelet; `$$(NAME)` is not.
  const words = argv.map((text) => ({ text, literal: !/(?:^|[^$])(?:\$\$)*\$\([\w.-]{1,253}\)/.test(text) }));
  const found = resolve(words, !options.shared, { sh: options.sh, left: 64 });
  // In a shared namespace the pause process, or the node's init, reaps (D13).
  return { argv, ...found, reaps: options.shared ? true : found.reaps };
}

/**
 * `pid1`: the process that these words become ignores signals that it has no handler for. `left`: how many more commands
 * are looked at, so that scripts which start scripts end.
 */
function resolve(words: readonly Part[], pid1: boolean, search: Search): Found {
  const [word, ...rest] = words;
  if (word === undefined || search.left-- <= 0) return unknown("the command cannot be told");
  if (!word.literal) return unknown(`\`${shorten(word.text, 80)}\` is only known at run time`);
  const name = baseName(word.text);
  const next: Next = (inner, innerIsPid1) => resolve(inner, innerIsPid1, search);

  if (name === "busybox" && rest.length > 0) return next(applet(rest), pid1);
  const shell = own(shells, name);
  if (shell !== undefined) return shellProcess({ name, ...shell, sh: search.sh }, rest, pid1, next);
  const init = own(inits, name);
  if (init !== undefined) return initProcess(name, next(afterOptions(rest, init), false));
  const supervisor = own(supervisors, name);
  if (supervisor !== undefined && (name !== "init" || word.text === "/init")) {
    return unknown(supervisor.why, {
      first: "init",
      signal: supervisor.signal,
      reaps: supervisor.signal === "unknown" ? undefined : true,
    });
  }
  const wrapped = wrapperOf(name, rest);
  if (wrapped !== undefined) return wrapperProcess(name, wrapped.wrapper, wrapped.words, pid1, next);
  if (/\.(?:sh|bash)$/.test(name) || /^(?:docker-)?entrypoint$/.test(name)) {
    return unknown(`whether the script \`${name}\` ends in \`exec\` cannot be seen`, { first: "shell" });
  }
  return program(name, rest);
}

interface Search {
  readonly sh: ImageShell | undefined;
  left: number;
}

/** `busybox sh` is the shell that is `ash` by its own name. */
const applet = ([word, ...rest]: readonly Part[]): readonly Part[] =>
  word?.text === "sh" ? [{ ...word, text: "ash" }, ...rest] : [...(word === undefined ? [] : [word]), ...rest];

function program(name: string, rest: readonly Part[]): Found {
  const module = /^python[\d.]*$/.test(name) ? pythonModule(rest) : undefined;
  const [running, args] = module ?? [name, rest];
  return {
    program: running,
    programArgs: args.map(({ text }) => text),
    first: "program",
    signal: "reaches",
    reaps: reapsNothing.test(name) ? false : undefined,
    why: `\`${running}\` is the first process`,
  };
}

/** `python -u -m gunicorn app:app` is gunicorn in the same process. */
function pythonModule(rest: readonly Part[]): [string, readonly Part[]] | undefined {
  for (const [index, { text }] of rest.entries()) {
    if (text === "-W" || text === "-X") continue;
    const previous = rest[index - 1]?.text;
    if (/^-[a-zA-Z]*m$/.test(text)) {
      const module = rest[index + 1];
      return module?.literal === true ? [module.text, rest.slice(index + 2)] : undefined;
    }
    if (!text.startsWith("-") && previous !== "-W" && previous !== "-X") return undefined;
  }
  return undefined;
}

/** An init is PID 1 itself and passes the signal to a process that is not, so that signals without a handler end that one. */
function initProcess(name: string, inner: Found): Found {
  const why =
    inner.signal === "reaches" ? `\`${name}\` passes the signal to \`${inner.program ?? "the program"}\`` : inner.why;
  return { ...inner, first: "init", reaps: true, why };
}

function wrapperOf(
  name: string,
  rest: readonly Part[],
): { readonly wrapper: Wrapper; readonly words: readonly Part[] } | undefined {
  const [subcommand, ...words] = afterOptions(rest, {
    withValue: ["--prefix", "-w", "--workspace", "-C", "--dir", "--filter", "-F", "--cwd", "--project", "--directory"],
  });
  const byBoth = subcommand === undefined ? undefined : own(wrappers, `${name} ${subcommand.text}`);
  if (byBoth !== undefined) return { wrapper: byBoth, words };
  const byName = own(wrappers, name);
  return byName === undefined ? undefined : { wrapper: byName, words: rest };
}

function wrapperProcess(name: string, wrapper: Wrapper, words: readonly Part[], pid1: boolean, next: Next): Found {
  const rest = wrapper.hides === true ? [] : afterOptions(words, wrapper);
  if (wrapper.handsOn === "exec") return rest.length > 0 ? next(rest, pid1) : program(name, words);
  const own = { first: "wrapper", reaps: reapsNothing.test(name) ? false : undefined, why: wrapper.why ?? "" } as const;
  const signal = wrapper.handsOn === "forwards" ? "reaches" : wrapper.handsOn;
  if (rest.length === 0) return { ...unknown(own.why), ...own, signal };
  const inner = next(rest, false);
  // `npx server@latest` runs `server`.
  const behind = { program: inner.program?.replace(/(?<=.)@[^@]*$/, ""), programArgs: inner.programArgs };
  return wrapper.handsOn === "forwards" && inner.signal !== "reaches"
    ? { ...inner, ...behind, first: "wrapper", reaps: own.reaps }
    : { ...behind, ...own, signal };
}

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
