import type { BackendKind, Ending, Situation } from "./cell.ts";
import type { Outcome } from "./run-cell.ts";

interface Summed {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

/** One column a proxy, one row a question that decides whether it can run in a pod. */
export function summaries(summed: readonly Summed[]): string {
  const rows: readonly [string, (outcomes: readonly Outcome[]) => string][] = [
    ["2 s call in flight, SIGTERM", (all) => saw(at(all, "call in flight", "polite", "SIGTERM"), "call of 2 s")],
    ["call too long, SIGTERM", (all) => saw(at(all, "call too long", "polite", "SIGTERM"), "call of 30 s")],
    ["late calls, SIGTERM", (all) => saw(at(all, "idle", "polite", "SIGTERM"), "late call")],
    ["exit, idle: polite", (all) => exit(at(all, "idle", "polite", "SIGTERM"))],
    ["exit, idle: ignores sigterm", (all) => exit(at(all, "idle", "ignores sigterm", "SIGTERM"))],
    ["exit after a cut call", (all) => exit(at(all, "call too long", "polite", "SIGTERM"))],
    ["group signal, call in flight", (all) => saw(at(all, "call in flight", "polite", "group"), "call of 2 s")],
    ["half-sent body", (all) => exit(at(all, "half-sent body", "polite", "SIGTERM"))],
    ["client that never reads", (all) => exit(at(all, "client never reads", "polite", "SIGTERM"))],
    ...(["ignores eof", "ignores sigterm", "grandchildren", "daemon", "floods"] as const).map(
      (backend): [string, (all: readonly Outcome[]) => string] => [
        `left behind: ${backend}`,
        (all) =>
          share(
            all.filter(({ cell }) => cell.backend === backend),
            "left behind",
          ),
      ],
    ),
    ["cells right", (all) => `${all.filter(({ faults }) => faults.length === 0).length} of ${all.length}`],
  ];
  return [
    `| | ${summed.map(({ name }) => name).join(" | ")} |`,
    `| --- |${summed.map(() => " --- |").join("")}`,
    ...rows.map(
      ([question, answer]) => `| ${question} | ${summed.map(({ outcomes }) => answer(outcomes)).join(" | ")} |`,
    ),
  ].join("\n");
}

const at = (all: readonly Outcome[], situation: Situation, backend: BackendKind, ending: Ending): Outcome | undefined =>
  all.find(({ cell }) => cell.situation === situation && cell.backend === backend && cell.ending === ending);

function saw(outcome: Outcome | undefined, what: string): string {
  if (outcome === undefined) return "not tried";
  const seen = outcome.saw.filter((line) => line.includes(what)).map((line) => line.slice(line.lastIndexOf(": ") + 2));
  return [...new Set(seen)].join(", ") || (outcome.faults[0]?.text ?? "nothing");
}

function exit(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "not tried";
  return outcome.exitCode === undefined
    ? `never (${outcome.faults[0]?.text ?? ""})`
    : `${outcome.exitCode} after ${outcome.seconds.toFixed(1)} s`;
}

function share(outcomes: readonly Outcome[], kind: string): string {
  const count = outcomes.filter(({ faults }) => faults.some((fault) => fault.kind === kind)).length;
  return count === 0 ? "none" : `${count} of ${outcomes.length} cells`;
}
