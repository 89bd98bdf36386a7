/** How long certificates live and how they change over. */
export interface Settings {
  /** What the leaf must be good for; the API server calls the first. */
  readonly dnsNames: readonly string[];
  readonly caDays: number;
  readonly leafDays: number;
  /** A leaf is made anew when no more than this is left of it. */
  readonly renewBeforeDays: number;
  /** How long an old CA stays trusted after the first leaf of the new one: by then no pod serves an older leaf. */
  readonly overlapHours: number;
  /** How long API servers may take to see a new `caBundle`: they learn of it by a watch. */
  readonly settleSeconds: number;
}

/** What is wrong with settings under which certificates would never come to rest; undefined where nothing is. */
export function contradiction(settings: Settings): string | undefined {
  const { caDays, leafDays, renewBeforeDays, overlapHours } = settings;
  const overlapDays = overlapHours / 24;
  if (leafDays - renewBeforeDays <= overlapDays)
    return (
      `a leaf of ${leafDays} days that is renewed ${renewBeforeDays} days before its end is replaced within the overlap ` +
      `of ${overlapHours} hours, so that an old CA would never leave: raise --leaf-days or lower --overlap-hours`
    );
  if (caDays < leafDays + 2 * overlapDays)
    return (
      `a CA of ${caDays} days cannot outlive its leaves of ${leafDays} days and two overlaps of ${overlapHours} hours: ` +
      "raise --ca-days"
    );
  return undefined;
}
