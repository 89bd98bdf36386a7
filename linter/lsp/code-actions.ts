import {
  CodeActionKind,
  type CodeAction,
  type CodeActionContext,
  type Range,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { EditError } from "../../policies/manifests/edit-error.ts";
import type { TextEdit as OffsetEdit } from "../../policies/manifests/text-edit.ts";
import { fixpoint } from "../fixing/fix-files.ts";
import { editsOf } from "../fixing/fix-text.ts";
import { fileStart } from "../judging/positions.ts";
import { isFixable, type PlacedFinding } from "../judging/report.ts";
import type { JudgedDocument } from "./judge-documents.ts";
import { rangeOf, touches } from "./ranges.ts";

const fixAllKind = `${CodeActionKind.SourceFixAll}.gracewarden`;

/** The kinds that are offered. */
export const codeActionKinds = [CodeActionKind.QuickFix, fixAllKind];

/** How a client takes the edits of a document: in a version where it can, so that one of a text that moved on is refused. */
export type WrapEdits = (document: TextDocument, edits: TextEdit[]) => WorkspaceEdit;

export const wrapEdits =
  (byVersion: boolean): WrapEdits =>
  ({ uri, version }, edits) =>
    byVersion ? { documentChanges: [{ textDocument: { uri, version }, edits }] } : { changes: { [uri]: edits } };

/** What mends the findings of a range, and all that is safe in the document. */
export async function codeActionsAt(
  judged: JudgedDocument,
  range: Range,
  { only, diagnostics }: CodeActionContext,
  wrap: WrapEdits,
): Promise<CodeAction[]> {
  const { document, findings } = judged;
  // Editors keep a byte order mark to themselves. Of one that does not, every offset would be wrong by one.
  if (document.getText().startsWith("\uFEFF")) return [];
  const isWanted = (kind: string): boolean =>
    only === undefined || only.some((wanted) => wanted === "" || kind === wanted || kind.startsWith(`${wanted}.`));
  const actions: CodeAction[] = [];
  if (isWanted(CodeActionKind.QuickFix)) {
    for (const finding of findings) {
      const own = rangeOf(finding.region ?? fileStart);
      const { fix, rule } = finding;
      if (fix === undefined || !touches(own, range)) continue;
      const edits = await textEditsOf(finding, document);
      if (edits.length === 0) continue;
      actions.push({
        // What is not safe unattended is for whoever reads it to judge.
        title: fix.safe ? fix.title : `${fix.title} (look at what it changes)`,
        kind: CodeActionKind.QuickFix,
        isPreferred: isFixable(finding),
        diagnostics: diagnostics.filter((one) => one.code === rule && touches(one.range, own)),
        edit: wrap(document, edits),
      });
    }
  }
  if (isWanted(fixAllKind)) {
    const { edit, count } = await fixAll(judged);
    const title = `Apply the safe fixes of gracewarden (${count})`;
    if (edit !== undefined) actions.push({ title, kind: fixAllKind, edit: wrap(document, [edit]) });
  }
  return actions;
}

async function textEditsOf(finding: PlacedFinding, document: TextDocument): Promise<TextEdit[]> {
  let edits: readonly OffsetEdit[];
  try {
    edits = await editsOf(finding);
  } catch (error) {
    if (error instanceof EditError) return [];
    throw error;
  }
  return edits.map(({ start, end, text }) => ({
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    newText: text,
  }));
}

interface FixedAll {
  readonly edit?: TextEdit;
  readonly count: number;
}

// A memo: editors ask at every move of the cursor.
const fixedAll = new WeakMap<JudgedDocument, Promise<FixedAll>>();

function fixAll(judged: JudgedDocument): Promise<FixedAll> {
  let known = fixedAll.get(judged);
  if (known === undefined) fixedAll.set(judged, (known = computeFixAll(judged)));
  return known;
}

async function computeFixAll({ document, findings, input, judge }: JudgedDocument): Promise<FixedAll> {
  if (!findings.some(isFixable)) return { count: 0 };
  const fixed = await fixpoint(input, judge(input), judge, false);
  const before = document.getText();
  const after = fixed.input.files[0]?.manifest?.source.text ?? before;
  const count = fixed.applied.length;
  return after === before ? { count } : { count, edit: whatDiffers(document, before, after) };
}

/** One edit from the first character that differs to the last: what stands around it stays untouched. */
function whatDiffers(document: TextDocument, before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return {
    range: { start: document.positionAt(start), end: document.positionAt(before.length - same) },
    newText: after.slice(start, after.length - same),
  };
}
