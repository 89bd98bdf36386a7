import { formatPath } from "../../policies/path.ts";
import type { Interval } from "../../policies/shutdown/interval.ts";
import type { Term } from "../../policies/shutdown/term.ts";
import type { Waiver } from "../../policies/waiver.ts";
import { isFixable, type ClusterAccount, type PlacedFinding, type Report } from "../judging/report.ts";

/** The text of `--format json`. */
export const reportJson = (report: Report): string => `${JSON.stringify(jsonReport(report), null, 2)}\n`;

/** The report as the public JSON contract, `linter/findings.schema.json`. */
export function jsonReport(report: Report) {
  const { files, objects } = report;
  return {
    version: 1,
    findings: report.findings.map(jsonFinding),
    files: { linted: files.linted, skipped: files.skipped.map(({ file, reason }) => ({ file, reason })) },
    objects: {
      checked: objects.checked,
      notRelevant: [...objects.notRelevant.values()].reduce((sum, count) => sum + count, 0),
      skipped: objects.skipped.length,
    },
    ...(report.cluster === undefined ? {} : { cluster: jsonCluster(report.cluster) }),
  };
}

const jsonCluster = ({ notEvaluated, ...cluster }: ClusterAccount): object => ({
  ...cluster,
  notEvaluated: notEvaluated.map(({ what, refused, grant, rules }) => ({
    what,
    refused: refused ?? null,
    grant,
    rules,
  })),
});

function jsonFinding(finding: PlacedFinding): object {
  const { rule, severity, verdict, message, file, region, object, rendered } = finding;
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
    rendered:
      rendered === undefined
        ? null
        : { command: rendered.command, line: rendered.region.line, precision: rendered.precision },
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

/** A term of a sum, as the schema has it. */
export function jsonTerm({ term, seconds, known, origin }: Term): object {
  return {
    term,
    ...jsonInterval(seconds),
    unknown: !known,
    origin: {
      kind: origin.kind,
      text: origin.text,
      ...(origin.at === undefined ? {} : { path: formatPath(origin.at) }),
      ...(origin.source === undefined ? {} : { source: origin.source }),
    },
  };
}

/** JSON has no infinity: null is "not known" or "endless"; of a term, `unknown` tells which. */
export const jsonInterval = ({ min, max }: Interval) => ({ min: finite(min), max: finite(max) });

const finite = (seconds: number): number | null => (seconds === Infinity ? null : seconds);

function jsonWaiver({ owner, reason, expires, ticket, origin }: Waiver): object {
  return { owner, reason, expires, ...(ticket === undefined ? {} : { ticket }), origin };
}
