import type { PlacedFinding } from "../judging/report.ts";
import { subjectOf } from "./subject.ts";

/** A finding in one line: what it is about, and its message. */
export function sentenceOf(finding: PlacedFinding): string {
  const subject = subjectOf(finding);
  return subject === "" ? messageOf(finding) : `${subject}: ${messageOf(finding)}`;
}

/** The message, for formats that show neither path nor code: where the line is not the one at fault, it says where that is. */
export function messageOf({ message, rendered }: PlacedFinding): string {
  if (rendered === undefined || rendered.precision === "exact") return message;
  const why =
    rendered.precision === "near" ? "this is the nearest line to it here" : "no line here is known to make it";
  return `${message} (line ${rendered.region.line} of \`${rendered.command}\`; ${why})`;
}
