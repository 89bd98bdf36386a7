import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type { Path } from "../../policies/path.ts";

export interface JsoncDocument {
  readonly root: Node;
  /** `line:column`, both from 1, of a value's key or else of the value; of the nearest that is there. */
  readonly place: (at: Path) => string;
}

/** JSON with comments and trailing commas. `problems` are sentences with their `line:column` in front. */
export function readJsonc(
  text: string,
): { readonly document: JsoncDocument } | { readonly problems: readonly { place: string; message: string }[] } {
  const errors: ParseError[] = [];
  // A byte order mark is no part of the text.
  const source = text.replace(/^\uFEFF/, "");
  const root = parseTree(source, errors, { allowTrailingComma: true, disallowComments: false });
  const lines = lineStarts(source);
  const placeOf = (offset: number): string => {
    const line = lines.findLastIndex((start) => start <= offset);
    return `${line + 1}:${offset - (lines[line] ?? 0) + 1}`;
  };
  if (root === undefined)
    return { problems: [{ place: "1:1", message: 'the file is empty: write at least {"mcpServers": {}}' }] };
  if (errors.length > 0) {
    // What follows the first error is often its echo.
    const [{ error, offset }] = errors as [ParseError];
    return { problems: [{ place: placeOf(offset), message: syntaxSentence(printParseErrorCode(error)) }] };
  }
  const repeated = [...repeatedKeys(root)];
  if (repeated.length > 0) {
    return {
      problems: repeated.map((key) => ({
        place: placeOf(key.offset),
        message: `"${String(key.value)}" is there twice: only one of them could count, so drop the other`,
      })),
    };
  }
  return {
    document: {
      root,
      place(at) {
        for (let length = at.length; length > 0; length--) {
          const node = findNodeAtLocation(root, at.slice(0, length));
          if (node === undefined) continue;
          return placeOf(node.parent?.type === "property" ? node.parent.offset : node.offset);
        }
        return placeOf(root.offset);
      },
    },
  };
}

function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((end) => end.index + end[0].length)];
}

function* repeatedKeys(node: Node): Iterable<Node> {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const [key, value] = child.type === "property" ? (child.children ?? []) : [];
    if (key !== undefined) {
      if (seen.has(key.value)) yield key;
      seen.add(key.value);
    }
    yield* repeatedKeys(value ?? child);
  }
}

const sentences: Readonly<Record<string, string>> = {
  InvalidSymbol: "this is no JSON: a text needs double quotes",
  InvalidNumberFormat: "this is no number",
  PropertyNameExpected: "a key in double quotes is expected here",
  ValueExpected: "a value is expected here",
  ColonExpected: "a colon is expected here",
  CommaExpected: "a comma is missing before this",
  CloseBraceExpected: "a closing } is missing",
  CloseBracketExpected: "a closing ] is missing",
  EndOfFileExpected: "the configuration has ended before this: it is one object",
  UnexpectedEndOfComment: "a comment is not closed",
  UnexpectedEndOfString: "a text is not closed",
  UnexpectedEndOfNumber: "this is no number",
  InvalidUnicode: "this \\u escape is not valid",
  InvalidEscapeCharacter: "this escape is not valid: a backslash itself is written \\\\",
  InvalidCharacter: "this character cannot stand in a text: write it as an escape",
};

const syntaxSentence = (code: string): string => sentences[code] ?? `it is not valid JSON (${code})`;
