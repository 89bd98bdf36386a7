import { isParsed, type Document } from "../../policies/manifests/document.ts";
import { isMergeKey, type Node } from "../../policies/manifests/node.ts";
import { keyOf } from "../../policies/manifests/node-value.ts";
import type { Path } from "../../policies/path.ts";

/** The path of the innermost field, by key or value, that is written at an offset of the document's source. */
export function pathAt(document: Document, offset: number): Path {
  return isParsed(document) ? [...stepsTo(document.tree(), offset - document.piece.start)] : [];
}

function* stepsTo(node: Node, offset: number): Iterable<string | number> {
  if (node.kind === "mapping") {
    const entry = node.entries.find(({ key, value }) => isIn(offset, key.outerStart, Math.max(key.end, value.end)));
    // What is merged has its own place.
    if (entry === undefined || isMergeKey(entry.key)) return;
    yield keyOf(entry.key);
    yield* stepsTo(entry.value, offset);
  } else if (node.kind === "sequence") {
    const index = node.items.findIndex(({ start, value }) => isIn(offset, start, value.end));
    const item = node.items[index];
    if (item === undefined) return;
    yield index;
    yield* stepsTo(item.value, offset);
  }
}

const isIn = (offset: number, start: number, end: number): boolean => start <= offset && offset <= end;
