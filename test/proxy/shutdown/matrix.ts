// The whole shutdown matrix: `npm run test:matrix -- [--proxy NAME[,NAME]] [--only TEXT] [--subset] [--at-once N] [--verbose]`.
// Ends with 1 where a cell of our own proxy went wrong; peers are measured, not judged.
import { parseArgs } from "node:util";
import { allCells, nameOf, pairwiseCells, type Cell } from "./cell.ts";
import { endProcesses } from "./leftovers.ts";
import { proxies } from "./proxies.ts";
import { describe, report } from "./report.ts";
import { markerOfRun } from "./run-cell.ts";
import { runCells } from "./run-cells.ts";
import { summaries } from "./summary.ts";

const { values } = parseArgs({
  options: {
    proxy: { type: "string", default: "gracewarden" },
    only: { type: "string", default: "" },
    subset: { type: "boolean", default: false },
    "at-once": { type: "string", default: "6" },
    verbose: { type: "boolean", default: false },
  },
});
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const chosen = proxies.filter(({ name }) => values.proxy === "all" || values.proxy.split(",").includes(name));
if (chosen.length === 0)
  throw new Error(`--proxy must name some of ${proxies.map(({ name }) => name).join(", ")}, or all`);
const cells: readonly Cell[] = (values.subset ? pairwiseCells() : allCells).filter((cell) =>
  nameOf(cell).includes(values.only),
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    endProcesses(markerOfRun);
    process.exit(1);
  });
}

const summed: { name: string; outcomes: Awaited<ReturnType<typeof runCells>> }[] = [];
for (const proxy of chosen) {
  const missing = proxy.missing();
  if (missing !== undefined) {
    print(`SKIPPED ${proxy.name}: ${missing}`);
    continue;
  }
  const began = performance.now();
  const outcomes = await runCells(proxy, cells, {
    atOnce: Number(values["at-once"]),
    onSkip: (ending, why) => print(`SKIPPED ending ${ending}: ${why}`),
    onOutcome: (outcome) => {
      if (values.verbose || (outcome.faults.length > 0 && proxy.name === "gracewarden"))
        print(`${describe(outcome)}\n`);
    },
  });
  print(`${report(proxy.name, outcomes)}\n${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  summed.push({ name: proxy.name, outcomes });
  if (proxy.name === "gracewarden" && outcomes.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}
print(summaries(summed));
