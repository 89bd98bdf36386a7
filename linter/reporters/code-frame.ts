import type { Source } from "../../policies/manifests/source.ts";
import { printable, type Paint } from "../color.ts";
import type { Region } from "../positions.ts";

/** The finding's line, marked, under the line before it. Long lines are cut around the place. */
export function codeFrame(source: Source, region: Region, width: number, paint: Paint): string[] {
  const lines = linesAround(source.text, region.line);
  const gutter = String(region.line).length;
  const room = Math.max(20, width - gutter - 7);
  const marked = lines.at(-1) ?? "";
  const end = region.endLine === region.line ? region.endColumn : marked.length + 1;
  const from = region.column - 1 > room - 10 ? region.column - 1 - Math.floor(room / 3) : 0;
  const shown = (line: string): string => {
    const cut = printable(line.slice(from, from + room).replaceAll("\t", " "));
    return `${from > 0 ? "…" : ""}${cut}${line.length > from + room ? "…" : ""}`;
  };
  const column = region.column - 1 - from + (from > 0 ? 1 : 0);
  const length = Math.max(1, Math.min(end - region.column, room - column));
  return [
    ...lines.slice(0, -1).map((line, index) => {
      const number = String(region.line - lines.length + 1 + index).padStart(gutter);
      return paint("dim", `  ${number} │ ${shown(line)}`.trimEnd());
    }),
    `${paint("red", ">")} ${paint("bold", String(region.line))} ${paint("dim", "│")} ${shown(marked)}`.trimEnd(),
    `  ${" ".repeat(gutter)} ${paint("dim", "│")} ${" ".repeat(column)}${paint("red", "^".repeat(length))}`,
  ];
}

/** The line with a number and the one before it, without blank ones. */
function linesAround(text: string, line: number): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let number = 1; number <= line; number++) {
    const lineBreak = text.indexOf("\n", start);
    const end = lineBreak === -1 ? text.length : lineBreak;
    if (number >= line - 1) lines.push(text.slice(start, end).replace(/\r$/, ""));
    if (lineBreak === -1) break;
    start = end + 1;
  }
  return lines.length === 2 && lines[0]?.trim() === "" ? lines.slice(1) : lines;
}
