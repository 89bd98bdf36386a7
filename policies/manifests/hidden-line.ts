import { EVENT_ID, SCALAR_STYLE, type Event, type ScalarEvent } from "js-yaml";
import { ManifestRefusal } from "./manifest-refusal.ts";

/**
 * What ends a line for Kubernetes' reader, which follows YAML 1.1, and is one more character to YAML 1.2 and to most editors:
 * `# harmless<U+0085>hostPID: true` is a comment to them and a field to Kubernetes (tried with kubectl 1.32).
 */
export const otherLineBreak = /[\u0085\u2028\u2029]/g;

/** Refuses a text with such a break anywhere but in quotes, where both readers go on to the closing one. */
export function refuseHiddenLine(text: string, events: readonly Event[]): void {
  const breaks = [...text.matchAll(otherLineBreak)];
  if (breaks.length === 0) return;
  const quoted = events.filter(isQuoted);
  let next = 0;
  for (const { index, 0: character } of breaks) {
    while ((quoted[next]?.valueEnd ?? Infinity) <= index) next += 1;
    if ((quoted[next]?.valueStart ?? Infinity) <= index) continue;
    const code = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    const message = `Kubernetes begins a new line at this ${code}, which other readers of YAML and most editors do not show as one: take it out.`;
    throw new ManifestRefusal("hidden-line", message, { start: index, end: index + 1 });
  }
}

const isQuoted = (event: Event): event is ScalarEvent =>
  event.type === EVENT_ID.SCALAR &&
  (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED);
