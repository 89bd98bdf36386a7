import { applyEdits, type Edit } from "../edit.ts";
import { pointerSteps, valueAt, type Path } from "../path.ts";
import { setOwn } from "../record.ts";

/** RFC 6902, without `test`: a failed one rejects the pod even where failures are to be ignored (F7). */
export type PatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** An operation that does not apply: the API server would reject the pod for it (F7). */
export class PatchError extends Error {
  override readonly name = "PatchError";
}

/**
 * The edits as a patch to `root`, in their order. What is missing on the way to a place is added whole, as one value;
 * an edit that changes nothing makes no operation. Throws a TypeError where an edit cannot be made.
 */
export function toJsonPatch(root: unknown, edits: readonly Edit[]): PatchOperation[] {
  const operations: PatchOperation[] = [];
  let value = root;
  for (const edit of edits) {
    const next = applyEdits(value, [edit]);
    const operation = toOperation(value, edit);
    if (operation !== undefined) append(operations, operation);
    value = next;
  }
  return operations;
}

function toOperation(root: unknown, edit: Edit): PatchOperation | undefined {
  const { at } = edit;
  const there = stepsThere(root, at);
  if (edit.op === "remove") return there === at.length ? { op: "remove", path: pointerTo(at) } : undefined;
  if (there === at.length) {
    return sameValue(valueAt(root, at), edit.value)
      ? undefined
      : { op: "replace", path: pointerTo(at), value: edit.value };
  }
  // A parent that is null is there, but holds nothing: it is replaced by one that does.
  const nearest = at.slice(0, there);
  const isNull = valueAt(root, nearest) === null;
  const place = isNull ? nearest : at.slice(0, there + 1);
  const value = applyEdits<unknown>(undefined, [{ op: "set", at: at.slice(place.length), value: edit.value }]);
  return { op: isNull ? "replace" : "add", path: pointerTo(place), value };
}

/** How many steps of the way exist. */
function stepsThere(root: unknown, at: Path): number {
  let value = root;
  for (const [index, step] of at.entries()) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return index;
    value = (value as Record<string | number, unknown>)[step];
  }
  return at.length;
}

/** A later value for the same place takes the place of the earlier one, where nothing between them looks inside it. */
function append(operations: PatchOperation[], operation: PatchOperation): void {
  if (operation.op === "replace") {
    const inside = `${operation.path}/`;
    const last = operations.findLastIndex(
      ({ op, path }) => op === "remove" || path === operation.path || path.startsWith(inside),
    );
    const earlier = operations[last];
    if (earlier?.path === operation.path && earlier.op !== "remove") {
      operations[last] = { ...earlier, value: operation.value };
      return;
    }
  }
  operations.push(operation);
}

/** RFC 6901: `/metadata/annotations/gracewarden.io~1injected`. */
export function pointerTo(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Applies a patch as the API server does; what is not touched is shared. Throws a PatchError where it would be refused. */
export function applyPatch(root: unknown, operations: readonly PatchOperation[]): unknown {
  return operations.reduce((value, operation) => applyOperation(value, stepsOf(operation.path), operation), root);
}

function stepsOf(pointer: string): string[] {
  if (pointer !== "" && !pointer.startsWith("/")) throw new PatchError(`"${pointer}" is no JSON pointer`);
  return pointerSteps(pointer);
}

function applyOperation(value: unknown, [step, ...rest]: readonly string[], operation: PatchOperation): unknown {
  if (step === undefined) return operation.op === "remove" ? undefined : operation.value;
  if (typeof value !== "object" || value === null)
    throw new PatchError(`${operation.op} ${operation.path}: there is nothing to hold "${step}"`);
  return Array.isArray(value)
    ? inList(value, step, rest, operation)
    : inMapping(value as Record<string, unknown>, step, rest, operation);
}

function inMapping(
  mapping: Record<string, unknown>,
  key: string,
  rest: readonly string[],
  operation: PatchOperation,
): Record<string, unknown> {
  const there = Object.hasOwn(mapping, key);
  if (!there && (rest.length > 0 || operation.op !== "add"))
    throw new PatchError(`${operation.op} ${operation.path}: there is no "${key}"`);
  const copy = { ...mapping };
  if (rest.length === 0 && operation.op === "remove") {
    delete copy[key];
    return copy;
  }
  const value = applyOperation(copy[key], rest, operation);
  setOwn(copy, key, value);
  return copy;
}

function inList(
  list: readonly unknown[],
  step: string,
  rest: readonly string[],
  operation: PatchOperation,
): readonly unknown[] {
  const index = step === "-" ? list.length : /^(0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
  const end = rest.length === 0 && operation.op === "add" ? list.length : list.length - 1;
  if (!(index <= end)) throw new PatchError(`${operation.op} ${operation.path}: the list has no "${step}"`);
  if (rest.length === 0 && operation.op === "remove") return list.toSpliced(index, 1);
  if (rest.length === 0 && operation.op === "add") return list.toSpliced(index, 0, operation.value);
  return list.with(index, applyOperation(list[index], rest, operation));
}

/** Whether two JSON values are equal. What they share is not looked into, so it may be of any depth. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) && sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
    )
  );
}
