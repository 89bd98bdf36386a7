import type { Source } from "../policies/manifests/source.ts";
import { editsOf } from "./fix-text.ts";
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
  const { EditError } = await import("../policies/manifests/text-edit.ts");
  const findings: PlacedFinding[] = [];
  for (const finding of report.findings) {
    let unwritable: string | undefined;
    try {
      if (isDoubtful(finding)) await editsOf(finding);
    } catch (error) {
      if (!(error instanceof EditError)) throw error;
      unwritable = error.message.replace(/\.$/, "");
    }
    findings.push(unwritable === undefined ? finding : { ...finding, unwritable });
  }
  return { ...report, findings };
}

/** An alias needs one too. What else looks like one costs time only. */
const anchor = /(?:^|[\s[{,:])&\w/;
