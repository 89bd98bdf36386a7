import type { TextEdit } from "../../policies/manifests/text-edit.ts";
import { isFixable, type PlacedFinding } from "../judging/report.ts";

/** A text with the fixes applied that could be applied together. */
export interface FixedText {
  readonly text: string;
  readonly applied: readonly PlacedFinding[];
  /** Fixes whose place the text does not let them change, and why. */
  readonly failed: readonly { readonly finding: PlacedFinding; readonly cause: unknown }[];
}

/** Applies the findings' safe fixes to the text that they were found in. Of two that touch, the first; the other has its turn in the next round. */
export async function fixText(text: string, findings: readonly PlacedFinding[]): Promise<FixedText> {
  // Here, since most runs fix nothing and need no writer of YAML.
  const { applyTextEdits } = await import("../../policies/manifests/text-edit.ts");
  const taken: TextEdit[] = [];
  const applied: PlacedFinding[] = [];
  const failed: { finding: PlacedFinding; cause: unknown }[] = [];
  for (const finding of findings) {
    if (!isFixable(finding)) continue;
    let edits: readonly TextEdit[];
    try {
      edits = await editsOf(finding);
    } catch (cause) {
      failed.push({ finding, cause });
      continue;
    }
    const touches = edits.some((edit) => taken.some((other) => edit.start <= other.end && other.start <= edit.end));
    if (touches || edits.length === 0) continue;
    taken.push(...edits);
    applied.push(finding);
  }
  return { text: taken.length === 0 ? text : applyTextEdits(text, taken), applied, failed };
}

/** What a finding's fix changes in the text that it was found in. Throws an EditError where the text cannot be changed so. */
export async function editsOf({ fix, document, objectAt }: PlacedFinding): Promise<readonly TextEdit[]> {
  if (fix === undefined || document === undefined) return [];
  const { toTextEdits } = await import("../../policies/manifests/text-edit.ts");
  return toTextEdits(
    document,
    fix.edits.map((edit) => ({ ...edit, at: [...objectAt, ...edit.at] })),
  );
}
