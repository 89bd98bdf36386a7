import type { Path } from "../path.ts";
import type { Pod } from "../pods/pod.ts";

/** `unknown` where an expression or a selector cannot be read. */
export type Applies = "yes" | "no" | "unknown";

/** One thing that a policy object writes into pods at admission, as far as it bears on their shutdown. */
export interface Mutation {
  /** In the policy object. */
  readonly at: Path;
  readonly field: "grace" | "preStop";
  /** The value that is written: seconds for `grace`; `null` removes; undefined where it cannot be read. */
  readonly value: unknown;
  readonly applies: (pod: Pod) => Applies;
}

export const all = (...answers: readonly Applies[]): Applies =>
  answers.includes("no") ? "no" : answers.includes("unknown") ? "unknown" : "yes";

export const any = (...answers: readonly Applies[]): Applies =>
  answers.includes("yes") ? "yes" : answers.includes("unknown") ? "unknown" : "no";

export const not = (answer: Applies): Applies => (answer === "yes" ? "no" : answer === "no" ? "yes" : "unknown");

/** A list of names with `*` and `?`; everything where there is none. A name that is not written may be any. */
export function matchesNames(patterns: unknown, name: string | undefined): Applies {
  if (!Array.isArray(patterns) || patterns.length === 0) return "yes";
  if (patterns.includes("*")) return "yes";
  if (name === undefined) return "unknown";
  return patterns.some((pattern) => wildcard(String(pattern)).test(name)) ? "yes" : "no";
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );

/** Whether a pod comes by as one of these kinds: every pod is admitted as a `Pod`, a template with its workload. */
export function matchesKinds(kinds: readonly string[], pod: Pod): Applies {
  return kinds.some((kind) => ["*", "Pod", pod.object.kind].includes(kind.split("/").at(-1) ?? "")) ? "yes" : "no";
}

/** Seconds as a number or as text. */
export const secondsOf = (value: unknown): number | undefined => {
  if (value === null || value === "" || typeof value === "object") return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) ? seconds : undefined;
};
