import type { Fact } from "../../policies/facts/fact.ts";
import type { FactId } from "../../policies/facts/facts.ts";
import { formatPath } from "../../policies/path.ts";
import type { Rule } from "../../policies/rule.ts";
import type { Crash } from "../../policies/run.ts";
import type { Region } from "../judging/positions.ts";
import { isFixable, type NotEvaluated, type PlacedFinding, type Report } from "../judging/report.ts";
import { version } from "../command-line/version.ts";
import { fingerprints } from "./fingerprint.ts";
import { messageOf } from "./sentence.ts";

const level = { advice: "note", warn: "warning", error: "error" } as const;

/** The report as SARIF 2.1.0, for code scanning and editors. */
export function reportSarif(report: Report, facts: Readonly<Record<FactId, Fact>>): string {
  const indexOf = new Map(report.rules.map(({ id }, index) => [id, index]));
  const fingerprint = fingerprints();
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "gracewarden",
            version,
            semanticVersion: version,
            informationUri: "https://www.npmjs.com/package/gracewarden",
            rules: report.rules.map((rule) => descriptor(rule, facts)),
          },
        },
        invocations: [
          {
            executionSuccessful: report.crashes.length === 0,
            toolExecutionNotifications: [
              ...report.crashes.map(notification),
              ...(report.cluster?.notEvaluated ?? []).map(unread),
            ],
          },
        ],
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "The folder in which gracewarden ran." } } },
        results: report.findings.map((finding) =>
          result(finding, indexOf.get(finding.rule) ?? -1, fingerprint(finding)),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptor(rule: Rule, facts: Readonly<Record<FactId, Fact>>): object {
  const cited = rule.cites.map((id) => ({ id, ...facts[id] }));
  const list = cited.map(
    ({ ref, statement, sources }) =>
      `- ${statement} (${ref}${sources[0] === undefined ? "" : `, [source](${sources[0]})`})`,
  );
  const helpUri = cited[0]?.sources[0];
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)(.)/g, (_match, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: oneLine(rule.why) },
    help: {
      text: rule.why,
      markdown: [rule.why, ...(list.length > 0 ? ["", "What Kubernetes does:", "", ...list] : [])].join("\n"),
    },
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: level[rule.severity] },
    properties: { tags: ["kubernetes", "shutdown", rule.category] },
  };
}

function result(finding: PlacedFinding, ruleIndex: number, fingerprint: string): object {
  const { rule, severity, verdict, file, region, waived, object, container, rendered } = finding;
  const name = object === undefined ? undefined : region === undefined ? file : `${object.kind}/${object.name}`;
  const logical = [name, container].filter((part) => part !== undefined).join("/");
  return {
    ruleId: rule,
    ...(ruleIndex === -1 ? {} : { ruleIndex }),
    // What cannot be told is "open", and anything but "fail" has no level (3.27.9, 3.27.10).
    ...(verdict === "fail" ? { level: level[severity] } : { kind: "open", level: "none" }),
    message: { text: messageOf(finding) },
    locations: [
      {
        ...(region === undefined ? {} : { physicalLocation: physicalLocation(file, region) }),
        ...(logical === "" ? {} : { logicalLocations: [{ fullyQualifiedName: logical, kind: "resource" }] }),
      },
    ],
    partialFingerprints: { "gracewarden/v1": fingerprint },
    ...(waived === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: waived.origin === "annotation" ? "inSource" : "external",
              status: "accepted",
              justification: `${waived.reason} (owner: ${waived.owner}, expires: ${waived.expires}${waived.ticket === undefined ? "" : `, ${waived.ticket}`})`,
            },
          ],
        }),
    properties: {
      path: formatPath(finding.at),
      fixable: isFixable(finding),
      ...(rendered !== undefined && { rendered: { command: rendered.command, line: rendered.region.line } }),
      ...(finding.fix === undefined ? {} : { fix: finding.fix.title }),
    },
  };
}

function physicalLocation(file: string, { line, column, endLine, endColumn }: Region): object {
  return {
    artifactLocation: { uri: uriOf(file), uriBaseId: "%SRCROOT%" },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  };
}

function notification({ rule, object, cause }: Crash): object {
  const message = `rule ${rule} crashed on ${object.kind}/${object.name}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return { level: "error", message: { text: message }, associatedRule: { id: rule } };
}

function unread({ what, refused, rules }: NotEvaluated): object {
  const without = rules.length === 0 ? "" : `; without it also ${rules.join(", ")}`;
  return { level: "warning", message: { text: `not evaluated: ${what}${without} (${refused ?? "left out"})` } };
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

/** A relative file name as a URI reference; a colon in its first segment would read as a scheme. */
function uriOf(file: string): string {
  const uri = file.split("/").map(encodeURIComponent).join("/");
  return uri.startsWith("/") ? `file://${uri}` : uri;
}
