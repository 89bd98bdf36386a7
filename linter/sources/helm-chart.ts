import { sep } from "node:path";
import { builtin } from "../builtin.ts";
import { shownName, type FoundFile, type Renderable } from "../reading/files.ts";
import { loadBytes, type FileNames, type LoadedFile } from "../reading/load.ts";
import type { Terminal } from "../terminal.ts";
import { splitHelmOutput } from "./helm-output.ts";
import { nothingRendered } from "./nothing-rendered.ts";
import { runProgram } from "./program.ts";
import type { RenderOptions } from "./render-options.ts";
import type { ReadOptions, RenderedFolder } from "./rendered-folder.ts";
import { archivedTemplates, templatesOf } from "./chart-templates.ts";
import { templateRendering } from "./template-rendering.ts";

const { realpathSync } = builtin("node:fs");

/** A chart as helm renders it: a loaded file for each of its templates, or why there is none. */
export async function renderChart(
  helm: string,
  chart: Renderable,
  found: readonly FoundFile[],
  options: RenderOptions,
  { strict, configName }: ReadOptions,
  terminal: Terminal,
): Promise<RenderedFolder> {
  const templates = chart.kind === "archive" ? archivedTemplates(chart, found) : templatesOf(chart, found);
  if ("failure" in templates) return templates;
  const printed = await runProgram(helm, helmArguments(chart, options), terminal);
  if ("failure" in printed) return { failure: `helm ${printed.failure}` };
  const values = options.values.map((file) => ` --values ${shownName(terminal.cwd, file)}`).join("");
  const command = `helm template ${chart.folder}${values}`;
  const realValues = new Set(options.values.map((file) => realpathSync(file)));
  const dependsOn = (path: string): boolean =>
    path === chart.real || path.startsWith(chart.real + sep) || realValues.has(path);
  const files: LoadedFile[] = [];
  const rendered = new Set<string>();
  const namesOf = (file: string, path: string): FileNames => ({
    file,
    path,
    configFile: configName(file, path),
    named: true,
  });
  for (const made of splitHelmOutput(printed.stdout.toString("utf8"))) {
    const written = templates.written(made.template);
    rendered.add(written.path);
    const loaded = await loadBytes(namesOf(written.file, written.path), Buffer.from(made.text), strict);
    files.push({ ...loaded, rendering: templateRendering(made, written, command, dependsOn) });
  }
  const rest = templates.all.filter(({ path }) => !rendered.has(path));
  // An archive that makes nothing at all is accounted for by itself.
  if (chart.kind === "archive" && files.length + rest.length === 0) rest.push({ file: chart.folder, path: chart.path });
  for (const { file, path } of rest)
    files.push(
      nothingRendered(
        namesOf(file, path),
        `renders to nothing; no manifest is made of it with these values of ${chart.folder}`,
      ),
    );
  return { files, judged: templates.judged };
}

/** Each argument is one that helm takes for what it is: whatever begins with a dash, holds a comma or looks like a URL. */
function helmArguments({ path }: Renderable, options: RenderOptions): string[] {
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
