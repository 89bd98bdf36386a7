import type { Path } from "../path.ts";
import { isMergeKey, resolveAlias, type Node } from "./node.ts";
import { keyOf } from "./node-value.ts";
import type { Span } from "./source.ts";

/** A value's place: its node, and the key that names it where it stands in a mapping. */
interface Place {
  readonly node: Node;
  readonly key: Node | undefined;
}

/**
 * Where `path` stands, else its nearest parent. A path through an alias or a merge key leads into the anchor's content; one
 * that ends at an alias gives the alias. Without `part`: the value, but the key of a value in block style or of an empty one.
 */
export function locateInTree(root: Node, path: Path, part: "key" | "value" | undefined): Span {
  let place: Place = { node: root, key: undefined };
  for (const step of path) {
    const next = child(place.node, step);
    if (next === undefined) return spanOf(place, part === "value" ? undefined : part);
    place = next;
  }
  return spanOf(place, part);
}

function child(parent: Node, step: string | number): Place | undefined {
  const node = resolveAlias(parent);
  if (node.kind === "sequence") {
    const item = typeof step === "number" ? node.items[step] : undefined;
    return item && { node: item.value, key: undefined };
  }
  if (node.kind !== "mapping") return undefined;
  // As in the value, the last entry of a name wins, and a merge key after it wins over it.
  for (const { key, value } of node.entries.toReversed()) {
    const found = isMergeKey(key)
      ? merged(value, step)
      : keyOf(key) === String(step)
        ? { node: value, key }
        : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function merged(source: Node, step: string | number): Place | undefined {
  const node = resolveAlias(source);
  if (node.kind !== "sequence") return child(node, step);
  for (const item of node.items) {
    const found = child(item.value, step);
    if (found !== undefined) return found;
  }
  return undefined;
}

function spanOf({ node, key }: Place, part: "key" | "value" | undefined): Span {
  if (part === "value") return { start: node.start, end: node.end };
  if (key !== undefined && (part === "key" || spansLines(node) || node.start === node.end))
    return { start: key.start, end: key.end };
  return spansLines(node) ? firstLine(node) : { start: node.start, end: node.end };
}

/** Block style puts a value under its key, over many lines. */
function spansLines(node: Node): boolean {
  return node.kind === "scalar" ? node.style === "block" : node.kind !== "alias" && !node.flow;
}

/** What an item of a list or a whole document begins with: `name: app`, not all its lines. */
function firstLine(node: Node): Span {
  if (node.kind === "mapping") {
    const [entry] = node.entries;
    if (entry !== undefined)
      return { start: entry.key.start, end: spansLines(entry.value) ? entry.key.end : entry.value.end };
  }
  if (node.kind === "sequence") {
    const [item] = node.items;
    if (item !== undefined) return spanOf({ node: item.value, key: undefined }, undefined);
  }
  return { start: node.start, end: node.kind === "scalar" ? node.start + 1 : node.end };
}
