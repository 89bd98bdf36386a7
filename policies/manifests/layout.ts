import { beginsLine, indentAt, isOnOneLine, lineStart } from "./lines.ts";
import type { MappingNode, Node } from "./node.ts";
import type { BlockStyle, JsonStyle } from "./render.ts";

/** A document's text, and the habits that new text in it follows. */
export interface Layout {
  readonly text: string;
  readonly lineBreak: string;
  readonly block: BlockStyle;
  /** Undefined in a YAML document. */
  readonly json: JsonStyle | undefined;
  /** Anchored nodes that an alias stands for: changing one changes other places too. */
  readonly shared: ReadonlySet<Node>;
}

export function layoutOf(text: string, root: Node): Layout {
  const nodes = [...everyNode(root)];
  const lineBreak = /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
  return {
    text,
    lineBreak,
    block: blockStyle(text, nodes),
    json: isJson(text, root) ? jsonStyle(text, nodes, lineBreak) : undefined,
    shared: new Set(nodes.flatMap((node) => (node.kind === "alias" && node.target !== undefined ? [node.target] : []))),
  };
}

export function* everyNode(node: Node): Iterable<Node> {
  yield node;
  if (node.kind === "mapping") {
    for (const { key, value } of node.entries) {
      yield* everyNode(key);
      yield* everyNode(value);
    }
  } else if (node.kind === "sequence") {
    for (const { value } of node.items) yield* everyNode(value);
  }
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** The first nested mapping and the first list under a key show the habit; without one, two spaces and deeper lists. */
function blockStyle(text: string, nodes: readonly Node[]): BlockStyle {
  let step: number | undefined;
  let listsIndented: boolean | undefined;
  for (const node of nodes) {
    if (node.kind !== "mapping" || node.flow) continue;
    for (const { key, value } of node.entries) {
      if (value.kind === "scalar" || value.kind === "alias" || value.flow) continue;
      const deeper = columnOf(text, value.start) - columnOf(text, key.start);
      if (value.kind === "mapping" && deeper > 0) step ??= deeper;
      if (value.kind === "sequence") listsIndented ??= deeper > 0;
    }
  }
  return { step: step ?? 2, listsIndented: listsIndented ?? true };
}

function isJson(text: string, root: Node): boolean {
  if ((root.kind !== "mapping" && root.kind !== "sequence") || !root.flow) return false;
  return root.kind === "sequence" || root.entries.every(({ key }) => text[key.start] === '"');
}

function jsonStyle(text: string, nodes: readonly Node[], lineBreak: string): JsonStyle {
  const mappings = nodes.filter((node): node is MappingNode => node.kind === "mapping" && node.entries.length > 0);
  const [first] = mappings[0]?.entries ?? [];
  const pair = mappings.find(({ entries }) => entries.length > 1)?.entries;
  const root = nodes[0];
  const isOpen = first !== undefined && root !== undefined && !isOnOneLine(text, root.start, first.key.start);
  return {
    indent: isOpen && beginsLine(text, first.key.start) ? indentAt(text, first.key.start) || "  " : undefined,
    lineBreak,
    afterColon: first === undefined || /\s/.test(text.charAt(first.valueStart)) ? " " : "",
    afterComma:
      pair?.[1] === undefined || pair[0] === undefined || pair[1].key.start - pair[0].value.end > 1 ? " " : "",
  };
}
