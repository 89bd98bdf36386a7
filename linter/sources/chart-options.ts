import { resolve } from "node:path";
import { programError } from "../errors.ts";
import type { Renderable } from "../reading/files.ts";
import type { Terminal } from "../terminal.ts";
import { chartOption, type RenderOptions } from "./render-options.ts";
import { statsOf } from "./stats-of.ts";

/** What is said to helm is meant for one chart, and must not be lost. Throws a ProgramError. The result names files by their whole path. */
export function checkChartOptions(
  options: RenderOptions,
  charts: readonly Renderable[],
  helm: string | undefined,
  { cwd }: Terminal,
): RenderOptions {
  const used = chartOption(options);
  if (used === undefined) return options;
  if (options["no-render"]) throw programError("options-exclude", `--${used}`, "--no-render");
  // All charts of a run are for one cluster, while values, a name and a namespace are a chart's own.
  const isForAll = used === "kube-version" && charts.length > 0;
  if (charts.length !== 1 && !isForAll) {
    const which = charts.length === 0 ? "there is none" : `there are ${charts.length}`;
    throw programError(
      "one-chart",
      `--${used}`,
      `${which}: name the chart's folder, the one with Chart.yaml in it, or its archive`,
    );
  }
  if (helm === undefined) throw programError("no-helm", `--${used}`);
  const values = options.values.map((file) => {
    const path = resolve(cwd, file);
    if (statsOf(path)?.isFile() !== true)
      throw programError("unreadable-file", file, "does not exist: --values needs a file on this machine");
    return path;
  });
  return { ...options, values };
}

/** For the charts that nothing is said about: they are rendered for the same cluster. */
export const withoutChartOptions = (options: RenderOptions): RenderOptions => ({
  ...options,
  values: [],
  set: [],
  "release-name": undefined,
  namespace: undefined,
});
