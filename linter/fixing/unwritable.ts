import { valueAt } from "../../policies/path.ts";
import type { Source } from "../../policies/manifests/source.ts";
import { editsOf } from "./fix-text.ts";
import { isFixable, type PlacedFinding, type Report } from "../judging/report.ts";

/**
 * The report with each fix marked that its text does not take, so that `--fix` is not promised for it. What keeps a fix
 * out is nearly always an anchor, which stands for several places; only texts that have one are asked.
 */
export async function withUnwritable(report: Report): Promise<Report> {
  const anchors = new Map<Source, Anchors>();
  const isDoubtful = (finding: PlacedFinding): boolean => {
    const { source } = finding;
    if (source === undefined || !isFixable(finding)) return false;
    let found = anchors.get(source);
    if (found === undefined) anchors.set(source, (found = anchorsIn(source.text)));
    return found === "on collections" || (found === "on scalars" && writesOver(finding));
  };
  if (!report.findings.some(isDoubtful)) return report;
  const { EditError } = await import("../../policies/manifests/text-edit.ts");
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

type Anchors = "none" | "on scalars" | "on collections";

function anchorsIn(text: string): Anchors {
  let found: Anchors = "none";
  for (const { index } of text.matchAll(anchor)) {
    scalarAnchor.lastIndex = index;
    if (!scalarAnchor.test(text)) return "on collections";
    found = "on scalars";
  }
  return found;
}

/** An alias needs one too. What else looks like one costs time only. */
const anchor = /(?<![^\s[{,:])&\w/g;
/** Behind it surely stands a scalar, on the same line. */
const scalarAnchor = /&[\w-]+[ \t]+[\w./"'-](?![^\r\n]*:(?:\s|$))/y;

/** What adds a field where there was none does not touch a scalar. */
const writesOver = ({ fix, document, objectAt }: PlacedFinding): boolean =>
  fix?.edits.some(({ op, at }) => op !== "set" || valueAt(document?.value, [...objectAt, ...at]) !== undefined) ===
  true;
