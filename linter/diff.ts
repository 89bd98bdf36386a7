import { builtin } from "./builtin.ts";

const context = 3;

/** A unified diff that `patch -p1` and `git apply` take; "" where nothing changed. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = changes(splitLines(before), splitLines(after));
  const hunks: string[] = [];
  for (const [start, end] of hunkRanges(lines)) hunks.push(hunk(lines, start, end));
  return `--- a/${file}\n+++ b/${file}\n${hunks.join("")}`;
}

interface Line {
  readonly op: " " | "-" | "+";
  readonly text: string;
}

const same = (text: string): Line => ({ op: " ", text });

/** The lines of both texts; what they share at both ends is not compared, so a large file costs little. */
function changes(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail += 1;
  const middle = builtin("node:util").diff(
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
  );
  return [
    ...before.slice(0, head).map(same),
    // Of the first text only: 1, of the second only: -1.
    ...middle.map(([op, text]): Line => ({ op: op === 0 ? " " : op === 1 ? "-" : "+", text })),
    ...before.slice(before.length - tail).map(same),
  ];
}

function hunkRanges(lines: readonly Line[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const [index, { op }] of lines.entries()) {
    if (op === " ") continue;
    const last = ranges.at(-1);
    if (last !== undefined && index - context <= last[1]) last[1] = Math.min(lines.length, index + context + 1);
    else ranges.push([Math.max(0, index - context), Math.min(lines.length, index + context + 1)]);
  }
  return ranges;
}

function hunk(lines: readonly Line[], start: number, end: number): string {
  const count = (from: number, to: number, without: Line["op"]): number =>
    lines.slice(from, to).filter(({ op }) => op !== without).length;
  const position = (without: Line["op"]): string => {
    const length = count(start, end, without);
    return `${count(0, start, without) + (length === 0 ? 0 : 1)},${length}`;
  };
  const body = lines
    .slice(start, end)
    .map(({ op, text }) => (text.endsWith("\n") ? `${op}${text}` : `${op}${text}\n\\ No newline at end of file\n`))
    .join("");
  return `@@ -${position("+")} +${position("-")} @@\n${body}`;
}

/** Lines with their breaks, so that a missing last break and a changed CRLF are seen. */
const splitLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
