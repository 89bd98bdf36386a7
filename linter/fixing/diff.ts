import { builtin } from "../builtin.ts";

const context = 3;

/** A unified diff that `patch -p1` and `git apply` take; "" where nothing changed. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = changes(splitLines(before), splitLines(after));
  const hunks: string[] = [];
  const passed = { old: 0, now: 0, lines: 0 };
  for (const [start, end] of hunkRanges(lines)) {
    passed.old += count(lines, passed.lines, start, "+");
    passed.now += count(lines, passed.lines, start, "-");
    passed.lines = start;
    const sizes = { old: count(lines, start, end, "+"), now: count(lines, start, end, "-") };
    hunks.push(
      `@@ -${position(passed.old, sizes.old)} +${position(passed.now, sizes.now)} @@\n${body(lines, start, end)}`,
    );
  }
  return `--- a/${file}\n+++ b/${file}\n${hunks.join("")}`;
}

interface Line {
  readonly op: " " | "-" | "+";
  readonly text: string;
}

/**
 * The lines of both texts. Where they part, the nearest place where they go on alike is looked for, and only what lies
 * before it is compared: a full comparison takes the square of the number of changes, which in a bundle is large.
 */
function changes(before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = [];
  let old = 0;
  let now = 0;
  while (old < before.length || now < after.length) {
    const line = before[old];
    if (line !== undefined && line === after[now]) {
      lines.push({ op: " ", text: line });
      old += 1;
      now += 1;
      continue;
    }
    const [removed, added] = distanceToLikeness(before, after, old, now);
    const middle = builtin("node:util").diff(before.slice(old, old + removed), after.slice(now, now + added));
    // Of the first text only: 1, of the second only: -1.
    lines.push(...middle.map(([op, text]): Line => ({ op: op === 0 ? " " : op === 1 ? "-" : "+", text })));
    old += removed;
    now += added;
  }
  return lines;
}

/** So many lines alike in a row mean that the texts go on together. */
const alike = 3;
const farthest = 1000;

/** How many lines of each text lie before the nearest place where both go on alike; all that is left where none is near. */
function distanceToLikeness(
  before: readonly string[],
  after: readonly string[],
  old: number,
  now: number,
): readonly [number, number] {
  for (let distance = 1; distance <= farthest; distance++) {
    for (let removed = 0; removed <= distance; removed++) {
      const added = distance - removed;
      if (old + removed > before.length || now + added > after.length) continue;
      let same = 0;
      while (same < alike && before[old + removed + same] === after[now + added + same]) same += 1;
      if (same === alike) return [removed, added];
    }
  }
  return [before.length - old, after.length - now];
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

function count(lines: readonly Line[], from: number, to: number, without: Line["op"]): number {
  let number = 0;
  for (let index = from; index < to; index++) if (lines[index]?.op !== without) number += 1;
  return number;
}

/** The first line's number and how many there are; of none, the line before. */
const position = (passed: number, size: number): string => `${passed + (size === 0 ? 0 : 1)},${size}`;

const body = (lines: readonly Line[], start: number, end: number): string =>
  lines
    .slice(start, end)
    .map(({ op, text }) => (text.endsWith("\n") ? `${op}${text}` : `${op}${text}\n\\ No newline at end of file\n`))
    .join("");

/** Lines with their breaks, so that a missing last break and a changed CRLF are seen. */
const splitLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
