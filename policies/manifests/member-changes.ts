import { isRecord } from "../record.ts";
import { EditError } from "./edit-error.ts";
import { keyOf } from "./node-value.ts";
import { isMergeKey, type EntryNode, type MappingNode } from "./node.ts";

/** What differs between a mapping as written and as wanted. `removed` are indexes of entries. */
export interface MappingChanges {
  readonly changed: readonly { readonly entry: EntryNode; readonly name: string }[];
  readonly removed: ReadonlySet<number>;
  readonly added: Readonly<Record<string, unknown>>;
}

export function compareMapping(
  node: MappingNode,
  old: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): MappingChanges {
  const written = new Map<string, EntryNode>();
  const removed = new Set<number>();
  node.entries.forEach((entry, index) => {
    if (isMergeKey(entry.key)) return;
    const name = keyOf(entry.key);
    written.set(name, entry); // of a repeated key the last one counts
    if (!Object.hasOwn(wanted, name)) removed.add(index);
  });

  const changed: { entry: EntryNode; name: string }[] = [];
  const added: [string, unknown][] = [];
  for (const [name, value] of Object.entries(wanted)) {
    if (Object.hasOwn(old, name) && Object.is(old[name], value)) continue;
    const entry = written.get(name);
    if (entry !== undefined) changed.push({ entry, name });
    else if (Object.hasOwn(old, name) && isCollection(old[name]) && isCollection(value)) throw merged(name);
    else added.push([name, value]);
  }
  for (const name of Object.keys(old)) {
    if (!written.has(name) && !Object.hasOwn(wanted, name)) throw merged(name);
  }
  return { changed, removed, added: Object.fromEntries(added) };
}

function isCollection(value: unknown): boolean {
  return isRecord(value) || Array.isArray(value);
}

function merged(name: string): EditError {
  return new EditError(`"${name}" comes from a merge key (<<): changing it at its anchor would change other places.`);
}

/** What differs between a list as written and as wanted; `added` stand at its end. */
export interface ItemChanges {
  readonly changed: readonly { readonly from: number; readonly to: number }[];
  readonly removed: ReadonlySet<number>;
  readonly added: readonly unknown[];
}

/** Items that are in both keep their text: where the wanted list is shorter, what is missing is looked for. */
export function compareItems(old: readonly unknown[], wanted: readonly unknown[]): ItemChanges {
  const changed: { from: number; to: number }[] = [];
  const removed = new Set<number>();
  let spare = Math.max(0, old.length - wanted.length);
  let from = 0;
  let to = 0;
  for (; from < old.length && to < wanted.length; to += 1) {
    const same = spare > 0 ? old.slice(from, from + spare + 1).findIndex((item) => Object.is(item, wanted[to])) : 0;
    for (let skipped = 0; skipped < same; skipped += 1) removed.add(from + skipped);
    from += Math.max(0, same);
    spare -= Math.max(0, same);
    if (!Object.is(old[from], wanted[to])) changed.push({ from, to });
    from += 1;
  }
  for (; from < old.length; from += 1) removed.add(from);
  return { changed, removed, added: wanted.slice(to) };
}
