import { afterOptions, baseName } from "../pods/command-name.ts";
import { builtins, readInvocation } from "../pods/shell-commands.ts";
import type { Word } from "../pods/shell-words.ts";
import { shells, wrappers } from "../pods/wrappers.ts";
import type { HookReading } from "./hook-reading.ts";
import { leaves, nothing, secondsOf, takes, unknownRun, type Run } from "./hook-run.ts";
import { between, exactly } from "./interval.ts";
import { sentSignals } from "./sent-signal.ts";
import { shorten } from "../shorten.ts";

export type HookWord = Pick<Word, "text" | "literal">;

/** Programs that end at once and only look. */
const looking = new Set(
  "awk basename cat cut date df dirname du env expr false free getent grep egrep head hostname id jq ls logger md5sum nproc pgrep pidof printenv printf ps readlink realpath sed seq sha256sum sort ss stat tee test tr true uname uniq wc which whoami xargs [ [[ echo".split(
    " ",
  ),
);

/** Programs that end at once and leave a mark that the application may look for. */
const marking = new Set("chmod chown cp ln mkdir mktemp mv rm rmdir touch truncate".split(" "));

/** Built-in commands that wait for something, or run what cannot be told. */
const unseen = new Set([".", "eval", "read", "source"]);

/** A second is plenty for a program that only signals, looks or marks. */
const moment = between(0, 1);

/**
 * How long one command takes. `inShell`: the shell's own commands need no program of the image.
 * `script` reads the text behind `sh -c`.
 */
export function runCommand(
  words: readonly HookWord[],
  inShell: boolean,
  reading: HookReading,
  script: (text: string, stopsAtFailure: boolean) => Run,
): Run {
  const [word, ...rest] = words;
  if (word === undefined) return nothing;
  const shown = `\`${shorten(
    words
      .slice(0, 60)
      .map(({ text }) => text)
      .join(" "),
    60,
  )}\``;
  const unknown = (why: string): Run => {
    reading.unknown(why);
    return unknownRun;
  };
  if (!reading.goesOn()) return unknown("the preStop command is too long to be read");
  if (!word.literal) {
    reading.tells = true;
    return unknown(`${shown} in the preStop command is only known at run time`);
  }
  const name = baseName(word.text);
  const next = (inner: readonly HookWord[], innerInShell = false): Run =>
    reading.deeper(
      () => runCommand(inner, innerInShell, reading, script),
      () => unknown("the preStop command is nested too deep to be read"),
    );
  const texts = rest.map(({ text }) => text);
  const isBuiltin = inShell && builtins.has(name) && !word.text.includes("/");
  if (!isBuiltin) reading.programs.add(name);

  const signals = sentSignals([name, ...texts]);
  if (signals !== undefined) {
    reading.signals.push(...signals);
    if (signals.length > 0) reading.tells = true;
    if (!isBuiltin) reading.took(shown);
    return takes(isBuiltin ? exactly(0) : moment, "either");
  }
  if (isBuiltin) return builtin(name, rest, shown, reading, next, unknown);
  switch (name) {
    case "sleep":
      return sleep(rest, shown, reading, unknown);
    case "usleep":
      return sleep(
        rest.map(({ text, literal }) => ({ text: literal ? String(Number(text) / 1e6) : text, literal })),
        shown,
        reading,
        unknown,
      );
    case "timeout":
      return timeout(rest, reading, next);
    case "tail":
      if (!texts.some((text) => /^(?:-[a-z]*[fF]|--follow\b.*)$/.test(text))) return takes(moment, "either");
      if (texts.some((text) => text.startsWith("--pid")))
        return unknown(`${shown} in the preStop command waits for a process`);
      reading.took(shown);
      return takes(exactly(Infinity), "either");
    case "curl":
    case "wget": {
      reading.tells = true;
      const limit = name === "curl" ? curlLimit(texts) : wgetLimit(texts);
      if (limit === undefined) return unknown(`\`${name}\` in the preStop command has no time limit`);
      reading.took(`\`${name}\` with its limit of ${limit} s`);
      return takes(between(0, limit), "either");
    }
    case "busybox":
      return next(rest);
  }
  if (Object.hasOwn(shells, name)) {
    const invocation = readInvocation(texts);
    if (invocation.script !== undefined) return script(invocation.script, invocation.stopsAtFailure);
    reading.tells = true;
    return unknown(
      invocation.file === undefined
        ? `what ${shown} in the preStop command reads is not known`
        : `what the script \`${shorten(invocation.file, 60)}\` does is not known`,
    );
  }
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  const behind = wrapper === undefined || wrapper.hides === true ? [] : afterOptions(rest, wrapper);
  if (behind.length > 0 && wrapper?.handsOn !== "unknown") return next(behind);
  if (looking.has(name) || marking.has(name)) {
    if (marking.has(name)) reading.tells = true;
    reading.took(shown);
    return takes(moment, name === "true" || name === "echo" ? "succeeds" : name === "false" ? "fails" : "either");
  }
  reading.tells = true;
  return unknown(`how long \`${shorten(name, 60)}\` in the preStop command takes is not known`);
}

/** Built-in commands that may fail; the others here succeed. */
const mayFail = new Set(["[", "[[", "cd", "hash", "let", "shift", "test", "type"]);

function builtin(
  name: string,
  rest: readonly HookWord[],
  shown: string,
  reading: HookReading,
  next: (inner: readonly HookWord[], inShell?: boolean) => Run,
  unknown: (why: string) => Run,
): Run {
  switch (name) {
    case "exec": {
      const inner = afterOptions(rest, { withValue: ["-a"] });
      if (inner.length === 0) return nothing;
      const run = next(inner);
      return { ...leaves("exits"), exits: secondsOf(run), known: run.known };
    }
    case "command":
    case "builtin":
      return /^-[vV]/.test(rest[0]?.text ?? "") ? takes(exactly(0), "either") : next(afterOptions(rest, {}), true);
    case "exit":
      return leaves("exits");
    case "return":
      return leaves("returns");
    case "false":
      return takes(exactly(0), "fails");
    case "set":
      if (rest.some(({ text }) => text === "errexit" || /^-[a-z]*e/.test(text))) reading.stopsAtFailure = true;
      return nothing;
    case "wait":
      if (reading.hasJobs) return unknown("`wait` in the preStop command waits for background commands");
      return nothing;
  }
  if (unseen.has(name)) {
    reading.tells = true;
    return unknown(`what ${shown} in the preStop command does is not known`);
  }
  return takes(exactly(0), mayFail.has(name) ? "either" : "succeeds");
}

function sleep(operands: readonly HookWord[], shown: string, reading: HookReading, unknown: (why: string) => Run): Run {
  if (operands.some(({ literal }) => !literal))
    return unknown(`${shown} in the preStop command is only known at run time`);
  const words = operands.map(({ text }) => text).filter((text) => text !== "--");
  const seconds = words.map(sleepSeconds);
  const sum = seconds.reduce<number | undefined>(
    (total, each) => (total === undefined || each === undefined ? undefined : total + each),
    0,
  );
  // An operand that it does not understand makes `sleep` fail at once, and so does none.
  reading.took(shown);
  return sum === undefined || words.length === 0 ? takes(exactly(0), "fails") : takes(exactly(sum), "succeeds");
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What `sleep` and `timeout` of coreutils and busybox read: `5`, `0.5`, `1m`, `infinity`. */
export function sleepSeconds(text: string): number | undefined {
  if (/^\+?inf(?:inity)?[smhd]?$/i.test(text)) return Infinity;
  const match = /^\+?(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)([smhd]?)$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * (unitSeconds[match[2] ?? ""] ?? 1);
}

const timeoutSyntax = { withValue: ["-s", "--signal", "-k", "--kill-after", "-t"] };

function timeout(rest: readonly HookWord[], reading: HookReading, next: (inner: readonly HookWord[]) => Run): Run {
  const behind = afterOptions(rest, timeoutSyntax);
  const options = rest.slice(0, rest.length - behind.length).map(({ text }) => text);
  // Busybox before 1.30 has `timeout -t SECONDS`.
  const old = optionValue(options, ["-t"]);
  const [limitWord, inner] = old === undefined ? [behind[0], behind.slice(1)] : [{ text: old, literal: true }, behind];
  const [run, parts] = reading.apart(() => next(inner));
  const seconds = secondsOf(run);
  const written = limitWord?.literal === true ? sleepSeconds(limitWord.text) : undefined;
  // 0 means no limit.
  const limit = written === 0 || written === undefined ? Infinity : written;
  if (limit === Infinity || (run.known && seconds.max <= limit)) {
    reading.add(parts);
    const atMost = limitWord?.literal === false ? between(0, seconds.max) : undefined;
    return atMost === undefined ? run : { ...takes(atMost, "either"), known: run.known };
  }
  reading.took(`\`timeout ${limitWord?.text ?? ""}\``);
  // What is cut by the limit has failed; `-k` gives a program that does not heed SIGTERM some more.
  if (seconds.min > limit) return takes(exactly(limit), "fails");
  const more = run.known ? 0 : (sleepSeconds(optionValue(options, ["-k", "--kill-after"]) ?? "0") ?? 0);
  return takes(between(seconds.min, limit + more), "either");
}

/** `-m 5`, `-m5`, `--max-time 5`, `--max-time=5`, `-sSm 5`. */
function optionValue(words: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    for (const name of names) {
      if (word === name) return words[index + 1];
      if (name.startsWith("--")) {
        if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      } else if (/^-[A-Za-z]/.test(word)) {
        if (word.startsWith(name) && /^\d/.test(word.slice(2))) return word.slice(2);
        if (/^-[A-Za-z]+$/.test(word) && word.endsWith(name.slice(1))) return words[index + 1];
      }
    }
  }
  return undefined;
}

const positive = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0 ? Number(text) : undefined;

function curlLimit(words: readonly string[]): number | undefined {
  // Each retry has the time limit anew, with growing pauses between.
  return words.some((word) => word.startsWith("--retry"))
    ? undefined
    : positive(optionValue(words, ["-m", "--max-time"]));
}

function wgetLimit(words: readonly string[]): number | undefined {
  const [seconds, tries] = [
    positive(optionValue(words, ["-T", "--timeout"])),
    positive(optionValue(words, ["-t", "--tries"])),
  ];
  return seconds === undefined || tries === undefined ? undefined : seconds * tries;
}
