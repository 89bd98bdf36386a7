/** A file's text as read: without its byte order mark, line breaks as they stand. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** UTF-16 offsets into the source's text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Counted from 1; columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

// A memo, not state: line starts follow from the source, and go with it.
const lineStartsOf = new WeakMap<Source, readonly number[]>();

export function positionAt(source: Source, offset: number): Position {
  let starts = lineStartsOf.get(source);
  if (starts === undefined) {
    starts = lineStarts(source.text);
    lineStartsOf.set(source, starts);
  }
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const lineBreak of text.matchAll(/\r\n|\n|\r/g)) starts.push(lineBreak.index + lineBreak[0].length);
  return starts;
}
