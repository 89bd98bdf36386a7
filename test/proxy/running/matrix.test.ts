import { beforeAll, describe, expect, it } from "vitest";
import { nameOf, pairwiseCells } from "../shutdown/cell.ts";
import { proxies } from "../shutdown/proxies.ts";
import type { Outcome } from "../shutdown/run-cell.ts";
import { runCells } from "../shutdown/run-cells.ts";

const cells = pairwiseCells();
const outcomes = new Map<string, Outcome>();
const skipped: string[] = [];

/** The pairwise subset; `npm run test:matrix` runs all cells. What is left behind is seen in /proc. */
describe.runIf(process.platform === "linux")("the shutdown matrix", () => {
  beforeAll(async () => {
    const ours = proxies.find(({ name }) => name === "gracewarden")!;
    const missing = ours.missing();
    if (missing !== undefined) throw new Error(`dist/gracewarden-proxy.js: ${missing}`);
    const all = await runCells(ours, cells, {
      atOnce: 6,
      onSkip: (ending, why) => {
        skipped.push(ending);
        process.stderr.write(`SKIPPED: the ending "${ending}" of the shutdown matrix: ${why}\n`);
      },
    });
    for (const outcome of all) outcomes.set(nameOf(outcome.cell), outcome);
  }, 300_000);

  it.for(cells.map((cell) => [nameOf(cell), cell] as const))("%s", ([name, { ending }], { skip }) => {
    skip(skipped.includes(ending), `"${ending}" cannot be tried on this machine`);
    const { faults, output } = outcomes.get(name)!;
    expect({ faults, output: faults.length > 0 ? output : "" }).toEqual({ faults: [], output: "" });
  });
});
