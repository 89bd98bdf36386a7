import type { Path } from "../../path.ts";
import { parseSeconds } from "../duration.ts";
import { between } from "../interval.ts";
import type { Recognised, Recogniser } from "../recogniser.ts";
import type { Word } from "./command-line.ts";

interface Named {
  readonly name: string;
  /** Undefined where only the cluster knows it. */
  readonly seconds: number | undefined;
  /** A delay passes in any case; a timeout is the longest. */
  readonly kind: "delay" | "timeout";
  readonly at: Path;
}

/** Settings whose names say that they bound a shutdown: less sure than a program's documentation, and said so. */
export const byName: Recogniser = {
  name: "by name",
  recognise: ({ words, variables }): Recognised | undefined => {
    const named = [
      ...[...variables.values()].map(({ name, value, at }) => readNamed(name, value, at)),
      ...flags(words),
    ].filter((each) => each !== undefined);
    const first = named[0];
    if (first === undefined) return undefined;
    const timeouts = named.filter(({ kind }) => kind === "timeout");
    const delays = named.filter(({ kind }) => kind === "delay");
    const delay = sum(delays);
    const longest = sum(timeouts);
    const names = named.map(({ name }) => name).join(" and ");
    if (timeouts.length === 1 && delay !== undefined && longest !== undefined) {
      return {
        seconds: between(delay, delay + longest),
        known: true,
        text: `by the name of ${names}`,
        at: (timeouts[0] ?? first).at,
      };
    }
    const why =
      delay === undefined || longest === undefined
        ? "only the cluster knows its value"
        : timeouts.length > 1
          ? "more than one such name"
          : "what follows the delay is not told";
    return {
      seconds: between(delay ?? 0, Infinity),
      known: false,
      text: `by the name of ${names}: ${why}`,
      at: first.at,
    };
  },
};

function sum(named: readonly Named[]): number | undefined {
  return named.reduce<number | undefined>(
    (total, { seconds }) => (total === undefined || seconds === undefined ? undefined : total + seconds),
    0,
  );
}

function readNamed(name: string, value: string | undefined, at: Path): Named | undefined {
  const kind = kindOf(name);
  if (kind === undefined) return undefined;
  if (value === undefined) return { name, seconds: undefined, kind, at };
  const seconds = parseSeconds(value, unitOf(name, value));
  return seconds === undefined ? undefined : { name, seconds, kind, at };
}

function flags(words: readonly Word[]): (Named | undefined)[] {
  return words.map(({ text, at }, index) => {
    const match = /^--?([a-z][\w.-]*)(?:=(.*))?$/i.exec(text);
    const name = match?.[1];
    if (name === undefined || kindOf(name) === undefined) return undefined;
    const inline = match?.[2];
    const next = words[index + 1];
    const found = inline === undefined ? next && readNamed(name, next.text, next.at) : readNamed(name, inline, at);
    return found && { ...found, name: text.replace(/=.*$/, "") };
  });
}

/** In every name that speaks of leaving: most variables are done with here, in a thirtieth of the time. */
const ofAnyLeaving = /shutdown|drain|grace/i;

/** What the name promises; undefined where it does not speak of how long a shutdown takes. */
export function kindOf(name: string): Named["kind"] | undefined {
  if (!ofAnyLeaving.test(name)) return undefined;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+/);
  const has = (...any: string[]): boolean => any.some((word) => words.includes(word));
  if (words[0] === "GRACEWARDEN") return undefined;
  const joined = words.join("_");
  // The grace period itself, the hook's own delay, and graces that have nothing to do with leaving.
  if (/TERMINATION_GRACE|PRE_?STOP|POST_?START|GRACEFUL_?RE(START|LOAD)/.test(joined)) return undefined;
  if (
    has(
      "TOKEN",
      "SESSION",
      "LEASE",
      "KEY",
      "CERT",
      "AUTH",
      "LOGIN",
      "PASSWORD",
      "OTP",
      "DELETE",
      "DELETION",
      "RETENTION",
      "TRIAL",
      "BILLING",
      "PAYMENT",
      "STARTUP",
      "NODE",
      "EVICTION",
      "ERROR",
      "CREATION",
      // Of what is put into other pods.
      "SIDECAR",
      "INJECTED",
      "INJECTION",
    )
  )
    return undefined;
  const ofLeaving =
    has("SHUTDOWN", "DRAIN", "DRAINING", "GRACEFUL") ||
    /(^|_)GRACE_(PERIOD|TIMEOUT|TIME|SECONDS|SECS|MS|MILLIS)/.test(joined);
  if (!ofLeaving || has("INTERVAL", "COUNT", "PERCENT", "PORT", "PATH", "SIGNAL", "ENABLED", "ENABLE"))
    return undefined;
  if (has("DELAY")) return "delay";
  return has(
    "TIMEOUT",
    "PERIOD",
    "DURATION",
    "TIME",
    "WAIT",
    "LIMIT",
    "DEADLINE",
    "SECONDS",
    "SECS",
    "SEC",
    "MS",
    "MILLIS",
    "MILLISECONDS",
  )
    ? "timeout"
    : undefined;
}

/** Milliseconds where the name says so, or where a bare number would be more than a quarter of an hour. */
function unitOf(name: string, value: string): "s" | "ms" {
  if (/(_|-)(ms|msecs?|millis|milliseconds)$|(Ms|Millis)$/i.test(name)) return "ms";
  return /(s|sec|secs|seconds)$/i.test(name) || Number(value) < 1000 ? "s" : "ms";
}
