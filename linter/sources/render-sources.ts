import { shownName, type FoundFiles, type Renderable } from "../files.ts";
import type { Terminal } from "../terminal.ts";
import { checkChartOptions, withoutChartOptions } from "./chart-options.ts";
import { renderChart } from "./helm-chart.ts";
import { kustomizationTree, type KustomizationTree } from "./kustomization-tree.ts";
import { isInner, isWanted } from "./left-as-written.ts";
import { buildKustomization, findKustomize } from "./kustomize.ts";
import { findProgram } from "./program.ts";
import { RenderOutcome, type RenderedSources } from "./render-outcome.ts";
import type { RenderOptions } from "./render-options.ts";
import type { ReadOptions } from "./rendered-folder.ts";

/** What became of the charts and kustomizations of a run. */
export interface RenderedRun {
  readonly linted: RenderedSources;
  readonly context: RenderedSources;
}

/**
 * Renders what is to be rendered: the folders that were named, with `--render` those below them too. What is read for
 * relations only (`around`, beside what is linted) is rendered alike.
 */
export async function renderSources(
  found: FoundFiles,
  around: FoundFiles,
  options: RenderOptions,
  reading: ReadOptions,
  terminal: Terminal,
): Promise<RenderedRun> {
  const linted = new RenderOutcome(found, options, terminal, "judged");
  const context = new RenderOutcome(around, options, terminal, "read");
  const all = [...found.renderable, ...around.renderable];
  const isLinted = new Set(found.renderable);
  const outcomeOf = (one: Renderable): RenderOutcome => (isLinted.has(one) ? linted : context);
  const wanted = (...kinds: readonly Renderable["kind"][]): Renderable[] =>
    all.filter((one) => kinds.includes(one.kind) && isWanted(one, options));

  const charts: Renderable[] = [];
  for (const one of wanted("chart", "archive")) {
    if (isInner(one, all)) outcomeOf(one).leave(one, "rendered with the chart that it is a part of");
    else charts.push(one);
  }
  const helm = findProgram("helm", terminal);
  // What is said to helm is for the chart that is linted; where none is, for the one around.
  const told = charts.some((one) => isLinted.has(one)) ? charts.filter((one) => isLinted.has(one)) : charts;
  const given = checkChartOptions(options, told, helm, terminal);
  for (const chart of charts) {
    const outcome = outcomeOf(chart);
    if (helm === undefined) {
      outcome.miss(chart, options, "helm is not on the PATH");
      continue;
    }
    const said = told.includes(chart) ? given : withoutChartOptions(options);
    outcome.add(chart, await renderChart(helm, chart, outcome.found.files, said, reading, terminal));
  }

  const kustomizations = wanted("kustomization");
  const kustomize = kustomizations.length === 0 ? undefined : findKustomize(terminal);
  const trees = new Map<Renderable, KustomizationTree>();
  for (const one of kustomizations) {
    const tree = await kustomizationTree(one.path);
    if ("refused" in tree) outcomeOf(one).add(one, { failure: `${shownName(terminal.cwd, tree.refused)} ${tree.why}` });
    else trees.set(one, tree);
  }
  for (const [one, tree] of trees) {
    const outcome = outcomeOf(one);
    const others = [...trees].filter(([other]) => other !== one && mayHold(other, one, isLinted));
    if ((tree.isComponent && !one.named) || others.some(([, other]) => other.folders.has(one.real))) {
      outcome.leave(one, "judged in what others build of it");
      continue;
    }
    if (kustomize === undefined) outcome.miss(one, options, "neither kubectl nor kustomize is on the PATH");
    else outcome.add(one, await buildKustomization(kustomize, one, tree, outcome.found.files, reading, terminal));
  }
  return { linted, context };
}

/**
 * A base that another one of the run includes is judged there, unless it was named. What is linted is never left to what
 * is not; and what is linted is not read once more.
 */
const mayHold = (other: Renderable, one: Renderable, isLinted: ReadonlySet<Renderable>): boolean =>
  isLinted.has(other) ? !isLinted.has(one) || !one.named : !isLinted.has(one) && !one.named;
