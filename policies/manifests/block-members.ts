import type { TextEdit } from "./apply-text-edits.ts";
import { columnOf, type Layout } from "./layout.ts";
import { beginsLine, lineEnd, wholeLines } from "./lines.ts";
import type { MappingNode, SequenceNode } from "./node.ts";
import { refuseSharedInside } from "./replace-node.ts";
import { blockLines } from "./render.ts";

interface Member {
  readonly start: number;
  readonly end: number;
}

function membersOf(node: MappingNode | SequenceNode): Member[] {
  if (node.kind === "sequence") return node.items.map(({ start, value }) => ({ start, end: value.end }));
  return node.entries.map(({ key, value, valueStart }) => ({
    start: key.outerStart,
    end: Math.max(value.end, valueStart),
  }));
}

/** Deletes the lines of the members at these indexes, which are never all. Comments above them stay. */
export function* removeFromBlock(
  layout: Layout,
  node: MappingNode | SequenceNode,
  removed: ReadonlySet<number>,
): Iterable<TextEdit> {
  const { text } = layout;
  const members = membersOf(node);
  refuseSharedInside(layout, node, removed);
  for (const index of removed) {
    const member = members[index];
    if (member === undefined) continue;
    if (beginsLine(text, member.start)) yield { ...wholeLines(text, member.start, member.end), text: "" };
    else yield firstOnDashLine(text, members, removed);
  }
}

/** `- a: 1` shares its line with the dash: what follows moves up, or where a comment is in between, the dash stands alone. */
function firstOnDashLine(text: string, members: readonly Member[], removed: ReadonlySet<number>): TextEdit {
  const kept = members.findIndex((_, index) => !removed.has(index));
  const [first] = members;
  const next = members[kept];
  if (first === undefined || next === undefined) return { start: 0, end: 0, text: "" };
  const moves = members
    .slice(0, kept)
    .every(({ end }, index) => text.slice(lineEnd(text, end), members[index + 1]?.start).trim() === "");
  if (moves) return { start: first.start, end: next.start, text: "" };
  return { start: text.slice(0, first.start).trimEnd().length, end: lineEnd(text, first.end), text: "" };
}

/** Adds entries or items after the last one, on lines of their own. */
export function* appendInBlock(
  layout: Layout,
  node: MappingNode | SequenceNode,
  added: Readonly<Record<string, unknown>> | readonly unknown[],
): Iterable<TextEdit> {
  if (Object.keys(added).length === 0) return;
  const { text, lineBreak, block } = layout;
  const indent = " ".repeat(columnOf(text, node.start));
  const lines = blockLines(added, block).map((line) => lineBreak + (line === "" ? "" : indent + line));
  const at = lineEnd(text, node.end);
  yield { start: at, end: at, text: lines.join("") };
}
