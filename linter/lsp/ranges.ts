import type { Position, Range } from "vscode-languageserver";
import type { Region } from "../judging/positions.ts";

/** Ours count from 1, the protocol's from 0; columns are UTF-16 units in both. */
export const rangeOf = ({ line, column, endLine, endColumn }: Region): Range => ({
  start: { line: line - 1, character: column - 1 },
  end: { line: endLine - 1, character: endColumn - 1 },
});

/** Whether the ranges have a place in common; one that is empty lies at its place. */
export const touches = (a: Range, b: Range): boolean => !isBefore(a.end, b.start) && !isBefore(b.end, a.start);

const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

/** A place as a range. */
export const rangeAt = (position: Position): Range => ({ start: position, end: position });
