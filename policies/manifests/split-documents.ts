import type { Span } from "./source.ts";

// As YAML has it: a marker is `---` or `...` at the start of a line with a blank or the line's end after it. So `----`
// is text, and what follows `---` on its line (kubectl refuses that) stays with the document.
const marker = /(?:---|\.\.\.)(?=[ \t\r\n]|$)/g;

/**
 * The file cut where documents begin or end, as kubectl cuts it before it parses anything, so that an error in one
 * document leaves the others readable. A piece keeps the `---` that opens it.
 */
export function splitDocuments(text: string): Span[] {
  const pieces: Span[] = [];
  let start = 0;
  for (const { index, 0: found } of text.matchAll(marker)) {
    const before = text.charCodeAt(index - 1);
    if (index > 0 && before !== 10 && before !== 13) continue;
    if (index > start) pieces.push({ start, end: index });
    start = found === "..." ? index + found.length : index;
  }
  if (text.length > start) pieces.push({ start, end: text.length });
  return pieces;
}

const openingMarker = /---(?=[ \t\r\n]|$)/y;
const blanks = /[ \t\r\n\uFEFF]*/y;
const commentOrDirective = /[#%][^\r\n]*/y;

/** The piece without its marker, the blanks and comments at its head and the blanks at its end; undefined where nothing is left. */
export function contentOf(text: string, piece: Span): Span | undefined {
  let start = skip(openingMarker, text, piece.start);
  for (;;) {
    start = skip(blanks, text, start);
    const next = skip(commentOrDirective, text, start);
    if (next === start) break;
    start = next;
  }
  if (start >= piece.end) return undefined;
  let { end } = piece;
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return { start, end };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
