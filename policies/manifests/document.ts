import type { Path } from "../path.ts";
import { locateInTree } from "./locate.ts";
import type { Node } from "./node.ts";
import { parseTree } from "./parse-document.ts";
import type { Source, Span } from "./source.ts";

export interface Document {
  readonly source: Source;
  /** From the first character that is no comment to the last that is no blank. */
  readonly span: Span;
  /** As Kubernetes reads it. Values behind an alias are shared, so it must not be changed. */
  readonly value: unknown;
  /**
   * Where a path stands; where it is missing, its nearest parent. Without `part` the value's span, but the key's where the
   * value is in block style, so that a finding on `containers[0].lifecycle` points at one line.
   */
  locate(path: Path, part?: "key" | "value"): Span;
}

/** A document with what edits need: its piece of the file and its syntax, whose offsets count from the piece's start. */
export interface ParsedDocument extends Document {
  readonly piece: Span;
  tree(): Node;
}

export function isParsed(document: Document): document is ParsedDocument {
  return "piece" in document && "tree" in document;
}

/** The tree is made at the first question about a place: most documents have no finding, and pay for none. */
export function createDocument(source: Source, piece: Span, span: Span, value: unknown): ParsedDocument {
  let root: Node | undefined;
  const tree = (): Node => (root ??= parseTree(source.text.slice(piece.start, piece.end)));
  return {
    source,
    piece,
    span,
    value,
    tree,
    locate(path, part) {
      const { start, end } = locateInTree(tree(), path, part);
      return { start: start + piece.start, end: end + piece.start };
    },
  };
}
