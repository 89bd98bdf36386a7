import { exactly, formatSeconds } from "./interval.ts";
import type { Term } from "./term.ts";
import type { Row } from "./timeline.ts";

/** The terms of the pod's longest way from the deletion to its last exit, each with the length that was chosen for it. */
export interface WayOut {
  readonly seconds: number;
  readonly terms: readonly Term[];
}

/**
 * The formula of a shutdown as a sum: the slowest main container's hook and drain, then each native sidecar in its turn (A14).
 * All hooks start at once, so a sidecar's hook counts only where it outlasts what came before (A15).
 * `choose` says what counts of a term that is an interval or unknown.
 */
export function wayOut(
  rows: readonly Pick<Row, "container" | "hook" | "drain">[],
  choose: (term: Term, row: Pick<Row, "container" | "hook">) => Term,
): WayOut {
  let longest: WayOut = { seconds: 0, terms: [] };
  for (const row of rows.filter(({ container }) => container.role === "main")) {
    const way = follow({ seconds: 0, terms: [] }, row, "");
    if (way.seconds > longest.seconds) longest = way;
  }
  const sidecars = rows.filter(({ container }) => container.role === "sidecar");
  return sidecars.toReversed().reduce((way, row) => follow(way, row, ` of sidecar ${row.container.name}`), longest);

  function follow(before: WayOut, row: Pick<Row, "container" | "hook" | "drain">, whose: string): WayOut {
    const hook = row.hook && choose(row.hook, row);
    const drain = choose(row.drain, row);
    const waited = hook !== undefined && hook.seconds.max > before.seconds;
    const start: WayOut = waited ? { seconds: hook.seconds.max, terms: [named(hook, `preStop${whose}`)] } : before;
    if (drain.seconds.max === 0) return start;
    return { seconds: start.seconds + drain.seconds.max, terms: [...start.terms, named(drain, `drain${whose}`)] };
  }
}

const named = (term: Term, name: string): Term => ({ ...term, term: name });

/** The term as a length of its own: what is chosen of it. */
export const asLong = (term: Term, seconds: number): Term => ({ ...term, seconds: exactly(seconds) });

/** `preStop 15 s + drain 25 s (gunicorn --graceful-timeout) + margin 1 s = 41 s` */
export function formatSum(terms: readonly Term[]): string {
  const total = terms.reduce((sum, { seconds }) => sum + seconds.max, 0);
  const parts = terms.map(({ term, seconds, origin }) => {
    const said = origin.kind === "field" || term === "margin" ? "" : ` (${origin.text})`;
    return `${term} ${formatSeconds(seconds)}${said}`;
  });
  return `${parts.join(" + ")} = ${formatSeconds(exactly(total))}`;
}
