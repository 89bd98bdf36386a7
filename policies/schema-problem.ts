import type { ErrorObject } from "ajv";
import { pathOfSteps, pointerSteps, type Path } from "./path.ts";
import { closest } from "./spelling.ts";

/** One thing that is wrong with a configuration, and where in it. */
export interface ConfigProblem {
  readonly at: Path;
  readonly message: string;
}

export interface SchemaProblemOptions {
  /** Keys that a schema does not list but that are known at a place, for "did you mean". */
  readonly keysAt?: (at: Path) => readonly string[] | undefined;
  /** How a value that is wrong is told; JSON, unless it could be a secret. */
  readonly tell?: (value: unknown, at: Path) => string;
  /** What the whole value is called. */
  readonly whole?: string;
}

/** What ajv has found (with `allErrors` and `verbose`), a sentence each. */
export function schemaProblems(
  errors: readonly ErrorObject[],
  options: SchemaProblemOptions = {},
): readonly ConfigProblem[] {
  const problems = deepest(errors).map((error) => explain(error, options));
  return problems.filter((problem, index) => problems.findIndex((other) => same(other, problem)) === index);
}

/** Of the errors of an `anyOf`, those that say more than that no branch fits. */
function deepest(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const useful = errors.filter(({ keyword }) => keyword !== "anyOf" && keyword !== "oneOf" && keyword !== "if");
  return useful.length === 0 ? errors : useful;
}

function explain(
  error: ErrorObject,
  { keysAt, tell = (value: unknown) => JSON.stringify(value), whole = "the configuration" }: SchemaProblemOptions,
): ConfigProblem {
  const at = pathOfSteps(pointerSteps(error.instancePath));
  const name = nameOf(at, whole);
  const { params } = error as { params: Record<string, unknown> };
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const allowed = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
      return {
        at: [...at, key],
        message: `unknown key "${key}" in ${name}${didYouMean(key, keysAt?.(at) ?? allowed)}`,
      };
    }
    case "required":
      return { at, message: `${name} lacks "${String(params["missingProperty"])}"` };
    case "type":
      return {
        at,
        message: `${name} must be ${[params["type"]].flat().join(" or ")}, but is ${tell(error.data, at)}`,
      };
    case "enum": {
      const allowed = params["allowedValues"] as readonly unknown[];
      return {
        at,
        message: `${name} must be one of ${allowed.join(", ")}, but is ${tell(error.data, at)}${didYouMean(String(error.data), allowed.map(String))}`,
      };
    }
    case "pattern":
      return {
        at,
        message: `${name} must look like ${String((error.parentSchema as { examples?: unknown[] }).examples?.[0] ?? params["pattern"])}, but is ${tell(error.data, at)}`,
      };
    default:
      return { at, message: `${name} ${error.message ?? "is not valid"}` };
  }
}

/** An entry of a list has no name of its own: it is counted, from 1. */
function nameOf(at: Path, whole: string): string {
  const last = at.at(-1);
  if (last === undefined) return whole;
  if (typeof last === "string") return `"${last}"`;
  const list = at.findLast((step) => typeof step === "string");
  return `entry ${last + 1}${list === undefined ? "" : ` of "${list}"`}`;
}

/** A hint to be put behind the sentence about a mistyped word. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = closest(word, candidates);
  return candidate === undefined ? "" : `: did you mean "${candidate}"?`;
}

const same = (a: ConfigProblem, b: ConfigProblem): boolean =>
  a.message === b.message && a.at.join("/") === b.at.join("/");
