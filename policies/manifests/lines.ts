/** Where the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  // lastIndexOf takes -1 for 0.
  return offset === 0 ? 0 : Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
}

/** Where the line of `offset` ends, its line break left out. */
export function lineEnd(text: string, offset: number): number {
  lineBreak.lastIndex = offset;
  return lineBreak.exec(text)?.index ?? text.length;
}

const lineBreak = /\r\n|\n|\r/g;

/** The blanks that the line of `offset` begins with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? "";
}

/** Whether nothing but blanks stands before `offset` on its line. */
export function beginsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === "";
}

export function isOnOneLine(text: string, start: number, end: number): boolean {
  return !/[\r\n]/.test(text.slice(start, end));
}

/** The range to delete so that the lines from `start` to `end` are gone, and the line break before them; the text's first line has none. */
export function wholeLines(text: string, start: number, end: number): { start: number; end: number } {
  const from = lineStart(text, start);
  const lineBreakBefore = from === 0 ? 0 : text.slice(from - 2, from) === "\r\n" ? 2 : 1;
  return { start: from - lineBreakBefore, end: lineEnd(text, end) };
}

/** A line break at `offset`, or "". */
export function lineBreakAt(text: string, offset: number): string {
  return /^(?:\r\n|\n|\r)/.exec(text.slice(offset, offset + 2))?.[0] ?? "";
}
