import { EditError } from "./edit-error.ts";

/** Replaces the text between two UTF-16 offsets; `start` = `end` inserts. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The text with all edits made. Throws an EditError where two of them concern the same place: which comes first would
 * change the meaning, so the second belongs into another round, on the text that the first one gave.
 */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let done = 0;
  let previous: TextEdit | undefined;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (previous !== undefined && (edit.start < previous.end || edit.start === previous.start)) {
      throw new EditError("Two edits concern the same place: make one, read the file again, then make the other.");
    }
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
    previous = edit;
  }
  return result + text.slice(done);
}
