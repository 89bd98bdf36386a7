import type { Patch, Review } from "./review.ts";
import { ruleText } from "./rule-text.ts";
import type { Scope } from "./scope.ts";
import { controls, controlsOf, type ControlId } from "./controls.ts";
import { bullets, code, fenced, plain, tableLines } from "./markdown-text.ts";
import { isNotable, namespaceWords, outcomeWords } from "./signal-words.ts";
import { stateWords } from "./html/waivers-section.ts";
import { sumLines } from "./sum.ts";
import { messageOf } from "../reporters/sentence.ts";
import { subjectOf } from "../reporters/subject.ts";
import { formatSeconds } from "../../policies/shutdown/interval.ts";
import { placeOf, type PlacedFinding } from "../judging/report.ts";

/** The review in short, for a ticket or a merge request. */
export function reviewMarkdown(review: Review): string {
  const lines = [
    "# Shutdown review",
    "",
    ...head(review),
    "",
    ...findings(review),
    ...notEvaluated(review),
    ...signals(review),
    ...clocks(review),
    ...waivers(review),
    ...remediation(review),
    ...controlLines(review),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function head({ version, date, scope, configuration, report, workloads }: Review): string[] {
  return bullets([
    `Scope: ${scopeText(scope)}`,
    `Date: ${date.toISOString().slice(0, 16).replace("T", " ")} UTC; gracewarden ${version}`,
    `Configuration: ${configuration.file === undefined ? "none (defaults)" : `${code(configuration.file)}, SHA-256 ${configuration.fileHash ?? ""}`}; settings SHA-256 ${configuration.settingsHash}`,
    `Looked at: ${report.cluster === undefined ? `${report.files.linted} files, ` : ""}${report.objects.checked} objects judged, ${workloads.length} workloads`,
    ...(report.cluster === undefined
      ? []
      : [`Pods held against the webhook: ${report.cluster.pods}; slipped past it: ${report.cluster.slipped}`]),
    ...(report.known === undefined ? [] : [`Findings known from the baseline and not listed: ${report.known}`]),
  ]);
}

const codes = (texts: readonly string[]): string => texts.map(code).join(" ");

function scopeText(scope: Scope): string {
  if (scope.kind === "files")
    return `${codes(scope.paths)}${scope.context.length === 0 ? "" : `; for relations only: ${codes(scope.context)}`}`;
  const { context, server, namespaces, selector } = scope;
  const where = namespaces.length === 0 ? "all namespaces" : `namespaces ${codes(namespaces)}`;
  return `cluster ${code(context)} at ${code(server)}, ${where}${selector === undefined ? "" : `, workloads with labels ${code(selector)}`}`;
}

const isOpen = ({ waived }: PlacedFinding): boolean => waived === undefined;

function findings({ report, facts }: Review): string[] {
  const open = report.findings.filter((finding) => isOpen(finding) && finding.verdict === "fail");
  const lines = ["## Findings", ""];
  if (open.length === 0) return [...lines, "Nothing contradicts itself in what was judged.", ""];
  for (const severity of ["error", "warn", "advice"] as const) {
    const of = open.filter((finding) => finding.severity === severity);
    if (of.length === 0) continue;
    lines.push(`### ${severity} (${of.length})`, "");
    for (const [id, group] of Map.groupBy(of, ({ rule }) => rule)) {
      const [fact] = group[0]?.facts ?? [];
      const title = ruleText(report, id)?.title ?? "";
      lines.push(
        `**${code(id)}** ${plain(title)}${fact === undefined ? "" : `. ${plain(facts[fact].statement)} (${facts[fact].ref})`}`,
        "",
      );
      lines.push(...bullets(group.map(findingLine)), "");
    }
  }
  return lines;
}

function findingLine(finding: PlacedFinding): string {
  const { evidence } = finding;
  const sum = sumLines(evidence).map(({ name, seconds }) => `${name} ${seconds}`);
  return `${plain(subjectOf(finding))} ${code(placeOf(finding))}: ${plain(messageOf(finding))}${sum.length === 0 ? "" : ` (${plain(sum.join("; "))})`}`;
}

function notEvaluated({ report, off }: Review): string[] {
  const undetermined = report.findings.filter((finding) => isOpen(finding) && finding.verdict === "undetermined");
  const entries = [
    ...(report.cluster?.notEvaluated ?? []).map(
      ({ what, refused, grant, rules }) =>
        `${code(what)}: ${refused === undefined ? "left out by --without" : `refused (${plain(refused)}); grant ${plain(grant)}`}${rules.length === 0 ? "" : `; without it also ${rules.map(code).join(" ")}`}`,
    ),
    ...report.crashes.map(
      ({ rule, object }) => `rule ${code(rule)} crashed on ${plain(`${object.kind}/${object.name}`)}`,
    ),
    ...off.map(({ rule, where }) => `rule ${code(rule)} was off ${plain(where)}`),
    ...undetermined.map((finding) => `undetermined: ${code(finding.rule)} ${findingLine(finding)}`),
    ...report.files.skipped.map(({ file, reason }) => `${code(file)}: ${plain(reason)}`),
    ...report.objects.skipped.map(
      ({ file, line, name, reason }) => `${plain(name)} ${code(`${file}:${line}`)}: ${plain(reason)}`,
    ),
    ...[...report.objects.notRelevant].map(([kind, number]) => `${number} of kind ${code(kind)}: cannot matter`),
  ];
  return ["## What was not evaluated, and why", "", ...(entries.length === 0 ? ["Nothing."] : bullets(entries)), ""];
}

function signals({ workloads }: Review): string[] {
  const rows = workloads
    .filter((workload) => isNotable(workload.signals))
    .map(({ name, place, signals: { namespace, paths, powers } }) => [
      plain(name),
      code(place),
      namespaceWords[namespace],
      paths.map(({ container, signal }) => `${plain(container.name)}: ${outcomeWords[signal]}`).join("; "),
      powers
        .map(({ from, to, why }) =>
          plain(
            `${from.name} to ${to
              .slice(0, 12)
              .map((one) => one.name)
              .join(", ")}${to.length > 12 ? ", …" : ""} (${why})`,
          ),
        )
        .join("; "),
    ]);
  const title = ["## PID namespaces and signal paths", ""];
  if (rows.length === 0) return [...title, "No workload shares a PID namespace or loses the stop signal.", ""];
  return [
    ...title,
    ...tableLines(["Workload", "Place", "PID namespace", "Stop signal", "Who may signal whom"], rows),
    "",
  ];
}

function clocks({ workloads }: Review): string[] {
  const rows = workloads.flatMap(({ name, place, timeline: { grace, rows: containers } }) =>
    containers.map(({ container, hook, drain, outcome }) => [
      plain(name),
      code(place),
      plain(container.name),
      formatSeconds(grace.seconds),
      hook === undefined ? "" : hook.known ? formatSeconds(hook.seconds) : "unknown",
      drain.known ? formatSeconds(drain.seconds) : "unknown",
      outcome === "undetermined" ? "undetermined" : outcome,
    ]),
  );
  return [
    "## The clock at a deletion",
    "",
    ...tableLines(["Workload", "Place", "Container", "Grace", "preStop", "Needs", "Ends"], rows),
    "",
  ];
}

function waivers({ waivers: all }: Review): string[] {
  const rows = all.map(({ rule, state, expires, owner, reason, ticket, scope }) => [
    code(rule),
    stateWords[state],
    expires,
    plain(owner),
    plain(reason),
    plain(ticket ?? ""),
    plain(scope),
  ]);
  return [
    "## Waivers",
    "",
    ...(rows.length === 0
      ? ["None."]
      : tableLines(["Rule", "State", "Last day", "Owner", "Reason", "Ticket", "For"], rows)),
    "",
  ];
}

function remediation({ patches, notPatched }: Review): string[] {
  return [
    "## Remediation",
    "",
    ...(patches.length === 0 ? ["No finding has a fix that can be applied unattended.", ""] : patchLines(patches)),
    ...bullets(notPatched.map((sentence) => `not in the patch: ${plain(sentence)}`)),
    "",
  ];
}

/** Of files one patch; of live objects, whose makers may undo it, commands. */
function patchLines(patches: readonly Patch[]): string[] {
  const [language] = patches.map((patch) => patch.language);
  const text = patches.map((patch) => patch.text).join("");
  if (language !== "sh") return fenced("diff", text);
  return [
    "Where nothing keeps the objects from manifests, which are to be mended first (`gracewarden lint --fix`):",
    "",
    ...fenced("sh", text),
  ];
}

function controlLines({ report }: Review): string[] {
  const rows = (Object.keys(controls) as ControlId[]).flatMap((id) => {
    const rules = report.rules.filter((rule) => controlsOf(rule).includes(id)).map((rule) => code(rule.id));
    return rules.length === 0 ? [] : [[`${id} ${controls[id]}`, rules.join(" ")]];
  });
  return [
    "## Controls that these rules support",
    "",
    "NIST SP 800-53 Rev. 5. A rule supports a control on one technical point; it does not satisfy it.",
    "",
    ...tableLines(["Control", "Rules"], rows),
  ];
}
