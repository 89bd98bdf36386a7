import { formatPath } from "../../policies/path.ts";
import type { Term } from "../../policies/shutdown/term.ts";
import type { Waiver } from "../../policies/waiver.ts";
import { isFixable, type PlacedFinding, type Report } from "../report.ts";

/** The report as the public JSON contract, `linter/findings.schema.json`. */
export function reportJson(report: Report): string {
  const { files, objects } = report;
  const output = {
    version: 1,
    findings: report.findings.map(jsonFinding),
    files: { linted: files.linted, skipped: files.skipped.map(({ file, reason }) => ({ file, reason })) },
    objects: {
      checked: objects.checked,
      notRelevant: [...objects.notRelevant.values()].reduce((sum, count) => sum + count, 0),
      skipped: objects.skipped.length,
    },
  };
  return `${JSON.stringify(output, null, 2)}\n`;
}

function jsonFinding(finding: PlacedFinding): object {
  const { rule, severity, verdict, message, file, region, object } = finding;
  return {
    rule,
    severity,
    verdict,
    message,
    file,
    // Null, not left out: every finding has the same fields.
    line: region?.line ?? null,
    column: region?.column ?? null,
    endLine: region?.endLine ?? null,
    endColumn: region?.endColumn ?? null,
    object:
      object === undefined
        ? null
        : { apiVersion: object.apiVersion, kind: object.kind, namespace: object.namespace ?? null, name: object.name },
    container: finding.container ?? null,
    path: formatPath(finding.at),
    evidence: finding.evidence.map(jsonTerm),
    facts: finding.facts,
    fixable: isFixable(finding),
    waived: finding.waived === undefined ? null : jsonWaiver(finding.waived),
  };
}

function jsonTerm({ term, seconds, known, origin }: Term): object {
  return {
    term,
    // JSON has no infinity: null is "not known" or "endless", and `unknown` tells which.
    min: finite(seconds.min),
    max: finite(seconds.max),
    unknown: !known,
    origin: {
      kind: origin.kind,
      text: origin.text,
      ...(origin.at === undefined ? {} : { path: formatPath(origin.at) }),
      ...(origin.source === undefined ? {} : { source: origin.source }),
    },
  };
}

const finite = (seconds: number): number | null => (seconds === Infinity ? null : seconds);

function jsonWaiver({ owner, reason, expires, ticket, origin }: Waiver): object {
  return { owner, reason, expires, ...(ticket === undefined ? {} : { ticket }), origin };
}
