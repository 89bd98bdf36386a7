import { formatSeconds, rounded, type Interval } from "./interval.ts";
import type { Cause, Row, Timeline } from "./timeline.ts";

export interface DrawOptions {
  /** Columns at hand. */
  readonly width: number;
  readonly color: boolean;
}

/** A time line as text: the clock in seconds, one bar a container, and under it what happens when and who says so. */
export function drawTimeline(timeline: Timeline, { width, color }: DrawOptions): string {
  const { rows, grace, cause } = timeline;
  const graceSeconds = grace.seconds.max;
  const names = Math.min(Math.max(9, ...rows.map(({ container }) => container.name.length)), 24);
  const lastSecond = Math.max(graceSeconds + 2, ...rows.map((row) => row.kill.max), 1);
  const columns = Math.max(20, Math.min(width, 120) - names - 4);
  const columnOf = (seconds: number): number =>
    Math.min(columns - 1, Math.round((Math.min(seconds, lastSecond) / lastSecond) * (columns - 1)));
  const paint = (text: string, code: number): string =>
    color && text !== "" ? `\u001B[${code}m${text}\u001B[0m` : text;
  const lines = [`${describeCause(cause)}: ${formatSeconds(grace.seconds)} of grace (${grace.origin.text})`, ""];
  lines.push(`${" ".repeat(names + 2)}${ruler(lastSecond, columns, columnOf)}`);
  for (const row of rows) {
    lines.push(`${row.container.name.slice(0, names).padEnd(names)}  ${bar(row, columns, columnOf, paint)}`);
    for (const note of notes(row)) lines.push(`${" ".repeat(names + 2)}${paint(note, 2)}`);
  }
  if (rows.length === 0) lines.push("no container is stopped by this");
  lines.push("", legend(paint));
  return lines.join("\n");
}

function describeCause(cause: Cause): string {
  switch (cause.kind) {
    case "delete":
      return "deletion";
    case "liveness":
      return "restart by a failed probe";
    case "node-shutdown":
      return `node shutdown with ${cause.seconds} s`;
    case "spot":
      return `spot notice with ${cause.seconds} s`;
    case "hard-eviction":
      return "hard eviction under node pressure";
    default:
      return cause satisfies never;
  }
}

/** Marks at a round step, so that at most a dozen numbers stand above the bars. */
function ruler(lastSecond: number, columns: number, columnOf: (seconds: number) => number): string {
  const most = Math.min(12, columns / 5);
  const step =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((candidate) => lastSecond / candidate <= most) ??
    7200 * Math.ceil(lastSecond / most / 7200);
  let line = "";
  for (let second = 0; second <= lastSecond; second += step) {
    const column = columnOf(second);
    const label = second === 0 ? "0 s" : String(second);
    if (column >= line.length + (line === "" ? 0 : 1)) line = line.padEnd(column) + label;
  }
  return line;
}

type Paint = (text: string, code: number) => string;

function bar(row: Row, columns: number, columnOf: (seconds: number) => number, paint: Paint): string {
  const cells: { char: string; code: number }[] = Array.from({ length: columns }, () => ({ char: " ", code: 0 }));
  const fill = (from: number, to: number, char: string, code: number): void => {
    for (let column = columnOf(from); column < columnOf(to); column++) cells[column] = { char, code };
  };
  fill(0, row.preStopEnd.min, "▒", 33);
  fill(row.preStopEnd.min, row.preStopEnd.max, "░", 33);
  fill(row.preStopEnd.max, row.signal.max, "·", 36);
  fill(Math.max(row.signal.min, row.preStopEnd.min), row.exit.min, "█", 32);
  fill(Math.max(row.exit.min, row.signal.max), row.exit.max, "░", 32);
  cells[columnOf(row.signal.max)] = { char: "T", code: 36 };
  if (row.outcome !== "exits") cells[columnOf(row.kill.max)] = { char: row.outcome === "killed" ? "K" : "k", code: 31 };
  return cells
    .map(({ char, code }) => (code === 0 ? char : paint(char, code)))
    .join("")
    .trimEnd();
}

function notes(row: Row): string[] {
  const { hook, drain, signal, kill, exit, outcome } = row;
  const lines: string[] = [];
  if (hook !== undefined)
    lines.push(`preStop ${hook.known ? formatSeconds(hook.seconds) : "of unknown length"} (${hook.origin.text})`);
  lines.push(
    `SIGTERM ${moment(signal)}; needs ${drain.known ? formatSeconds(drain.seconds) : "an unknown time"} (${drain.origin.text})`,
  );
  const end =
    outcome === "exits"
      ? `exits ${moment(exit)}`
      : outcome === "killed"
        ? `is killed ${moment(kill)}`
        : `exits by itself or is killed ${moment(kill)}`;
  lines.push(end);
  return lines;
}

function moment({ min, max }: Interval): string {
  if (min === max) return `at ${rounded(min)} s`;
  return max === Infinity ? `after ${rounded(min)} s or later` : `between ${rounded(min)} and ${rounded(max)} s`;
}

function legend(paint: Paint): string {
  return paint(
    "▒ preStop  · waits its turn  T SIGTERM  █ stopping  ░ not certain  K killed, k killed if still there",
    2,
  );
}
