import type { Path } from "./path.ts";
import { setOwn } from "./record.ts";

/**
 * One change to an object, as data: the linter turns it into a text edit that keeps comments,
 * the webhook into a JSON Patch. `set` makes the mappings that are missing on the way; a missing
 * list index equal to the list's length appends. `remove` of what is not there does nothing.
 */
export type Edit =
  | { readonly op: "set"; readonly at: Path; readonly value: unknown }
  | { readonly op: "remove"; readonly at: Path };

/** Edits that mend one finding. `safe`: applying them unattended cannot harm. */
export interface Fix {
  /** What the fix does, as an order: "Set the grace period to 45 s". */
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly Edit[];
}

type Container = Record<string | number, unknown>;

/** A copy of `root` with the edits applied; what is not touched is shared. Throws a TypeError where a scalar or a gap in a list is in the way. */
export function applyEdits<T>(root: T, edits: readonly Edit[]): T {
  return edits.reduce<T>((value, edit) => applyEdit(value, edit) as T, root);
}

function applyEdit(value: unknown, edit: Edit): unknown {
  const [step, ...rest] = edit.at;
  if (step === undefined) return edit.op === "set" ? edit.value : undefined;
  if (value === undefined || value === null) {
    if (edit.op === "remove") return value;
    value = typeof step === "number" ? [] : {};
  }
  if (typeof value !== "object") throw new TypeError(`cannot edit "${String(step)}": its parent is ${typeof value}`);
  const copy: Container = Array.isArray(value)
    ? ([...(value as unknown[])] as unknown as Container)
    : { ...(value as Container) };
  if (Array.isArray(value) && (typeof step !== "number" || step > value.length)) {
    throw new TypeError(`cannot edit "${String(step)}" of a list of ${value.length}`);
  }
  const old = Object.hasOwn(copy, step) ? copy[step] : undefined;
  if (edit.op === "remove" && rest.length === 0) {
    if (Array.isArray(copy)) copy.splice(Number(step), 1);
    else delete copy[step];
  } else if (edit.op === "set" || old !== undefined) {
    const next = applyEdit(old, { ...edit, at: rest });
    setOwn(copy, String(step), next);
  }
  return copy;
}
