import type { TextEdit } from "./apply-text-edits.ts";
import { lineBreakAt } from "./lines.ts";

/** One edit for each place, in the text's order: insertions at one offset keep the order in which they were given, deletions that touch become one. */
export function joinTextEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const joined: TextEdit[] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start))) {
    const last = joined.at(-1);
    const next = last && joinedWith(last, edit);
    if (next === undefined) joined.push(edit);
    else joined[joined.length - 1] = next;
  }
  return withoutEmptyFirstLine(text, joined);
}

function joinedWith(last: TextEdit, edit: TextEdit): TextEdit | undefined {
  if (last.start === edit.start && last.end === last.start) return { ...edit, text: last.text + edit.text };
  const areDeletions = last.text === "" && edit.text === "" && edit.end > edit.start;
  return areDeletions && edit.start <= last.end ? { ...last, end: Math.max(last.end, edit.end) } : undefined;
}

/** Lines are deleted with the break before them, which the first line does not have. */
function withoutEmptyFirstLine(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const [first, second, ...rest] = edits;
  if (first === undefined || first.start > 0 || first.end === 0 || first.text !== "") return [...edits];
  if (second !== undefined && second.start === first.end) {
    return [first, { ...second, text: second.text.slice(lineBreakAt(second.text, 0).length) }, ...rest];
  }
  return [{ ...first, end: first.end + lineBreakAt(text, first.end).length }, ...edits.slice(1)];
}
