import type { TextEdit } from "./apply-text-edits.ts";
import type { Layout } from "./layout.ts";
import { indentAt, isOnOneLine, lineEnd } from "./lines.ts";
import type { MappingNode, SequenceNode } from "./node.ts";
import { refuseSharedInside } from "./replace-node.ts";
import { flowText, jsonMember, jsonText } from "./render.ts";

interface Member {
  readonly start: number;
  readonly end: number;
}

function membersOf(node: MappingNode | SequenceNode): Member[] {
  if (node.kind === "sequence") return node.items.map(({ value }) => ({ start: value.outerStart, end: value.end }));
  return node.entries.map(({ key, value, valueStart }) => ({
    start: key.outerStart,
    end: Math.max(value.end, valueStart),
  }));
}

/** Deletes runs of members with one comma each; never all of them. */
export function* removeFromFlow(
  layout: Layout,
  node: MappingNode | SequenceNode,
  removed: ReadonlySet<number>,
): Iterable<TextEdit> {
  refuseSharedInside(layout, node, removed);
  const members = membersOf(node);
  for (let first = 0; first < members.length; first += 1) {
    if (!removed.has(first)) continue;
    let last = first;
    while (removed.has(last + 1)) last += 1;
    const next = members[last + 1];
    if (next !== undefined) yield { start: members[first]?.start ?? 0, end: next.start, text: "" };
    else yield { start: members[first - 1]?.end ?? 0, end: members[last]?.end ?? 0, text: "" };
    first = last;
  }
}

/** Adds members behind the last one that stays: on lines of their own where the others have that. */
export function* appendInFlow(
  layout: Layout,
  node: MappingNode | SequenceNode,
  removed: ReadonlySet<number>,
  added: Readonly<Record<string, unknown>> | readonly unknown[],
): Iterable<TextEdit> {
  if (Object.keys(added).length === 0) return;
  const { text, lineBreak, json } = layout;
  const members = membersOf(node);
  const last = members.findLast((_, index) => !removed.has(index));
  const [first] = members;
  if (first === undefined || last === undefined) return;

  const onLines = !isOnOneLine(text, node.start, first.start);
  const outer = indentAt(text, first.start);
  const style = json && { ...json, indent: onLines ? json.indent : undefined };
  const rendered = Array.isArray(added)
    ? added.map((value) => (style ? jsonText(value, style, outer) : flowText(value)))
    : Object.entries(added).map(([key, value]) =>
        style ? jsonMember(key, value, style, outer) : flowText({ [key]: value }).slice(1, -1),
      );
  if (!onLines) {
    const separator = `,${json?.afterComma ?? " "}`;
    yield { start: last.end, end: last.end, text: rendered.map((member) => separator + member).join("") };
    return;
  }
  const newLine = lineBreak + outer;
  const restOfLine = text.slice(last.end, lineEnd(text, last.end));
  const lines = rendered.join(`,${newLine}`);
  if (!/^\s*,?\s*#/.test(restOfLine)) {
    yield { start: last.end, end: last.end, text: `,${newLine}${lines}` };
    return;
  }
  // The line's comment stays with it: the comma goes before, the new line behind.
  if (!/^\s*,/.test(restOfLine)) yield { start: last.end, end: last.end, text: "," };
  const at = lineEnd(text, last.end);
  yield { start: at, end: at, text: newLine + lines };
}
