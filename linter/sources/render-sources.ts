import type { FoundFiles } from "../reading/files.ts";
import type { Terminal } from "../terminal.ts";
import { buildKustomizations } from "./build-kustomizations.ts";
import { renderCharts } from "./render-charts.ts";
import type { RenderedSources } from "./render-outcome.ts";
import type { RenderOptions } from "./render-options.ts";
import { RenderRun } from "./render-run.ts";
import type { ReadOptions } from "./rendered-folder.ts";

/** What became of the charts and kustomizations of a run. */
export interface RenderedRun {
  readonly linted: RenderedSources;
  readonly context: RenderedSources;
}

/**
 * Renders what is to be rendered: what was named, with `--render` the folders below, too. What is read for relations only
 * (`around`, beside what is linted) is rendered alike.
 */
export async function renderSources(
  found: FoundFiles,
  around: FoundFiles,
  options: RenderOptions,
  reading: ReadOptions,
  terminal: Terminal,
): Promise<RenderedRun> {
  const run = new RenderRun(found, around, options, reading, terminal);
  await renderCharts(run);
  await buildKustomizations(run);
  return run;
}
