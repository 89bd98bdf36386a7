import type { Review } from "../review.ts";
import { findingList } from "./finding.ts";
import { html } from "./markup.ts";
import type { Section } from "./page.ts";

const severities = [
  ["error", "Errors"],
  ["warn", "Warnings"],
  ["advice", "Advice"],
] as const;

/** What is certainly wrong and not accepted, the gravest first. */
export function findingsSection(review: Review): Section {
  const open = review.report.findings.filter(({ verdict, waived }) => verdict === "fail" && waived === undefined);
  return {
    id: "findings",
    title: "Findings",
    body: html`${open.length === 0 ? html`<p>Nothing contradicts itself in what was judged.</p>` : undefined}${severities.map(
      ([severity, title]) => {
        const of = open.filter((finding) => finding.severity === severity);
        if (of.length === 0) return undefined;
        return html`<h3 id="findings-${severity}">
            <span class="badge ${severity}">${severity}</span> ${title} (${of.length})
          </h3>
          ${findingList(of, review)}`;
      },
    )}`,
  };
}
