import type { Workload } from "../workloads.ts";
import { outcomeWords } from "../signal-words.ts";
import { html, table, type Content, type Markup } from "./markup.ts";

const mostNames = 12;

/** Who gets the stop signal in a pod, what becomes of it, and who else may signal each container. */
export function signalTable({ name, signals: { paths, powers } }: Workload): Markup {
  return table(
    `Signal paths of ${name}`,
    ["Container", "First process", "Program", "Stop signal", "May signal others"],
    paths.map(({ container, first, firstKind, program, signal, why }): Content[] => [
      `${container.name} (${container.role})`,
      first === undefined ? "the image's" : html`<code>${first}</code> (${firstKind})`,
      program === undefined ? (firstKind === "program" ? "the same" : "unknown") : html`<code>${program}</code>`,
      `${outcomeWords[signal]}; ${why}`,
      powers
        .filter(({ from }) => from === container)
        .map(({ to, why: ground }) => html`<span class="power">${names(to)} (${ground})</span> `),
    ]),
  );
}

const names = (containers: readonly { readonly name: string }[]): string => {
  const shown = containers.slice(0, mostNames).map(({ name }) => name);
  return `${shown.join(", ")}${containers.length > mostNames ? ` and ${containers.length - mostNames} more` : ""}`;
};
