import { causesOf, perSecondOf, type Tally } from "./load.ts";
import type { RolledOut } from "./rollouts.ts";

const hookNames = { none: "no preStop", sleep: "preStop sleep 5", prestop: "preStop httpGet /prestop" } as const;

const quantile = ({ milliseconds }: Tally, q: number): string => {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return (sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN).toFixed(0);
};

/** One row for each cell. */
export function table(all: readonly RolledOut[], rollouts: number): string {
  const rows = all.flatMap(({ subject, hook, tallies }) =>
    tallies.map((tally) => [
      subject,
      hookNames[hook],
      tally.revision,
      tally.connections,
      `${tally.lost.length} / ${tally.calls}`,
      String(tally.sessionsLost),
      perSecondOf(tally).toFixed(0),
      `${quantile(tally, 0.5)} / ${quantile(tally, 0.99)}`,
      causesOf(tally),
    ]),
  );
  const head = ["", "hook", "revision", "connections", "calls lost", "sessions lost", "calls/s", "p50 / p99 ms", "how"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((field, column) => field.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [
    `${rollouts} rollouts of 2 replicas under each hook; every fourth call takes 300 ms.`,
    "",
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
    "",
  ].join("\n");
}
