import { describeStop, stopNotes } from "../../../policies/shutdown/describe-stop.ts";
import { drawTimelineSvg } from "../../../policies/shutdown/draw-svg.ts";
import type { Review } from "../review.ts";
import { isNotable } from "../signal-words.ts";
import type { Workload } from "../workloads.ts";
import { count, html, Markup } from "./markup.ts";
import type { Section } from "./page.ts";
import { drawSignals } from "./draw-signals.ts";
import { signalTable } from "./signal-table.ts";

/** A drawing of more rows than this tells nothing more than its notes do. */
const mostRows = 40;

/** The clock and the signal paths of each workload. */
export function workloadsSection({ workloads }: Review): Section {
  return {
    id: "workloads",
    title: "Workloads: the clock and the signal paths of each",
    body: html`<p>
        ${count(workloads.length, "workload")}. The clock is that of a deletion (rollout, scale-down, drain) under the
        pod's own grace period. Filled bars are certain, dashed ones are not; dots wait for their turn; T is the stop
        signal, K is SIGKILL, k is SIGKILL if the process is still there.
      </p>
      ${workloads.map(workloadBlock)}`,
  };
}

function workloadBlock(workload: Workload): Markup {
  const { id, name, namespace, place, timeline } = workload;
  const rows = timeline.rows.slice(0, mostRows);
  const left = timeline.rows.length - rows.length;
  return html`<details class="workload" id="${id}">
    <summary>
      <b>${name}</b>${namespace === undefined ? undefined : html` in ${namespace}`} <code>${place}</code>
      <span class="dim">${describeEnd(workload)}</span>
    </summary>
    <p>${describeStop(timeline)}</p>
    ${new Markup(drawTimelineSvg({ ...timeline, rows }, name, `${id}c`))}${left === 0 ? undefined : html`<p>${count(left, "more container")}.</p>`}
    <dl class="notes">
      ${rows.map(
        (row) =>
          html`<div>
            <dt>${row.container.name}</dt>
            <dd>${stopNotes(row).join("; ")}</dd>
          </div>`,
      )}
    </dl>
    ${isNotable(workload.signals) ? html`<p><a href="#${id}s">Its signal paths</a> stand above.</p>` : html`${new Markup(drawSignals(workload))}${signalTable(workload)}`}
  </details> `;
}

function describeEnd({ timeline: { rows } }: Workload): string {
  if (rows.some(({ outcome }) => outcome === "killed")) return "is killed";
  if (rows.some(({ outcome }) => outcome === "undetermined")) return "perhaps killed: how long it drains is unknown";
  return "exits in time";
}
