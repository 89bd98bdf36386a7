/**
 * A document's syntax: where each value stands. Both parsers give this one tree. Offsets are those of the document's
 * text, until `Document` adds where that begins. `start` and `end` enclose what is written for the value alone, quotes
 * and brackets included, without tag and anchor; `outerStart` is before those.
 */
interface NodeBase {
  readonly start: number;
  readonly end: number;
  readonly outerStart: number;
  readonly anchor: string | undefined;
  /** As written, `!!str` or `!local`; "" without one. */
  readonly tag: string;
}

export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  readonly text: string;
  readonly style: "plain" | "quoted" | "block";
}

export interface MappingNode extends NodeBase {
  readonly kind: "mapping";
  readonly flow: boolean;
  readonly entries: readonly EntryNode[];
}

export interface SequenceNode extends NodeBase {
  readonly kind: "sequence";
  readonly flow: boolean;
  readonly items: readonly ItemNode[];
}

/** `target` is the anchor's node; one that is still open encloses the alias, a cycle. */
export interface AliasNode extends NodeBase {
  readonly kind: "alias";
  readonly name: string;
  readonly target: Node | undefined;
}

export type Node = ScalarNode | MappingNode | SequenceNode | AliasNode;

/** `valueStart` is right after the colon; where none is written, the key's end. */
export interface EntryNode {
  readonly key: Node;
  readonly value: Node;
  readonly valueStart: number;
}

/** `start` is the dash in block style, the item's own start in flow style; `valueStart` is right after the dash. */
export interface ItemNode {
  readonly start: number;
  readonly value: Node;
  readonly valueStart: number;
}

/** The node that an alias stands for, else the node itself. */
export function resolveAlias(node: Node): Node {
  return node.kind === "alias" && node.target !== undefined ? resolveAlias(node.target) : node;
}

/** A plain `<<`, which takes over another mapping's entries. */
export function isMergeKey(key: Node): boolean {
  return (
    key.kind === "scalar" && key.text === "<<" && (key.tag === "!!merge" || (key.tag === "" && key.style === "plain"))
  );
}
