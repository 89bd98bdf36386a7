import { positionAt } from "../../policies/manifests/source.ts";
import { fileStart, type Region } from "../judging/positions.ts";
import type { WrittenTemplate } from "./chart-templates.ts";
import type { RenderedTemplate } from "./helm-output.ts";
import type { Rendering, WrittenPlace } from "./rendering.ts";
import { templateMap, type LineOfTemplate } from "./template-map.ts";

/** How helm made a text, and where in the template it was written. The template is read when somebody asks. */
export function templateRendering(
  { template, text }: RenderedTemplate,
  written: WrittenTemplate,
  command: string,
  dependsOn: Rendering["dependsOn"],
): Rendering {
  let lines: readonly string[] = [];
  let lineOf: LineOfTemplate | undefined;
  const readTemplate = (): LineOfTemplate => {
    const made = written.text();
    lines = made.split(/\r\n|\n|\r/);
    return templateMap(made, text);
  };
  return {
    command: template === "" ? command : `${command} -s ${template}`,
    notFixed: "helm renders this text: change the template or its values",
    dependsOn,
    writtenAt({ source, span }): WrittenPlace {
      lineOf ??= readTemplate();
      const found = lineOf(positionAt(source, span.start).line - 1);
      if (found === undefined) return { file: written.file, region: fileStart, precision: "file" };
      const marked = found.precision === "exact" ? source.text.slice(span.start, span.end) : "";
      const region = regionIn(lines[found.line] ?? "", found.line, marked);
      return { file: written.file, region, precision: found.precision };
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
