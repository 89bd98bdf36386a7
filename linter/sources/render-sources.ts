import { resolve } from "node:path";
import { builtin } from "../builtin.ts";
import { programError } from "../errors.ts";
import type { FoundFile, FoundFiles, RenderableFolder } from "../files.ts";
import type { LoadedFile } from "../load.ts";
import type { Terminal } from "../terminal.ts";
import { renderChart, type ReadOptions } from "./helm-chart.ts";
import { findProgram } from "./program.ts";
import { chartOption, type RenderOptions } from "./render-options.ts";

const { statSync } = builtin("node:fs");

/** What became of the charts and kustomizations of a run. */
export interface RenderedSources {
  readonly files: readonly LoadedFile[];
  /** Found files that are judged by what was rendered of them. */
  readonly judged: ReadonlySet<FoundFile>;
  /** Something was to be rendered and could not be. It was said. */
  readonly failed: boolean;
  /** Why a file is judged as it is written, though something can be made of it. */
  readonly asWritten: (path: string) => string | undefined;
}

/** Renders what is to be rendered: the folders that were named, with `--render` those below them too. */
export async function renderSources(
  found: FoundFiles,
  options: RenderOptions,
  reading: ReadOptions,
  terminal: Terminal,
): Promise<RenderedSources> {
  const charts = outermost(found.renderable.filter(({ kind }) => kind === "chart"));
  const wanted = options["no-render"] ? [] : charts.filter(({ named }) => named || options.render);
  const helm = findProgram("helm", terminal);
  const given = checkChartOptions(options, wanted, helm, terminal);
  const files: LoadedFile[] = [];
  const judged = new Set<FoundFile>();
  const reasons = new Map<string, string>();
  let failed = false;
  const tell = (text: string): unknown => terminal.stderr.write(`gracewarden: ${text}\n`);
  for (const chart of charts) {
    if (!wanted.includes(chart)) {
      reasons.set(
        chart.path,
        options["no-render"] ? "" : `; name ${chart.folder} or use --render to have helm render it`,
      );
    } else if (helm === undefined) {
      const sentence = `helm is not on the PATH, so ${chart.folder} is not rendered`;
      reasons.set(chart.path, `; ${sentence}`);
      tell(`${sentence}: its templates are judged as far as they are literal`);
      failed ||= options.render;
    } else {
      const made = await renderChart(helm, chart, found.files, given, reading, terminal);
      if ("failure" in made) {
        tell(`${chart.folder} is not rendered: helm ${made.failure}`);
        reasons.set(chart.path, `; helm cannot render ${chart.folder}`);
        failed = true;
      } else {
        files.push(...made.files);
        for (const file of made.judged) judged.add(file);
      }
    }
  }
  return {
    files,
    judged,
    failed,
    asWritten: (path) => [...reasons].find(([folder]) => path.startsWith(`${folder}/`))?.[1],
  };
}

/** Charts inside of another one are rendered with it. */
const outermost = (charts: readonly RenderableFolder[]): RenderableFolder[] =>
  charts.filter(({ path }) => !charts.some((other) => path.startsWith(`${other.path}/charts/`)));

/** What is said to helm is meant for one chart, and must not be lost. Files are named by their whole path. */
function checkChartOptions(
  options: RenderOptions,
  charts: readonly RenderableFolder[],
  helm: string | undefined,
  { cwd }: Terminal,
): RenderOptions {
  const used = chartOption(options);
  if (used === undefined) return options;
  if (options["no-render"]) throw programError("options-exclude", `--${used}`, "--no-render");
  if (charts.length !== 1) {
    const which = charts.length === 0 ? "there is none" : `there are ${charts.length}`;
    throw programError("one-chart", `--${used}`, `${which}: name the chart's folder, the one with Chart.yaml in it`);
  }
  if (helm === undefined) throw programError("no-helm", `--${used}`);
  const values = options.values.map((file) => {
    const path = resolve(cwd, file);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
      throw programError("unreadable-file", file, "does not exist: --values needs a file on this machine");
    return path;
  });
  return { ...options, values };
}
