import { backends, nameOf, situations, specials } from "./cell.ts";
import { faultKinds } from "./judge.ts";
import type { Outcome } from "./run-cell.ts";
import { tally } from "./tally.ts";

/** Situation x backend, each with how many of its endings went wrong and how; then what to know of each failing cell. */
export function report(name: string, outcomes: readonly Outcome[]): string {
  const wrong = outcomes.filter(({ faults }) => faults.length > 0);
  const rows = [...situations, ...specials].flatMap((situation) => {
    const row = backends.map((backend) =>
      square(outcomes.filter(({ cell }) => cell.situation === situation && cell.backend === backend)),
    );
    return row.every((text) => text === "") ? [] : [[situation, ...row]];
  });
  const kinds = faultKinds.map((kind, n) => `${letters[n]} ${kind}`).join(", ");
  return [
    `## ${name}: ${outcomes.length - wrong.length} of ${outcomes.length} cells right`,
    "",
    ...table([["", ...backends], ...rows]),
    "",
    `A number: endings tried, all right. Letters: ${kinds}.`,
  ].join("\n");
}

/** One letter a kind of fault. */
const letters = "NlcwsBTEKHU";

function square(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return "";
  const wrong = outcomes.filter(({ faults }) => faults.length > 0);
  if (wrong.length === 0) return String(outcomes.length);
  const found = new Set(wrong.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  return `${wrong.length}/${outcomes.length} ${faultKinds.map((kind, n) => (found.has(kind) ? letters[n] : "")).join("")}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const lines = rows.map((row) => `| ${row.join(" | ")} |`);
  return [...lines.slice(0, 1), `|${head.map(() => " --- |").join("")}`, ...lines.slice(1)];
}

/** One failing cell as whoever mends it wants to read it. */
export function describe({ cell, faults, exitCode, seconds, saw, notes, output }: Outcome): string {
  return [
    `### ${nameOf(cell)}`,
    ...tally(faults.map(({ kind, text }) => `- ${kind}: ${text}`)),
    `- exit ${exitCode ?? "never"} after ${seconds.toFixed(2)} s`,
    ...saw.map((line) => `- saw ${line}`),
    ...notes.map((line) => `- ${line}`),
    "```",
    ...output
      .trim()
      .split("\n")
      .slice(-8)
      .map((line) => line.slice(0, 600)),
    "```",
  ].join("\n");
}
