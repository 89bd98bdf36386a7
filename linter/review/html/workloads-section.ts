import { describeStop, stopNotes } from "../../../policies/shutdown/describe-stop.ts";
import { drawTimelineSvg } from "../../../policies/shutdown/draw-svg.ts";
import type { Row } from "../../../policies/shutdown/timeline.ts";
import type { Review } from "../review.ts";
import { isNotable, signalWords } from "../signal-words.ts";
import type { Workload } from "../workloads.ts";
import { folded } from "./folded.ts";
import { count, html, Markup, type Content } from "./markup.ts";
import type { Section } from "./page.ts";

type Outcome = Row["outcome"];

/** A drawing of more rows than this tells nothing more than its notes do. */
const mostRows = 40;

/** The worst first. */
const ends: readonly (readonly [Outcome, string])[] = [
  ["killed", "Killed before they are done"],
  ["undetermined", "Perhaps killed: how long they need is not known"],
  ["exits", "Done in time"],
];

/** The clock and the signal paths of each workload. */
export function workloadsSection({ workloads }: Review): Section {
  const byEnd = Map.groupBy(workloads, endOf);
  return {
    id: "workloads",
    title: "Workloads: the clock and the signal paths of each",
    body: html`<p>
        ${count(workloads.length, "workload")}. The clock is that of a deletion (rollout, scale-down, drain) under the
        pod's own grace period. Filled bars are certain, dashed ones are not; dots wait for their turn; T is the stop
        signal, K is SIGKILL, k is SIGKILL if the process is still there.
      </p>
      ${ends.map(([end, title]): Content => {
        const of = byEnd.get(end) ?? [];
        return of.length === 0
          ? undefined
          : html`<h3>${title} (${of.length})</h3>
              ${folded(of.length, "workload", of.map(workloadBlock))}`;
      })}`,
  };
}

/** A pod's worst end: one container that is killed, or may be, is what a reader looks for. */
const endOf = ({ timeline: { rows } }: Workload): Outcome =>
  ends.find(([end]) => rows.some(({ outcome }) => outcome === end))?.[0] ?? "exits";

function workloadBlock(workload: Workload): Markup {
  const { id, name, namespace, place, timeline, signals } = workload;
  const rows = timeline.rows.slice(0, mostRows);
  const left = timeline.rows.length - rows.length;
  const clock = drawTimelineSvg({ ...timeline, rows }, name, `${id}c`, `${id}n`);
  const paths = new Map(signals.paths.map((path) => [path.container, path]));
  return html`<details class="workload" id="${id}">
    <summary>
      <b>${name}</b>${namespace === undefined ? undefined : html` in ${namespace}`} <code>${place}</code>
    </summary>
    <p>${describeStop(timeline)}</p>
    ${new Markup(clock)}
    <dl class="notes" id="${id}n">
      ${rows.map((row) => {
        const path = paths.get(row.container);
        return html`<div>
          <dt>${row.container.name}</dt>
          <dd>${stopNotes(row).join("; ")}${path === undefined ? undefined : html`<br />${signalWords(path)}`}</dd>
        </div>`;
      })}
    </dl>
    ${left === 0 ? undefined : html`<p>${count(left, "more container")}.</p>`}${isNotable(signals) ? html`<p><a href="#${id}s">Who can signal whom in it</a></p>` : undefined}
  </details>`;
}
