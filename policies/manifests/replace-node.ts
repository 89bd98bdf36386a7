import { isRecord } from "../record.ts";
import type { TextEdit } from "./apply-text-edits.ts";
import { EditError } from "./edit-error.ts";
import { everyNode, type Layout } from "./layout.ts";
import { indentAt, isOnOneLine, lineEnd } from "./lines.ts";
import type { MappingNode, Node, SequenceNode } from "./node.ts";
import type { Place } from "./place.ts";
import { blockLines, flowText, inlineText, jsonText } from "./render.ts";

export function refuseShared({ shared }: Layout, node: Node): void {
  if (!shared.has(node)) return;
  throw new EditError(
    `"&${node.anchor ?? ""}" is used elsewhere in this document: changing it here would change those places too.`,
  );
}

/** Members that go must not hold an anchor that others need. */
export function refuseSharedInside(
  layout: Layout,
  node: MappingNode | SequenceNode,
  removed: ReadonlySet<number>,
): void {
  for (const index of removed) {
    const gone =
      node.kind === "sequence" ? [node.items[index]?.value] : [node.entries[index]?.key, node.entries[index]?.value];
    for (const member of gone)
      if (member !== undefined) for (const inner of everyNode(member)) refuseShared(layout, inner);
  }
}

/** Writes a value in the stead of the node's: in flow style inside of flow style, else a collection in block style. */
export function* replaceNode(layout: Layout, node: Node, place: Place, wanted: unknown): Iterable<TextEdit> {
  for (const inner of everyNode(node)) refuseShared(layout, inner);
  if (layout.json !== undefined || place.inFlow) yield inFlow(layout, node, place, wanted);
  else if (isFilled(wanted) && !isFilledFlow(node))
    yield* asBlock(layout, node, place, blockLines(wanted, layout.block));
  else yield* asInline(layout, node, place, isFilledFlow(node) ? flowText(wanted) : inlineText(wanted));
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isRecord(value) && Object.keys(value).length > 0;
}

function isFilledFlow(node: Node): boolean {
  if (node.kind === "mapping") return node.flow && node.entries.length > 0;
  return node.kind === "sequence" && node.flow && node.items.length > 0;
}

function inFlow(layout: Layout, node: Node, place: Place, wanted: unknown): TextEdit {
  const { text, json } = layout;
  const value = json === undefined ? flowText(wanted) : jsonText(wanted, json, indentAt(text, node.start));
  if (node.outerStart < node.end || place.kind !== "entry")
    return { start: node.outerStart, end: node.end, text: value };
  const colon = text[place.valueStart - 1] === ":" ? "" : ":";
  return { start: place.valueStart, end: place.valueStart, text: `${colon} ${value}` };
}

/** Block scalars and block collections have lines of their own, below the key. */
function hasLinesBelow(layout: Layout, node: Node, place: Place): boolean {
  if (node.kind === "scalar") return node.style === "block";
  return node.kind !== "alias" && !node.flow && !isOnOneLine(layout.text, place.valueStart, node.start);
}

function* asInline(layout: Layout, node: Node, place: Place, value: string): Iterable<TextEdit> {
  const { text } = layout;
  if (place.kind === "root") {
    yield { start: node.outerStart, end: node.end, text: value };
  } else if (hasLinesBelow(layout, node, place)) {
    yield { start: place.valueStart, end: headEnd(text, node, place), text: ` ${value}` };
    yield { start: lineEnd(text, place.valueStart), end: lineEnd(text, node.end), text: "" };
  } else if (node.outerStart === node.end) {
    yield { start: place.valueStart, end: node.end, text: ` ${value}` };
  } else {
    yield { start: node.outerStart, end: node.end, text: value };
  }
}

function* asBlock(layout: Layout, node: Node, place: Place, lines: readonly string[]): Iterable<TextEdit> {
  const { text, lineBreak } = layout;
  const column =
    place.kind === "root" ? 0 : place.kind === "item" ? place.column + 2 : place.column + entryStep(layout, lines);
  const indented = lines.map((line) => (line === "" ? "" : " ".repeat(column) + line));
  const below = indented.map((line) => lineBreak + line).join("");
  if (place.kind !== "root" && hasLinesBelow(layout, node, place)) {
    yield { start: place.valueStart, end: headEnd(text, node, place), text: "" };
    yield { start: lineEnd(text, place.valueStart), end: lineEnd(text, node.end), text: below };
    return;
  }
  const start = place.kind === "root" ? node.outerStart : place.valueStart;
  const end = lineEnd(text, node.end);
  if (place.kind !== "entry" && text.slice(node.end, end).trim() === "") {
    yield { start, end: node.end, text: (place.kind === "item" ? " " : "") + indented.join(lineBreak).trimStart() };
    return;
  }
  // A comment behind the old value stays on its line.
  yield { start, end: node.end, text: "" };
  yield { start: end, end, text: below };
}

function entryStep({ block }: Layout, [first = ""]: readonly string[]): number {
  const isList = first === "-" || first.startsWith("- ");
  return isList && !block.listsIndented ? 0 : block.step;
}

/** Where what stands on the key's own line ends: tag, anchor, and a block scalar's `|`; a comment comes after it. */
function headEnd(text: string, node: Node, place: Place): number {
  if (node.kind === "scalar")
    return node.start + (/^[|>][-+0-9]*/.exec(text.slice(node.start, node.start + 4))?.[0].length ?? 0);
  const properties = /^(?:[ \t]*[&!][^\s]*)*/.exec(text.slice(place.valueStart, lineEnd(text, place.valueStart)));
  return place.valueStart + (properties?.[0].length ?? 0);
}
