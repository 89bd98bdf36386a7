import { join, sep } from "node:path";
import { builtin } from "../builtin.ts";
import { isBelow, shownName, type FoundFile, type RenderableFolder } from "../files.ts";
import { loadBytes, type LoadedFile } from "../load.ts";
import type { Terminal } from "../terminal.ts";
import { splitHelmOutput } from "./helm-output.ts";
import { nothingRendered } from "./nothing-rendered.ts";
import { runProgram } from "./program.ts";
import type { RenderOptions } from "./render-options.ts";
import type { ReadOptions, RenderedFolder } from "./rendered-folder.ts";
import { statsOf } from "./stats-of.ts";
import { templateRendering } from "./template-rendering.ts";

const { realpathSync } = builtin("node:fs");

/** A chart as helm renders it: a loaded file for each of its templates, or why there is none. */
export async function renderChart(
  helm: string,
  chart: RenderableFolder,
  found: readonly FoundFile[],
  options: RenderOptions,
  { strict, configName }: ReadOptions,
  terminal: Terminal,
): Promise<RenderedFolder> {
  const printed = runProgram(helm, helmArguments(chart, options), terminal);
  if ("failure" in printed) return { failure: `helm ${printed.failure}` };
  const values = options.values.map((file) => ` --values ${shownName(terminal.cwd, file)}`).join("");
  const command = `helm template ${chart.folder}${values}`;
  const real = chart.real + sep;
  const realValues = new Set(options.values.map((file) => realpathSync(file)));
  const dependsOn = (path: string): boolean => path.startsWith(real) || realValues.has(path);
  const files: LoadedFile[] = [];
  const rendered = new Set<string>();
  for (const made of splitHelmOutput(printed.stdout.toString("utf8"))) {
    const written = writtenTemplate(chart, made.template);
    rendered.add(written.path);
    const names = { ...written, configFile: configName(written.file, written.path), named: true };
    const loaded = await loadBytes(names, Buffer.from(made.text), strict);
    files.push({ ...loaded, rendering: templateRendering(made, written, command, dependsOn) });
  }
  const judged = found.filter(({ file, named }) => !named && isTemplate(chart, file));
  for (const { file, path } of judged) {
    if (rendered.has(path)) continue;
    const names = { file, path, configFile: configName(file, path), named: false };
    files.push(nothingRendered(names, `renders to nothing with these values of ${chart.folder}`));
  }
  return { files, judged };
}

/** Each argument is one that helm takes for what it is: whatever begins with a dash, holds a comma or looks like a URL. */
function helmArguments({ path }: RenderableFolder, options: RenderOptions): string[] {
  const named = (["namespace", "kube-version"] as const).flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  return [
    "template",
    // Read by helm as a line of CSV.
    ...options.values.map((file) => `--values="${file.replaceAll('"', '""')}"`),
    ...options.set.map((value) => `--set=${value}`),
    ...named,
    "--",
    options["release-name"] ?? "release-name",
    path,
  ];
}

/** Templates of the chart and of the charts in it. */
const isTemplate = ({ folder }: RenderableFolder, file: string): boolean =>
  isBelow(file, folder) &&
  /^(?:charts\/[^/]+\/)*templates\//.test(folder === "." ? file : file.slice(folder.length + 1));

/** A template that is no file of the chart's, as one in an archive of a dependency, is named by the chart. */
function writtenTemplate(chart: RenderableFolder, template: string): { file: string; path: string } {
  const under = chart.folder === "." ? "" : `${chart.folder}/`;
  const path = join(chart.path, template);
  const isOurs = template !== "" && !template.split("/").includes("..") && statsOf(path)?.isFile() === true;
  return isOurs
    ? { file: `${under}${template}`, path }
    : { file: `${under}Chart.yaml`, path: join(chart.path, "Chart.yaml") };
}
