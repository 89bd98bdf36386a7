import { positionAt, type Source, type Span } from "../../policies/manifests/source.ts";

/** Lines and columns from 1, columns in UTF-16 units; the end is the first position behind. */
export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where nothing better is known. */
export const fileStart: Region = { line: 1, column: 1, endLine: 1, endColumn: 1 };

export function regionOf(source: Source, span: Span): Region {
  const start = positionAt(source, span.start);
  const end = positionAt(source, Math.max(span.start, span.end));
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}
