import type { Source } from "../../policies/manifests/source.ts";
import { printable, type Paint } from "../color.ts";
import type { Region } from "../judging/positions.ts";

/** The finding's line, marked, under the line before it. Long lines are cut around the place. */
export function codeFrame(source: Source, offset: number, region: Region, width: number, paint: Paint): string[] {
  const lines = linesAround(source.text, offset);
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

/** The line with an offset in it and the one before it, without blank ones. */
function linesAround(text: string, offset: number): string[] {
  const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  const lineBreak = text.indexOf("\n", offset);
  const marked = text.slice(start, lineBreak === -1 ? text.length : lineBreak).replace(/\r$/, "");
  if (start === 0) return [marked];
  const before = text.slice(text.lastIndexOf("\n", start - 2) + 1, start - 1).replace(/\r$/, "");
  return before.trim() === "" ? [marked] : [before, marked];
}
