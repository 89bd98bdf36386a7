import type { Path } from "../path.ts";
import type { ShapeProblem } from "./object.ts";

type Step = Path[number];

/** What a field must look like. Fields that no shape names are let through as they are. */
export type Shape =
  | "string"
  | "integer"
  | "boolean"
  | "integer-or-string"
  | { readonly list: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const wanted = (value: unknown, shape: Shape): string => {
  // Kubernetes' own bound is 2^63 - 1, which is no time either.
  if (typeof shape === "string" && shape.startsWith("integer") && Number.isInteger(value))
    return `a whole number from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;
  if (shape === "integer-or-string") return "a whole number or a name";
  if (shape === "integer") return "a whole number";
  if (shape === "boolean") return "true or false";
  if (shape === "string") return "a string";
  return "list" in shape ? "a list" : "a mapping";
};

const found = (value: unknown): string => {
  if (typeof value === "string")
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  // What reads the text has lost its last digits; the linter, which has it, shows them.
  const rounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  return `${JSON.stringify(value)}${rounded ? " (rounded)" : ""}`;
};

/** `{{ .Values.x }}`, `${X}`, `$(X)`: something will be put here before the API server sees it. */
const placeholder = /\{\{|\$\{|\$\(|^\$\w+$/;

const isScalar: Readonly<Record<Extract<Shape, string>, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isSafeInteger(value),
  "integer-or-string": (value) => Number.isSafeInteger(value) || typeof value === "string",
};

const hint = (value: unknown, shape: Shape): string => {
  if (shape === "integer" && typeof value === "string" && /^-?\d+$/.test(value)) return ": remove the quotes";
  if (shape === "string" && (typeof value === "number" || typeof value === "boolean")) return ": put it in quotes";
  if (typeof shape === "object" && "list" in shape && typeof value === "object") return ": begin each item with `- `";
  return "";
};

/**
 * `value` with everything left out that has the wrong type; each such place is added to `problems`.
 * Null counts as absent, as it does for the API server. An item of a list that is null or wrong becomes
 * the zero of its type, as the API server reads null there, so that the others keep their indexes.
 * What is right is shared, not copied.
 */
export function conform(value: unknown, shape: Shape, at: Path, problems: ShapeProblem[]): unknown {
  return conformed(value, shape, [...at], problems);
}

/** `at` grows and shrinks with the search, and is copied where something is wrong. */
function conformed(value: unknown, shape: Shape, at: Step[], problems: ShapeProblem[]): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof shape === "string") {
    if (isScalar[shape](value)) return value;
    return reject(value, shape, at, problems);
  }
  if ("list" in shape) {
    if (!Array.isArray(value)) return reject(value, shape, at, problems);
    const items = value.map((item, index) => within(item, shape.list, index, at, problems) ?? zeroOf(shape.list));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== "object" || Array.isArray(value)) return reject(value, shape, at, problems);
  let copy: Record<string, unknown> | undefined;
  const original = value as Record<string, unknown>;
  for (const key in shape.fields) {
    const field = shape.fields[key];
    if (field === undefined || !Object.hasOwn(original, key)) continue;
    const right = within(original[key], field, key, at, problems);
    if (right === original[key]) continue;
    copy ??= { ...original };
    if (right === undefined) delete copy[key];
    else copy[key] = right;
  }
  return copy ?? value;
}

function within(value: unknown, shape: Shape, step: Step, at: Step[], problems: ShapeProblem[]): unknown {
  at.push(step);
  const right = conformed(value, shape, at, problems);
  at.pop();
  return right;
}

function zeroOf(shape: Shape): unknown {
  if (shape === "string") return "";
  if (shape === "boolean") return false;
  if (shape === "integer" || shape === "integer-or-string") return 0;
  return "list" in shape ? [] : {};
}

function reject(value: unknown, shape: Shape, at: Path, problems: ShapeProblem[]): undefined {
  const name = at.findLast((step) => typeof step === "string") ?? "the document";
  if (typeof value === "string" && placeholder.test(value)) {
    problems.push({
      at: [...at],
      verdict: "undetermined",
      message: `${name} is ${found(value)}, a placeholder: render the manifest before linting it to have this judged`,
    });
    return;
  }
  problems.push({
    at: [...at],
    verdict: "fail",
    message: `${name} must be ${wanted(value, shape)}, but is ${found(value)}${hint(value, shape)}`,
  });
}
