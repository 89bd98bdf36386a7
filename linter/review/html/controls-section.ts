import { controls, controlsOf, families, type ControlId } from "../controls.ts";
import type { Review } from "../review.ts";
import { html, table, type Content } from "./markup.ts";
import type { Section } from "./page.ts";

/** Which controls the rules give evidence for. */
export function controlsSection({ report }: Review): Section {
  const ids = Object.keys(controls) as ControlId[];
  return {
    id: "controls",
    title: "Controls that these rules support",
    body: html`<p>
        NIST SP 800-53 Rev. 5. A rule gives evidence on one technical point of a control: it supports the control and
        does not satisfy it, and a control that stands here may need much that no manifest shows. The assignment is
        gracewarden's own judgement, not an assessor's.
      </p>
      ${table(
        "Rules by the control that they support",
        ["Control", "Family", "Rules, with open findings"],
        ids.flatMap((id): Content[][] => {
          const rules = report.rules.filter((rule) => controlsOf(rule).includes(id));
          if (rules.length === 0) return [];
          const cells = rules.map((rule) => {
            const open = report.findings.filter(
              (finding) => finding.rule === rule.id && finding.waived === undefined && finding.verdict === "fail",
            ).length;
            return html`<span class="nowrap"
              ><code>${rule.id}</code>${open === 0 ? undefined : html` <b>${open}</b>`}</span
            > `;
          });
          return [[html`${id} <span class="dim">${controls[id]}</span>`, families[id.slice(0, 2)], cells]];
        }),
      )}`,
  };
}
