import { isRecord } from "../record.ts";
import type { TextEdit } from "./apply-text-edits.ts";
import { EditError } from "./edit-error.ts";
import { columnOf, type Layout } from "./layout.ts";
import { compareItems, compareMapping } from "./member-changes.ts";
import type { MappingNode, Node, SequenceNode } from "./node.ts";
import type { Place } from "./place.ts";
import { appendInBlock, removeFromBlock } from "./block-members.ts";
import { appendInFlow, removeFromFlow } from "./flow-members.ts";
import { refuseShared, replaceNode } from "./replace-node.ts";

/**
 * The text edits that turn `old`, which `node` says, into `wanted`. Both values share what is the same, so that only what
 * differs is visited; inner edits come before those of what is around them.
 */
export function* reconcile(
  layout: Layout,
  node: Node,
  place: Place,
  old: unknown,
  wanted: unknown,
): Iterable<TextEdit> {
  if (Object.is(old, wanted)) return;
  if (node.kind === "mapping" && isRecord(old) && isRecord(wanted)) {
    yield* reconcileMapping(layout, node, place, old, wanted);
  } else if (node.kind === "sequence" && Array.isArray(old) && Array.isArray(wanted)) {
    yield* reconcileSequence(layout, node, place, old, wanted);
  } else if (node.kind === "alias" && typeof old === "object" && typeof wanted === "object" && wanted !== null) {
    throw new EditError(
      `"*${node.name}" stands for what is written at its anchor: changing that would change both places.`,
    );
  } else {
    yield* replaceNode(layout, node, place, wanted);
  }
}

function* reconcileMapping(
  layout: Layout,
  node: MappingNode,
  place: Place,
  old: Record<string, unknown>,
  wanted: Record<string, unknown>,
): Iterable<TextEdit> {
  const { changed, removed, added } = compareMapping(node, old, wanted);
  if (changed.length + removed.size + Object.keys(added).length === 0) return;
  refuseShared(layout, node);
  if (removed.size === node.entries.length) {
    yield* replaceNode(layout, node, place, wanted);
    return;
  }
  for (const { entry, name } of changed) {
    const { key, value, valueStart } = entry;
    const inner: Place = { kind: "entry", valueStart, column: columnOf(layout.text, key.start), inFlow: node.flow };
    yield* reconcile(layout, value, inner, old[name], wanted[name]);
  }
  if (node.flow) {
    yield* removeFromFlow(layout, node, removed);
    yield* appendInFlow(layout, node, removed, added);
  } else {
    yield* removeFromBlock(layout, node, removed);
    yield* appendInBlock(layout, node, added);
  }
}

function* reconcileSequence(
  layout: Layout,
  node: SequenceNode,
  place: Place,
  old: readonly unknown[],
  wanted: readonly unknown[],
): Iterable<TextEdit> {
  const { changed, removed, added } = compareItems(old, wanted);
  if (changed.length + removed.size + added.length === 0) return;
  refuseShared(layout, node);
  if (removed.size === node.items.length) {
    yield* replaceNode(layout, node, place, wanted);
    return;
  }
  for (const { from, to } of changed) {
    const item = node.items[from];
    if (item === undefined) continue;
    const inner: Place = {
      kind: "item",
      valueStart: item.valueStart,
      column: columnOf(layout.text, item.start),
      inFlow: node.flow,
    };
    yield* reconcile(layout, item.value, inner, old[from], wanted[to]);
  }
  if (node.flow) {
    yield* removeFromFlow(layout, node, removed);
    yield* appendInFlow(layout, node, removed, added);
  } else {
    yield* removeFromBlock(layout, node, removed);
    yield* appendInBlock(layout, node, added);
  }
}
