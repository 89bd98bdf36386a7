import { closest } from "../spelling.ts";
import type { Path } from "../path.ts";
import type { ShapeProblem } from "./object.ts";

const prefix = "gracewarden.io/";
const secondsOf = ["drain-seconds", "serves-after-sigterm-seconds"];
const known = [...secondsOf, "injected"];

/** What of our own annotations says nothing: a duration that is no number of seconds, or a name that we do not have. */
export function ownAnnotationProblems(annotations: Readonly<Record<string, string>>, metadataAt: Path): ShapeProblem[] {
  return Object.entries(annotations).flatMap(([key, value]) => {
    if (!key.startsWith(prefix)) return [];
    const name = key.slice(prefix.length);
    const message = problemOf(key, name, value);
    return message === undefined
      ? []
      : [{ at: [...metadataAt, "annotations", key], verdict: "fail" as const, message }];
  });
}

function problemOf(key: string, name: string, value: string): string | undefined {
  const [base = ""] = name.split(".");
  if (!known.includes(base)) {
    const near = closest(base, known);
    return `the annotation ${key} means nothing to gracewarden${near === undefined ? "" : `: did you mean ${prefix}${near}?`}`;
  }
  if (!secondsOf.includes(base) || /^\d+(\.\d+)?$/.test(value.trim()) || /\{\{|\$\{/.test(value)) return undefined;
  return `the annotation ${key} must be a number of seconds such as "20", but is ${JSON.stringify(value)}`;
}
