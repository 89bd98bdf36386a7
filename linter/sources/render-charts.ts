import type { Renderable } from "../reading/files.ts";
import { checkChartOptions, withoutChartOptions } from "./chart-options.ts";
import { renderChart } from "./helm-chart.ts";
import { isInner } from "./left-as-written.ts";
import { findProgram } from "./program.ts";
import type { RenderRun } from "./render-run.ts";

/** Has helm render the charts of a run, in folders and packaged. Throws a ProgramError for options that fit none. */
export async function renderCharts(run: RenderRun): Promise<void> {
  const { all, options, reading, terminal } = run;
  const charts: Renderable[] = [];
  for (const one of run.wanted("chart", "archive")) {
    if (isInner(one, all)) run.outcomeOf(one).leave(one, "rendered with the chart that it is a part of");
    else charts.push(one);
  }
  const helm = findProgram("helm", terminal);
  // What is said to helm is for the chart that is linted; where none is, for the one around.
  const linted = charts.filter((one) => run.isLinted(one));
  const told = linted.length > 0 ? linted : charts;
  const given = checkChartOptions(options, told, helm, terminal);
  if (helm === undefined) {
    for (const one of charts) run.miss(one, "helm is not on the PATH");
    return;
  }
  await run.render(
    charts.map((one) => ({ one })),
    ({ one: chart }, found) => {
      const said = told.includes(chart) ? given : withoutChartOptions(options);
      return renderChart(helm, chart, found, said, reading, terminal);
    },
  );
}
