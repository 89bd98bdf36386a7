import { applyEdits, type Edit } from "../edit.ts";
import { applyTextEdits, type TextEdit } from "./apply-text-edits.ts";
import { isParsed, type Document } from "./document.ts";
import { EditError } from "./edit-error.ts";
import { joinTextEdits } from "./join-text-edits.ts";
import { layoutOf } from "./layout.ts";
import { ManifestRefusal } from "./manifest-refusal.ts";
import { parseValue } from "./parse-document.ts";
import { reconcile } from "./reconcile.ts";
import { isSameValue } from "./same-value.ts";

export { applyTextEdits, type TextEdit } from "./apply-text-edits.ts";
export { EditError } from "./edit-error.ts";

/**
 * The smallest edits of the source's text that make its document say what the edits say: comments, quotes, line breaks
 * and order of the rest stay. Several edits come out merged, so give all of one fix at once. The result is parsed before
 * it is returned. Throws an EditError where this text cannot be changed without changing other things.
 */
export function toTextEdits(document: Document, edits: readonly Edit[]): readonly TextEdit[] {
  if (!isParsed(document)) throw new EditError("This document was not read from text, so that no text can be edited.");
  const { source, piece, value } = document;
  const wanted = wantedValue(value, edits);
  const text = source.text.slice(piece.start, piece.end);
  const root = document.tree();
  const place = { kind: "root", valueStart: root.start, column: 0, inFlow: false } as const;
  const changes = joinTextEdits(text, [...reconcile(layoutOf(text, root), root, place, value, wanted)]);
  if (!says(applyTextEdits(text, changes), wanted)) {
    throw new EditError("This text cannot be edited without changing more than was asked for: change it by hand.");
  }
  return changes.map((change) => ({ ...change, start: change.start + piece.start, end: change.end + piece.start }));
}

function wantedValue(value: unknown, edits: readonly Edit[]): unknown {
  let wanted: unknown;
  try {
    wanted = applyEdits(value, edits);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new EditError(`This document does not have the shape that the edit needs: ${cause.message}.`, { cause });
  }
  if (wanted === undefined) throw new EditError("A whole document cannot be removed from its file.");
  return wanted;
}

/** Written again, a value must be read as the same one; what this page's code did not foresee is found here. */
function says(text: string, wanted: unknown): boolean {
  try {
    return isSameValue(parseValue(text).value, wanted);
  } catch (error) {
    if (error instanceof ManifestRefusal) return false;
    throw error;
  }
}
