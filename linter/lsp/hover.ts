import type { Hover, Position } from "vscode-languageserver";
import { facts } from "../../policies/facts/facts.ts";
import { painter } from "../color.ts";
import { fileStart } from "../judging/positions.ts";
import type { PlacedFinding } from "../judging/report.ts";
import { budgetLines } from "../reporters/budget.ts";
import { code, fenced, plain } from "../review/markdown-text.ts";
import { clockAt } from "./clock.ts";
import type { JudgedDocument } from "./judge-documents.ts";
import { rangeAt, rangeOf, touches } from "./ranges.ts";

const width = 80;

/** What is known of a place: the findings there with their sums and facts, and the clock at what sets it. */
export function hoverAt({ document, file, findings }: JudgedDocument, position: Position): Hover | undefined {
  const here = findings.filter(({ region }) => touches(rangeOf(region ?? fileStart), rangeAt(position)));
  const clock = clockAt(file, document.offsetAt(position));
  const parts = [...here.map(explain), ...(clock === undefined ? [] : [fenced("text", clock).join("\n")])];
  if (parts.length === 0) return undefined;
  const [first] = here;
  return {
    contents: { kind: "markdown", value: parts.join("\n\n---\n\n") },
    ...(first === undefined ? {} : { range: rangeOf(first.region ?? fileStart) }),
  };
}

/** Texts from a manifest are escaped: whoever wrote it is not whoever looks at it. */
function explain(finding: PlacedFinding): string {
  const { rule, severity, verdict, message, evidence, fix } = finding;
  const sum = evidence.length === 0 ? [] : fenced("text", budgetLines(finding, width, painter(false)).join("\n"));
  const known = finding.facts.map((id) => {
    const { ref, statement, sources } = facts[id];
    return `- [${ref} ${id}](${sources[0] ?? ""}) ${plain(statement)}`;
  });
  return [
    `**${verdict === "undetermined" ? "undetermined" : severity}** ${code(rule)}`,
    "",
    plain(message),
    "",
    ...sum,
    ...known,
    ...(fix === undefined ? [] : ["", `fix: ${plain(fix.title)}`]),
  ].join("\n");
}
