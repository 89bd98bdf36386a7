import { join } from "node:path";
import { positionAt } from "../../policies/manifests/source.ts";
import { builtin } from "../builtin.ts";
import type { FoundFile, RenderableFolder } from "../files.ts";
import { loadBytes, type LoadedFile } from "../load.ts";
import { fileStart, type Region } from "../positions.ts";
import { maxBytes } from "../read-bytes.ts";
import type { Terminal } from "../terminal.ts";
import { splitHelmOutput, type RenderedTemplate } from "./helm-output.ts";
import { nothingRendered } from "./nothing-rendered.ts";
import { runProgram } from "./program.ts";
import type { ReadOptions, RenderedFolder } from "./rendered-folder.ts";
import type { RenderOptions } from "./render-options.ts";
import type { Rendering, WrittenPlace } from "./rendering.ts";
import { templateMap, type LineOfTemplate } from "./template-map.ts";

const { readFileSync, realpathSync, statSync } = builtin("node:fs");

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
  const files: LoadedFile[] = [];
  const rendered = new Set<string>();
  for (const made of splitHelmOutput(printed.stdout.toString("utf8"))) {
    const written = writtenTemplate(chart, made.template);
    rendered.add(written.path);
    const names = { ...written, configFile: configName(written.file, written.path), named: true };
    const loaded = await loadBytes(names, Buffer.from(made.text), strict);
    files.push({ ...loaded, rendering: renderingOf(chart, made, written, options.values) });
  }
  const judged = found.filter(({ path, named }) => !named && isTemplate(chart, path));
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
function isTemplate(chart: RenderableFolder, path: string): boolean {
  const below = `${chart.path}/`;
  return path.startsWith(below) && /^(?:charts\/[^/]+\/)*templates\//.test(path.slice(below.length));
}

/** A template that is no file of the chart's, as one in an archive of a dependency, is named by the chart. */
function writtenTemplate(chart: RenderableFolder, template: string): { file: string; path: string } {
  const under = chart.folder === "." ? "" : `${chart.folder}/`;
  const path = join(chart.path, template);
  const isOurs = template !== "" && !template.split("/").includes("..") && isFile(path);
  return isOurs
    ? { file: `${under}${template}`, path }
    : { file: `${under}Chart.yaml`, path: join(chart.path, "Chart.yaml") };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function renderingOf(
  chart: RenderableFolder,
  { template, text }: RenderedTemplate,
  written: { readonly file: string; readonly path: string },
  values: readonly string[],
): Rendering {
  let lines: readonly string[] = [];
  let lineOf: LineOfTemplate | undefined;
  const readTemplate = (): LineOfTemplate => {
    const made = written.path.endsWith(template) ? textOf(written.path) : "";
    lines = made.split(/\r\n|\n|\r/);
    return templateMap(made, text);
  };
  return {
    command: `helm template ${chart.folder}${template === "" ? "" : ` -s ${template}`}`,
    notFixed: "helm renders this text: change the template or its values",
    dependsOn: (path) =>
      path.startsWith(`${realpathSync(chart.path)}/`) || values.some((file) => realpathSync(file) === path),
    writtenAt({ source, span }): WrittenPlace {
      lineOf ??= readTemplate();
      const found = lineOf(positionAt(source, span.start).line - 1);
      if (found === undefined) return { file: written.file, region: fileStart, precision: "file" };
      const marked = found.precision === "exact" ? source.text.slice(span.start, span.end) : "";
      return {
        file: written.file,
        region: regionIn(lines[found.line] ?? "", found.line, marked),
        precision: found.precision,
      };
    },
  };
}

/** Where the marked text stands in a line; the whole line where it does not, or more than once. */
function regionIn(line: string, index: number, marked: string): Region {
  const at = marked === "" ? -1 : line.indexOf(marked);
  const isOnce = at !== -1 && line.indexOf(marked, at + 1) === -1;
  const start = isOnce ? at : line.length - line.trimStart().length;
  const end = isOnce ? at + marked.length : line.trimEnd().length;
  return { line: index + 1, column: start + 1, endLine: index + 1, endColumn: end + 1 };
}

/** Empty where it cannot be read: then no line of it is known. */
function textOf(path: string): string {
  try {
    return statSync(path).size > maxBytes ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
