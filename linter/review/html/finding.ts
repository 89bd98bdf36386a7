import type { Fix } from "../../../policies/edit.ts";
import { formatPath } from "../../../policies/path.ts";
import { isFixable, placeOf, type PlacedFinding } from "../../judging/report.ts";
import { messageOf } from "../../reporters/sentence.ts";
import { subjectOf } from "../../reporters/subject.ts";
import type { Review } from "../review.ts";
import { ruleText } from "../rule-text.ts";
import { sumLines } from "../sum.ts";
import { folded } from "./folded.ts";
import { html, link, type Content, type Markup } from "./markup.ts";

/** Findings of one severity by rule: what the rule wants and the fact behind it once, then each finding with its sum. */
export function findingList(findings: readonly PlacedFinding[], review: Review): Markup {
  const byRule = [...Map.groupBy(findings, ({ rule }) => rule)].toSorted(([, a], [, b]) => b.length - a.length);
  return html`${byRule.map(([id, group]) => ruleBlock(id, group, review))}`;
}

function ruleBlock(id: string, findings: readonly PlacedFinding[], review: Review): Markup {
  const rule = ruleText(review.report, id);
  const ids = [...new Set(findings.flatMap(({ facts }) => facts))];
  return html`<div class="rule">
    <h4><code>${id}</code> ${rule?.title}</h4>
    ${rule === undefined ? undefined : html`<p>${rule.why}</p>`}
    ${
      ids.length === 0
        ? undefined
        : html`<details class="why">
            <summary>What Kubernetes does (${ids.length} ${ids.length === 1 ? "fact" : "facts"})</summary>
            <ul>
              ${ids.map((fact) => {
                const { ref, statement, sources } = review.facts[fact];
                return html`<li>
                  <b>${ref}</b> ${statement}
                  <span class="sources">${sources.slice(0, 2).map((source) => html`${link(source)} `)}</span>
                </li>`;
              })}
            </ul>
          </details>`
    }
    ${folded(
      findings.length,
      "finding",
      html`<ul class="findings">
        ${findings.map(findingItem)}
      </ul>`,
    )}
  </div> `;
}

function findingItem(finding: PlacedFinding): Markup {
  const { at, fix } = finding;
  const path = formatPath(at);
  return html`<li>
    <p class="where">
      <b>${subjectOf(finding)}</b>
      <code>${placeOf(finding)}</code>${path === "" ? undefined : html` <code class="path">${path}</code>`}
    </p>
    <p>${messageOf(finding)}</p>
    ${sumTable(finding)}${fix === undefined ? undefined : html`<p class="fix">${fixText(finding, fix)}</p>`}
  </li> `;
}

function sumTable({ evidence }: PlacedFinding): Content {
  if (evidence.length === 0) return undefined;
  return html`<table class="sum">
    <caption>
      Required against observed
    </caption>
    <tbody>
      ${sumLines(evidence).map(
        ({ role, name, seconds, origin, source }) =>
          html`<tr class="${role}">
            <th scope="row">${name}</th>
            <td class="number">${seconds}</td>
            <td>${origin}${source === undefined ? undefined : html` ${link(source)}`}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function fixText(finding: PlacedFinding, { title, safe }: Fix): Content {
  const { region, verdict, unwritable } = finding;
  if (region === undefined && safe && verdict === "fail")
    return html`Safe fix: ${title} (${unwritable}, or by a <a href="#remediation">command</a>)`;
  if (isFixable(finding)) return html`Safe fix: ${title} (in the <a href="#remediation">patch</a>)`;
  return unwritable === undefined ? html`Fix, yours to judge: ${title}` : html`Fix by hand (${unwritable}): ${title}`;
}
