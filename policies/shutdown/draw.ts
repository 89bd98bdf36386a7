import { barsOf, lastSecondOf, marksOf, ticks, type Doing, type Mark } from "./bars.ts";
import { describeStop, stopNotes } from "./describe-stop.ts";
import type { Row, Timeline } from "./timeline.ts";

export interface DrawOptions {
  /** Columns at hand. */
  readonly width: number;
  readonly color: boolean;
}

/** A time line as text: the clock in seconds, one bar a container, and under it what happens when and who says so. */
export function drawTimeline(timeline: Timeline, { width, color }: DrawOptions): string {
  const { rows } = timeline;
  const names = Math.min(Math.max(9, ...rows.map(({ container }) => container.name.length)), 24);
  const lastSecond = lastSecondOf(timeline);
  const columns = Math.max(20, Math.min(width, 120) - names - 4);
  const columnOf = (seconds: number): number =>
    Math.min(columns - 1, Math.round((Math.min(seconds, lastSecond) / lastSecond) * (columns - 1)));
  const paint = (text: string, code: number): string =>
    color && text !== "" ? `\u001B[${code}m${text}\u001B[0m` : text;
  const lines = [describeStop(timeline), ""];
  lines.push(`${" ".repeat(names + 2)}${ruler(lastSecond, columns, columnOf)}`);
  for (const row of rows) {
    lines.push(`${row.container.name.slice(0, names).padEnd(names)}  ${bar(row, columns, columnOf, paint)}`);
    for (const note of stopNotes(row)) lines.push(`${" ".repeat(names + 2)}${paint(note, 2)}`);
  }
  if (rows.length === 0) lines.push("no container is stopped by this");
  lines.push("", legend(paint));
  return lines.join("\n");
}

/** Marks at a round step, so that at most a dozen numbers stand above the bars. */
function ruler(lastSecond: number, columns: number, columnOf: (seconds: number) => number): string {
  let line = "";
  for (const second of ticks(lastSecond, Math.min(12, columns / 5))) {
    const column = columnOf(second);
    const label = second === 0 ? "0 s" : String(second);
    if (column >= line.length + (line === "" ? 0 : 1)) line = line.padEnd(column) + label;
  }
  return line;
}

type Paint = (text: string, code: number) => string;
type Cell = readonly [char: string, code: number];

const bars: Readonly<Record<Doing, Cell>> = {
  preStop: ["▒", 33],
  "maybe-preStop": ["░", 33],
  waits: ["·", 36],
  stops: ["█", 32],
  "maybe-stops": ["░", 32],
};

const marks: Readonly<Record<Mark["what"], Cell>> = {
  signal: ["T", 36],
  killed: ["K", 31],
  "killed-if-there": ["k", 31],
};

function bar(row: Row, columns: number, columnOf: (seconds: number) => number, paint: Paint): string {
  const cells = Array.from({ length: columns }, (): Cell => [" ", 0]);
  for (const { doing, from, to } of barsOf(row))
    for (let column = columnOf(from); column < columnOf(to); column++) cells[column] = bars[doing];
  for (const { what, at } of marksOf(row)) cells[columnOf(at)] = marks[what];
  return cells
    .map(([char, code]) => (code === 0 ? char : paint(char, code)))
    .join("")
    .trimEnd();
}

function legend(paint: Paint): string {
  return paint(
    "▒ preStop  · waits its turn  T SIGTERM  █ stopping  ░ not certain  K killed, k killed if still there",
    2,
  );
}
