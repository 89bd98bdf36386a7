import type { Severity } from "../../../policies/rule.ts";
import type { Review } from "../review.ts";
import { count, html, table, type Content } from "./markup.ts";
import type { Section } from "./page.ts";

const severities: readonly Severity[] = ["error", "warn", "advice"];

/** What was looked at, with what, and the numbers. */
export function summarySection(review: Review): Section {
  const { report, configuration, scope, date, version, workloads } = review;
  const notRelevant = [...report.objects.notRelevant.values()].reduce((sum, number) => sum + number, 0);
  const entries: readonly (readonly [string, Content])[] = [
    ["Scope", scope.paths.map((path) => html`<code>${path}</code> `)],
    ...(scope.context.length === 0
      ? []
      : [["Read for relations only", scope.context.map((path) => html`<code>${path}</code> `)] as const]),
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
      `${count(report.files.linted, "file")}, ${count(report.objects.checked, "object")} judged, ${count(workloads.length, "workload")} with pods; ${count(notRelevant, "object")} of kinds that cannot matter`,
    ],
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

const number = (list: readonly unknown[], id?: string): Content =>
  list.length > 0 && id !== undefined ? html`<a href="#${id}">${list.length}</a>` : list.length;
