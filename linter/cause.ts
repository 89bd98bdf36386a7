import type { Cause } from "../policies/shutdown/timeline.ts";

/** The causes of a stop as a user writes them. */
export const causes = "delete, liveness, node-shutdown=SECONDS, spot=SECONDS or hard-eviction";

/** Reads one of `causes`; undefined for anything else. */
export function readCause(text: string): Cause | undefined {
  const [kind, amount] = text.split("=", 2) as [string, string | undefined];
  const seconds = amount === undefined ? undefined : Number(amount);
  switch (kind) {
    case "delete":
    case "liveness":
    case "hard-eviction":
      return amount === undefined ? { kind } : undefined;
    case "node-shutdown":
    case "spot":
      return seconds !== undefined && Number.isFinite(seconds) && seconds >= 0 && amount !== ""
        ? { kind, seconds }
        : undefined;
    default:
      return undefined;
  }
}
