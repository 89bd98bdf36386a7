import { join } from "node:path";
import { builtin } from "../builtin.ts";
import { isBelow, manifestName, type FoundFile, type Renderable } from "../reading/files.ts";
import { maxBytes } from "../reading/read-bytes.ts";
import { readPackagedChart } from "./packaged-chart.ts";
import { statsOf } from "./stats-of.ts";

const { readFileSync } = builtin("node:fs");

/** The templates of a chart, in a folder or an archive. */
export interface ChartTemplates {
  /** Those that can make manifests. */
  readonly all: readonly { readonly file: string; readonly path: string }[];
  /** What stands for what helm says that it made a text of. */
  readonly written: (template: string) => WrittenTemplate;
  /** Found files that are judged by what is rendered. */
  readonly judged: readonly FoundFile[];
}

export interface WrittenTemplate {
  /** As reports call it: of an archive, its name and the name in it (`shop-1.2.3.tgz/templates/web.yaml`). */
  readonly file: string;
  readonly path: string;
  /** Empty where it is not known: then no line of it is. */
  readonly text: () => string;
}

/** Templates of a chart and of the charts in it. */
const isTemplate = (name: string): boolean => /^(?:charts\/[^/]+\/)*templates\//.test(name);

export function templatesOf(chart: Renderable, found: readonly FoundFile[]): ChartTemplates {
  const under = chart.folder === "." ? "" : `${chart.folder}/`;
  const judged = found.filter(
    ({ file, named }) => !named && isBelow(file, chart.folder) && isTemplate(file.slice(under.length)),
  );
  return {
    all: judged,
    judged,
    written(template) {
      const path = join(chart.path, template);
      // Helm prints what a template has it print: a name that is no file of the chart's is the chart's own.
      const isOurs = template !== "" && !template.split("/").includes("..") && statsOf(path)?.isFile() === true;
      return isOurs
        ? { file: `${under}${template}`, path, text: () => textOf(path) }
        : { file: `${under}Chart.yaml`, path: join(chart.path, "Chart.yaml"), text: () => "" };
    },
  };
}

/** Those in a packaged chart, read before helm gets it. */
export function archivedTemplates(
  chart: Renderable,
  found: readonly FoundFile[],
): ChartTemplates | { readonly failure: string } {
  const packed = readPackagedChart(chart.real);
  if ("failure" in packed) return packed;
  const place = (name: string): { file: string; path: string } => ({
    file: `${chart.folder}/${name}`,
    path: join(chart.path, name),
  });
  return {
    all: [...packed.names].filter((name) => isTemplate(name) && manifestName.test(name)).map(place),
    judged: found.filter(({ path }) => path === chart.path),
    written(template) {
      const text = packed.textOf(template);
      return text === undefined
        ? { file: chart.folder, path: chart.path, text: () => "" }
        : { ...place(template), text: () => text };
    },
  };
}

/** Empty where it cannot be read: then no line of it is known. */
function textOf(path: string): string {
  try {
    return (statsOf(path)?.size ?? 0) > maxBytes ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
