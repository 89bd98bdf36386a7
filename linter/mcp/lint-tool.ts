import { judgeInput } from "../judging/judge-input.ts";
import { isFixable, placeOf, type PlacedFinding, type Report } from "../judging/report.ts";
import { jsonReport } from "../reporters/json.ts";
import { subjectOf } from "../reporters/subject.ts";
import { withUnwritable } from "../fixing/unwritable.ts";
import { crashLines } from "./crash-lines.ts";
import { reportSchema } from "./schemas.ts";
import { readSubject, subjectProperties, type Subject } from "./subject.ts";
import { defineTool } from "./tool.ts";

const ranks = { error: 0, warn: 1, advice: 2 } as const;

export const lintTool = defineTool<Subject & { readonly limit: number }>({
  name: "lint",
  title: "Judge manifests by their shutdown",
  description:
    "Reads Kubernetes manifests, computes how each pod would shut down, and reports what contradicts it: preStop hooks that outlive the grace period, signals that never reach the program, Services that lose requests in a rollout. Every finding has its place, the sum behind it, and fact ids for the tool explain. Undetermined findings say what would settle them.",
  inputSchema: {
    type: "object",
    additionalProperties: false,
    properties: {
      ...subjectProperties,
      limit: {
        type: "integer",
        minimum: 1,
        maximum: 1000,
        default: 100,
        description: "How many findings to give; of more, the most severe.",
      },
    },
  },
  outputSchema: reportSchema,
  async run({ limit, ...subject }, session) {
    const config = await session.config();
    const input = await readSubject(subject, session, config);
    const report = await withUnwritable(judgeInput(input, config.config, session.now()));
    const findings = mostSevere(report.findings, limit);
    const omitted = report.findings.length - findings.length;
    const lines = [
      tally(report),
      ...findings.map(lineOf),
      ...(omitted === 0 ? [] : [`${omitted} more, no more severe: lint a smaller part, or set "limit"`]),
      ...crashLines(report.crashes),
    ];
    return { structured: { ...jsonReport({ ...report, findings }), omitted }, text: lines.join("\n") };
  },
});

const rank = ({ severity, waived }: PlacedFinding): number => ranks[severity] + (waived === undefined ? 0 : 3);

/** In their order; where they are too many, without the least severe. */
function mostSevere(findings: readonly PlacedFinding[], limit: number): readonly PlacedFinding[] {
  if (findings.length <= limit) return findings;
  const kept = new Set([...findings].sort((a, b) => rank(a) - rank(b)).slice(0, limit));
  return findings.filter((finding) => kept.has(finding));
}

function tally({ findings, files, objects }: Report): string {
  const open = findings.filter(({ waived }) => waived === undefined);
  const of = (severity: string): number => open.filter((finding) => finding.severity === severity).length;
  const fixable = open.filter(isFixable).length;
  const skipped = files.skipped.length + objects.skipped.length;
  return [
    open.length === 0
      ? "no findings"
      : `findings: ${open.length} (error ${of("error")}, warn ${of("warn")}, advice ${of("advice")})`,
    ...(fixable === 0 ? [] : [`the tool fix mends ${fixable}`]),
    ...(open.length === findings.length ? [] : [`waived: ${findings.length - open.length}`]),
    `files: ${files.linted}, objects checked: ${objects.checked}`,
    ...(skipped === 0 ? [] : [`not judged: ${skipped}`]),
  ].join("; ");
}

function lineOf(finding: PlacedFinding): string {
  const { rule, severity, verdict, message, waived } = finding;
  const kind = waived !== undefined ? "waived" : verdict === "undetermined" ? "undetermined" : severity;
  return `${placeOf(finding)} ${kind} ${rule} ${subjectOf(finding)}: ${message}`;
}
