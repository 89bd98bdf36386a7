/** What goes on when the signal comes. */
export const situations = [
  "idle",
  "call in flight",
  "call too long",
  "stream open",
  "elicitation pending",
  "200 calls",
  "starting",
  "connecting",
] as const;

/** What the proxy has behind it. */
export const backends = [
  "polite",
  "ignores eof",
  "ignores sigterm",
  "grandchildren",
  "daemon",
  "floods",
  "dead",
] as const;

/** How the end comes. */
const endings = ["SIGTERM", "SIGINT", "twice", "group", "pid 1", "tini early"] as const;

/** What fits into no axis. */
export const specials = [
  "half-sent body",
  "client never reads",
  "elicitation answered late",
  "elicitation of an old backend",
  "eight stubborn backends",
  "npm exec",
  "hook, then SIGTERM",
] as const;

export type BackendKind = (typeof backends)[number];
export type Ending = (typeof endings)[number];
export type Situation = (typeof situations)[number] | (typeof specials)[number];

export interface Cell {
  readonly situation: Situation;
  readonly backend: BackendKind;
  readonly ending: Ending;
}

export const nameOf = ({ situation, backend, ending }: Cell): string => `${situation} / ${backend} / ${ending}`;

/** Every combination, then the specials. */
export const allCells: readonly Cell[] = [
  ...situations.flatMap((situation) =>
    backends.flatMap((backend) => endings.map((ending) => ({ situation, backend, ending }))),
  ),
  ...specialCells(),
];

function specialCells(): Cell[] {
  return [
    ...(["polite", "ignores sigterm"] as const).flatMap((backend) =>
      (["SIGTERM", "twice", "pid 1"] as const).flatMap((ending) =>
        (["half-sent body", "client never reads"] as const).map((situation) => ({ situation, backend, ending })),
      ),
    ),
    { situation: "elicitation answered late", backend: "polite", ending: "SIGTERM" },
    { situation: "elicitation of an old backend", backend: "polite", ending: "SIGTERM" },
    { situation: "eight stubborn backends", backend: "ignores sigterm", ending: "SIGTERM" },
    { situation: "npm exec", backend: "polite", ending: "SIGTERM" },
    { situation: "npm exec", backend: "ignores sigterm", ending: "group" },
    { situation: "hook, then SIGTERM", backend: "polite", ending: "SIGTERM" },
    { situation: "hook, then SIGTERM", backend: "ignores sigterm", ending: "pid 1" },
  ];
}

/** What everybody asks first; the summary tells them. */
const plainCells: readonly Cell[] = [
  { situation: "idle", backend: "polite", ending: "SIGTERM" },
  { situation: "call in flight", backend: "polite", ending: "SIGTERM" },
  { situation: "call too long", backend: "polite", ending: "SIGTERM" },
  { situation: "call in flight", backend: "polite", ending: "group" },
  { situation: "idle", backend: "ignores sigterm", ending: "SIGTERM" },
];

/**
 * A subset in which each pair of values meets at least once, and the specials. An early end under tini comes before
 * anything goes on, so it proves nothing about the pair of situation and backend: it meets each value apart from that.
 */
export function pairwiseCells(): readonly Cell[] {
  const pairsOf = ({ situation, backend, ending }: Cell): string[] => [
    `${situation}+${ending}`,
    `${backend}+${ending}`,
    ...(ending === "tini early" ? [] : [`${situation}+${backend}`]),
  ];
  const special = new Set<Situation>(specials);
  const candidates = allCells.filter(({ situation }) => !special.has(situation));
  const missing = new Set(candidates.flatMap(pairsOf));
  const chosen: Cell[] = [...plainCells];
  for (const pair of plainCells.flatMap(pairsOf)) missing.delete(pair);
  while (missing.size > 0) {
    let best: Cell | undefined;
    let most = 0;
    for (const cell of candidates) {
      const covered = pairsOf(cell).filter((pair) => missing.has(pair)).length;
      if (covered <= most) continue;
      most = covered;
      best = cell;
    }
    if (best === undefined) break;
    chosen.push(best);
    for (const pair of pairsOf(best)) missing.delete(pair);
  }
  return [...chosen, ...specialCells()];
}
