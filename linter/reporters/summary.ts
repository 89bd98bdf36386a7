import { printable, type Paint } from "../color.ts";
import { isFixable, type ClusterAccount, type Report } from "../judging/report.ts";
import { hang, wrap } from "../command-line/wrap.ts";

export interface SummaryOptions {
  readonly width: number;
  readonly paint: Paint;
  readonly verbose: boolean;
  readonly hidden: number;
}

/** What was found and what was looked at: two or three lines that account for every file and object. */
export function summary(report: Report, { width, paint, verbose, hidden }: SummaryOptions): string[] {
  const { files, objects } = report;
  const open = report.findings.filter(({ waived }) => waived === undefined);
  const of = (severity: string): number => open.filter((finding) => finding.severity === severity).length;
  const undetermined = open.filter(({ verdict }) => verdict === "undetermined").length;
  const waived = report.findings.length - open.length;
  const counts = [
    count(of("error"), "error", "errors"),
    count(of("warn"), "warning", "warnings"),
    of("advice") === 0 ? "" : `${of("advice")} advice${undetermined === 0 ? "" : ` (${undetermined} undetermined)`}`,
  ].filter((part) => part !== "");
  const fixable = open.filter(isFixable).length;
  const remarks = [
    ...(fixable === 0 ? [] : [`${fixable} can be fixed with --fix`]),
    ...(waived === 0 ? [] : [`${waived} waived`]),
    ...(report.known === undefined || report.known === 0 ? [] : [`${report.known} known from the baseline`]),
    ...(hidden === 0 ? [] : [`${hidden} below the bar not shown`]),
  ];
  const findings =
    open.length === 0 ? "no findings" : `${count(open.length, "finding", "findings")}: ${counts.join(", ")}`;
  const style = of("error") > 0 ? "red" : of("warn") > 0 ? "yellow" : "green";
  const mark = open.length === 0 ? "✔" : "✖";
  const notRelevant = [...objects.notRelevant.values()].reduce((sum, number) => sum + number, 0);
  const looked = [
    ...(report.cluster === undefined ? [amount(files.linted, "file", "files")] : []),
    `${amount(objects.checked, "object", "objects")} checked`,
    ...(notRelevant === 0 ? [] : [`${notRelevant} not relevant`]),
  ].join(", ");
  const lines = [
    paint([style, "bold"], `${mark} ${hang(wrap([findings, ...remarks].join("; "), width - 2), "  ")}`),
    paint("dim", `  ${looked}`),
  ];
  if (report.cluster !== undefined)
    for (const line of clusterLines(report.cluster, verbose))
      lines.push(paint("dim", `  ${hang(wrap(printable(line), width - 2), "  ")}`));
  for (const [what, skipped] of [
    [["file", "files"], files.skipped],
    [["object", "objects"], objects.skipped],
  ] as const) {
    if (skipped.length === 0) continue;
    const reasons = groupReasons(skipped.map(({ reason }) => reason));
    const text = `${count(skipped.length, what[0], what[1])} skipped: ${reasons}`;
    lines.push(paint("dim", `  ${hang(wrap(text, width - 2), "  ")}`));
  }
  if (verbose) {
    for (const { file, reason } of files.skipped) lines.push(paint("dim", `    ${printable(`${file}: ${reason}`)}`));
    for (const { file, line, name, reason } of objects.skipped)
      lines.push(paint("dim", `    ${printable(`${file}:${line} ${name}: ${reason}`)}`));
  }
  return lines;
}

/** What of a cluster was looked at and what was not. */
function clusterLines(cluster: ClusterAccount, verbose: boolean): string[] {
  const { context, server, pods, slipped, throughMaker, over, notEvaluated } = cluster;
  const counts = [
    ...(throughMaker === 0 ? [] : [`${amount(throughMaker, "object", "objects")} judged as what made them`]),
    ...(over === 0 ? [] : [`${over} over`]),
    ...(pods === 0 ? [] : [`${amount(pods, "pod", "pods")} held against the webhook, ${slipped} slipped through`]),
  ];
  return [
    `cluster ${context} (${server})${counts.length === 0 ? "" : `: ${counts.join(", ")}`}`,
    ...notEvaluated.map(({ what, refused, rules }) => {
      const why = refused === undefined ? "left out" : `refused${verbose ? ` (${refused})` : ""}`;
      return `not evaluated: ${what}, ${why}${rules.length === 0 ? "" : `; without it also ${rules.join(", ")}`}`;
    }),
  ];
}

export const amount = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

const count = (number: number, one: string, many: string): string => (number === 0 ? "" : amount(number, one, many));

/** `12 Go template, 3 empty`: the details of a reason, as the container's name, are for --verbose. */
function groupReasons(reasons: readonly string[]): string {
  const groups = new Map<string, number>();
  for (const reason of reasons) {
    const group = reason.startsWith("container ")
      ? "container without an image"
      : (/^[^:;]+/.exec(reason)?.[0] ?? reason);
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return [...groups]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, number]) => `${number} ${printable(reason)}`)
    .join(", ");
}
