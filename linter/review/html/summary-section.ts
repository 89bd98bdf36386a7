import type { Severity } from "../../../policies/rule.ts";
import type { Report } from "../../judging/report.ts";
import type { Review } from "../review.ts";
import type { Scope } from "../scope.ts";
import { count, html, table, type Content } from "./markup.ts";
import type { Section } from "./page.ts";

const severities: readonly Severity[] = ["error", "warn", "advice"];

/** What was looked at, with what, and the numbers. */
export function summarySection(review: Review): Section {
  const { report, configuration, scope, date, version, workloads } = review;
  const entries: readonly Entry[] = [
    ...scopeEntries(scope),
    [
      "Date",
      html`<time datetime="${date.toISOString()}">${date.toISOString().replace("T", " ").slice(0, 16)} UTC</time>`,
    ],
    ["Tool", `gracewarden ${version}`],
    ["Configuration", configuration.file === undefined ? "none: defaults" : html`<code>${configuration.file}</code>`],
    ...(configuration.fileHash === undefined
      ? []
      : [["SHA-256 of that file", html`<code class="hash">${configuration.fileHash}</code>`] as const]),
    [
      "SHA-256 of the settings",
      html`<code class="hash">${configuration.settingsHash}</code> of what
        <code class="nowrap">gracewarden lint --print-config</code> prints`,
    ],
    ["Presets", configuration.presets.join(", ")],
    ["Oldest kubelet", configuration.oldestKubelet],
    [
      "Looked at",
      `${report.cluster === undefined ? `${count(report.files.linted, "file")}, ` : ""}${count(report.objects.checked, "object")} judged, ${count(workloads.length, "workload")} with pods; ${passedOver(report)}`,
    ],
    ...(report.cluster === undefined
      ? []
      : [
          [
            "Held against the webhook",
            `${count(report.cluster.pods, "pod")}, ${report.cluster.slipped} slipped past it`,
          ] as const,
        ]),
    ...(report.known === undefined
      ? []
      : [["Known from the baseline", `${count(report.known, "finding")}, not listed here`] as const]),
  ];
  return {
    id: "summary",
    title: "Scope and result",
    body: html`<dl class="facts">
        ${entries.map(
          ([term, text]) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${text}</dd>
            </div>`,
        )}
      </dl>
      ${table(
        "Findings by severity",
        ["Severity", "open", "waived", "undetermined"],
        severities.map((severity) => {
          const of = report.findings.filter((finding) => finding.severity === severity);
          const open = of.filter(({ waived }) => waived === undefined);
          return [
            html`<span class="badge ${severity}">${severity}</span>`,
            number(
              open.filter(({ verdict }) => verdict === "fail"),
              `findings-${severity}`,
            ),
            number(
              of.filter(({ waived }) => waived !== undefined),
              "waivers",
            ),
            number(
              open.filter(({ verdict }) => verdict === "undetermined"),
              "undetermined",
            ),
          ];
        }),
      )}`,
  };
}

type Entry = readonly [string, Content];

const codes = (texts: readonly string[]): Content => texts.map((text) => html`<code>${text}</code> `);

function scopeEntries(scope: Scope): readonly Entry[] {
  if (scope.kind === "files")
    return [
      ["Scope", codes(scope.paths)],
      ...(scope.context.length === 0 ? [] : [["Read for relations only", codes(scope.context)] as const]),
    ];
  return [
    ["Cluster", codes([scope.context])],
    ["API server", codes([scope.server])],
    ["Namespaces", scope.namespaces.length === 0 ? "all" : codes(scope.namespaces)],
    ...(scope.selector === undefined ? [] : [["Workloads with labels", codes([scope.selector])] as const]),
  ];
}

/** What was counted and not judged itself. */
function passedOver({ objects, cluster }: Report): string {
  if (cluster !== undefined)
    return `${count(cluster.throughMaker, "object")} judged as what made them, ${cluster.over} that run no more`;
  const notRelevant = [...objects.notRelevant.values()].reduce((sum, each) => sum + each, 0);
  return `${count(notRelevant, "object")} of kinds that cannot matter`;
}

const number = (list: readonly unknown[], id?: string): Content =>
  list.length > 0 && id !== undefined ? html`<a href="#${id}">${list.length}</a>` : list.length;
