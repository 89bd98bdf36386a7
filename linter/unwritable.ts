import type { Source } from "../policies/manifests/source.ts";
import { isFixable, type PlacedFinding, type Report } from "./report.ts";

/**
 * The report with each fix marked that its text does not take, so that `--fix` is not promised for it. What keeps a fix
 * out is nearly always an anchor, which stands for several places; only texts that have one are asked.
 */
export async function withUnwritable(report: Report): Promise<Report> {
  const anchored = new Map<Source, boolean>();
  const isDoubtful = (finding: PlacedFinding): boolean => {
    const { source } = finding;
    if (source === undefined || !isFixable(finding)) return false;
    let found = anchored.get(source);
    if (found === undefined) anchored.set(source, (found = anchor.test(source.text)));
    return found;
  };
  if (!report.findings.some(isDoubtful)) return report;
  const { toTextEdits, EditError } = await import("../policies/manifests/text-edit.ts");
  const findings = report.findings.map((finding) => {
    const { document, fix, objectAt } = finding;
    if (!isDoubtful(finding) || document === undefined || fix === undefined) return finding;
    try {
      toTextEdits(
        document,
        fix.edits.map((edit) => ({ ...edit, at: [...objectAt, ...edit.at] })),
      );
      return finding;
    } catch (error) {
      if (error instanceof EditError) return { ...finding, unwritable: error.message.replace(/\.$/, "") };
      throw error;
    }
  });
  return { ...report, findings };
}

/** An alias needs one too. What else looks like one costs time only. */
const anchor = /(?:^|[\s[{,:])&\w/;
