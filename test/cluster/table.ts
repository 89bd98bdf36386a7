import { endsOf, errorsOf, isWrong, signalsOf, type Comparison, type Errors, type Moment } from "./compare.ts";

const head = [
  "pod",
  "container",
  "SIGTERM predicted",
  "observed",
  "error",
  "end predicted",
  "observed",
  "error",
  "outcome predicted",
  "observed",
  "kubelet's lag",
];

/** All runs as Markdown: a row for each container, then the errors. Several runs give `least to greatest`, and the error that is largest. */
export function table(runs: readonly (readonly Comparison[])[], cluster: string): string {
  const all = runs.flat();
  const containers = Map.groupBy(all, ({ shape, container }) => `${shape}/${container}`);
  const rows = [...containers.values()].map((seen) => cells(seen));
  const shapes = new Set(all.map(({ shape }) => shape)).size;
  return [
    `${shapes} pods, ${containers.size} containers, ${runs.length === 1 ? "1 run" : `${runs.length} runs`} on ${cluster}. Seconds after the kubelet's own \`Killing\` event.`,
    "The end is the last sign of life, which is given each 50 ms. The kubelet's lag runs from the DELETE, as a watch showed it to us; below 0 the kubelet saw it first.",
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
    line(["error", "moments", "p50", "p95", "max"]),
    line(["---", "---", "---", "---", "---"]),
    line(["SIGTERM", ...errorCells(errorsOf(signalsOf(all)))]),
    line(["end", ...errorCells(errorsOf(endsOf(all)))]),
    "",
    `Outcomes predicted wrongly: ${all.filter(isWrong).length} of ${all.length}; left undetermined: ${all.filter(({ outcome }) => outcome.predicted === "undetermined").length}.`,
    "",
  ].join("\n");
}

function cells(seen: readonly Comparison[]): string[] {
  const [{ shape, container, outcome }] = seen as [Comparison];
  const outcomes = [...new Set(seen.map((comparison) => comparison.outcome.observed))].join(" or ");
  const lags = seen.flatMap(({ lag }) => lag ?? []);
  const observed = seen.some(isWrong) ? `**${outcomes}**` : outcomes;
  return [
    shape,
    container,
    ...momentCells(signalsOf(seen)),
    ...momentCells(endsOf(seen)),
    outcome.predicted,
    observed,
    spread(lags),
  ];
}

/** Predicted, observed, error. */
function momentCells(moments: readonly Moment[]): string[] {
  const [first] = moments;
  if (first === undefined) return ["", "none", ""];
  const { min, max } = first.predicted;
  const worst = moments.map(({ error }) => error).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return [
    min === max ? number(min) : `${number(min)} to ${number(max)}`,
    spread(moments.map(({ observed }) => observed)),
    number(worst, 2),
  ];
}

const errorCells = ({ count, p50, p95, max }: Errors): string[] => [
  String(count),
  number(p50, 2),
  number(p95, 2),
  number(max, 2),
];

function spread(values: readonly number[]): string {
  if (values.length === 0) return "";
  const [least, greatest] = [number(Math.min(...values), 2), number(Math.max(...values), 2)];
  return least === greatest ? least : `${least} to ${greatest}`;
}

function number(value: number, digits?: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "forever" : "none";
  // No "-0.00".
  return digits === undefined ? String(value) : (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits);
}

const line = (columns: readonly string[]): string => `| ${columns.join(" | ")} |`;
