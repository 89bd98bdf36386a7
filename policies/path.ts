/** The way from an object's root to one of its values: keys and list indexes. */
export type Path = readonly (string | number)[];

/** `spec.containers[0].lifecycle`; a key that is no plain word is quoted: `metadata.labels["a/b"]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w$-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** The value at `path`, or undefined where a step is missing. Own properties only. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The steps of a JSON pointer (RFC 6901), unescaped; none for "", the whole. */
export function pointerSteps(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Such steps as a path: a number is taken for an item of a list. */
export function pathOfSteps(steps: readonly string[]): Path {
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
