import { indentedAs, type Indented } from "./nesting.ts";

/** A line of a Go template, as far as its text says what it can become. */
export interface TemplateLine extends Indented {
  /** From 0. */
  readonly index: number;
  /** Which part between two `---` it is in, from 0. */
  readonly section: number;
  /** Inside of a `range` or a `define`: it may make any number of lines. */
  readonly repeats: boolean;
  /** The text around the line's actions; one where it has none. Without the blanks at the line's ends. */
  readonly literals: readonly string[];
}

/** The lines of a template that have text of their own, which tells them from others: not `{{- if .x }}`, `- {{ . }}` or comments. */
export function templateLines(template: string): readonly TemplateLine[] {
  const lines: TemplateLine[] = [];
  const blocks: string[] = [];
  let section = 0;
  for (const [index, line] of marked(template)
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.startsWith("---")) section += 1;
    for (const [mark] of line.matchAll(marks)) {
      if (mark === endMark) blocks.pop();
      else if (mark !== actionMark) blocks.push(mark);
    }
    const text = line.replaceAll(marks, actionMark);
    const literals = text.trim().split(actionMark);
    if (isTelling(literals))
      lines.push({ ...indentedAs(text), index, section, repeats: blocks.includes(repeatMark), literals });
  }
  return lines;
}

// Each stands for an action of a template; no YAML holds them.
const actionMark = "\0";
const repeatMark = "\u0001";
const blockMark = "\u0002";
const endMark = "\u0003";
// oxlint-disable-next-line no-control-regex
const marks = /[\0-\u0003]/g;

/** The template with a mark for each action, on each of its lines, so that lines keep their numbers. */
const marked = (template: string): string =>
  template.replaceAll(marks, "").replaceAll(/\{\{-?\s*(\w*).*?(?:\}\}|$)/gs, (text, word: string) => {
    const lineBreaks = text
      .replaceAll(/[^\r\n]+/g, "")
      .replaceAll(/\r\n|\n|\r/g, (lineBreak) => lineBreak + actionMark);
    return markOf(word) + lineBreaks;
  });

function markOf(word: string): string {
  switch (word) {
    case "range":
    case "define":
      return repeatMark;
    case "if":
    case "with":
    case "block":
      return blockMark;
    case "end":
      return endMark;
    default:
      return actionMark;
  }
}

const isTelling = (literals: readonly string[]): boolean =>
  !literals[0]?.startsWith("#") && (literals.length === 1 ? /\w/ : /\w\w/).test(literals.join(" "));

/** Whether a line of a template can become this text, given without the blanks at its ends. */
export function canBecome({ literals }: TemplateLine, text: string): boolean {
  const first = literals[0] ?? "";
  if (literals.length === 1) return text === first;
  const start = first.trimEnd();
  const last = (literals.at(-1) ?? "").trimStart();
  const end = text.length - last.length;
  let from = start.length;
  if (from > end || !text.startsWith(start) || !text.endsWith(last)) return false;
  for (const literal of literals.slice(1, -1)) {
    const found = text.indexOf(literal, from);
    if (found === -1 || found + literal.length > end) return false;
    from = found + literal.length;
  }
  return true;
}
