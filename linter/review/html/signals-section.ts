import type { Review } from "../review.ts";
import { isNotable, namespaceWords } from "../signal-words.ts";
import { drawSignals } from "./draw-signals.ts";
import { folded } from "./folded.ts";
import { count, html, Markup, type Content } from "./markup.ts";
import type { Workload } from "../workloads.ts";
import type { Section } from "./page.ts";
import { signalTable } from "./signal-table.ts";

/** Who can signal whom: what is out of the ordinary with picture and table, the rest by number; each workload has its own below. */
export function signalsSection({ workloads }: Review): Section {
  const notable = workloads.filter(({ signals }) => isNotable(signals));
  const spaces = Map.groupBy(workloads, ({ signals }) => signals.namespace);
  return {
    id: "signals",
    title: "PID namespaces and signal paths",
    body: html`<p>
        The runtime sends the stop signal to the first process of each container and to nobody else. Between containers
        the kernel delivers a signal only where they share a PID namespace, and then asks for the same uid or CAP_KILL.
      </p>
      <ul>
        ${[...spaces].map(([space, of]) => html`<li>${count(of.length, "workload")}: ${namespaceWords[space]}</li>`)}
      </ul>
      <h3>Where others can signal, or the stop signal does not arrive (${notable.length})</h3>
      ${
        notable.length === 0
          ? html`<p>In no workload. The paths of each stand under <a href="#workloads">Workloads</a>.</p>`
          : folded(notable.length, "workload", notable.map(pathsBlock))
      }`,
  };
}

const pathsBlock = (workload: Workload): Content =>
  html`<div class="paths" id="${workload.id}s">
    <h4>${workload.name} <code>${workload.place}</code></h4>
    ${new Markup(drawSignals(workload))} ${signalTable(workload)}
    <p><a href="#${workload.id}">Its clock</a></p>
  </div>`;
