import { formatPath } from "../path.ts";
import type { Finding } from "../run.ts";
import type { ValidateDecision } from "./decision.ts";

/** One audit annotation tells no more than this: an event of the audit log has room for other things too. */
const maxLength = 4096;

/** What the API server's audit log is told: rules and places, never a value out of the object (F16). */
export function auditOf({
  findings,
  crashes,
  notEvaluated,
}: Pick<ValidateDecision, "findings" | "crashes" | "notEvaluated">): Readonly<Record<string, string>> {
  const standing = findings.filter(({ finding }) => finding.waived === undefined);
  const failing = standing.filter(({ finding }) => finding.verdict === "fail");
  const parts: readonly [string, readonly string[]][] = [
    ...[...Map.groupBy(failing, ({ enforcement }) => enforcement)].map(([enforcement, group]): [string, string[]] => [
      enforcement,
      group.map(({ finding }) => place(finding)),
    ]),
    ["undetermined", standing.flatMap(({ finding }) => (finding.verdict === "undetermined" ? [place(finding)] : []))],
    [
      "waived",
      findings.flatMap(({ finding }) =>
        finding.waived === undefined ? [] : [`${place(finding)} until ${finding.waived.expires}`],
      ),
    ],
    ["crashed", crashes.map(({ rule, enforcement }) => `${rule} (${enforcement})`)],
    ["not-evaluated", notEvaluated],
  ];
  return Object.fromEntries(
    parts.filter(([, items]) => items.length > 0).map(([key, items]) => [key, fitting([...new Set(items)])]),
  );
}

const place = ({ rule, at }: Finding): string => `${rule} ${formatPath(at)}`;

function fitting(items: readonly string[]): string {
  let text = "";
  for (const [index, item] of items.entries()) {
    const next = text === "" ? item : `${text}; ${item}`;
    if (next.length > maxLength) return `${text}; and ${items.length - index} more`;
    text = next;
  }
  return text;
}
