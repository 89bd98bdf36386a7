import type { Span } from "./source.ts";

/**
 * JSON objects one after the other without separators, as `jq`, audit logs and recorded reviews have them: kubectl reads
 * each as a document. Undefined where the text is not two or more of them; whether each is right JSON is not judged.
 */
export function splitJsonStream(text: string, piece: Span): Span[] | undefined {
  const objects: Span[] = [];
  let start = piece.start;
  let depth = 0;
  token.lastIndex = piece.start;
  for (let match = token.exec(text); match !== null && match.index < piece.end; match = token.exec(text)) {
    const [found] = match;
    if (depth === 0) {
      if (found !== "{" || !opensObject(text, match.index)) return undefined;
      start = match.index;
    }
    if (found === "{") {
      depth += 1;
    } else if (found === "}") {
      depth -= 1;
      if (depth === 0) objects.push({ start, end: match.index + 1 });
    }
  }
  return depth === 0 && objects.length > 1 ? objects : undefined;
}

// Outside of objects nothing but blanks may stand: any other character is a token too.
const token = /"(?:[^"\\\r\n]|\\.)*"|[{}]|[^\s{}"]+|"/g;

/** Of JSON: a Go template's `{{` is none. */
function opensObject(text: string, at: number): boolean {
  objectStart.lastIndex = at;
  return objectStart.test(text);
}

const objectStart = /\{\s*["}]/y;
