import type { PlacedFinding } from "./report.ts";

const ranks = { advice: 1, warn: 2, error: 3, off: 4 } as const;

/** What `--fail-on` may be, for each command with a default of its own. */
export const failOn = {
  value: "SEVERITY",
  choices: ["off", "advice", "warn", "error"],
  text: "The least severity that makes the exit code 1",
} as const;

export interface Bar {
  readonly "fail-on": keyof typeof ranks;
  readonly "fail-on-undetermined": boolean;
}

/** Whether a finding makes the exit code 1. */
export function countsAsFailure({ severity, verdict, waived }: PlacedFinding, bar: Bar): boolean {
  if (waived !== undefined) return false;
  if (verdict === "undetermined") return bar["fail-on-undetermined"];
  return ranks[severity] >= ranks[bar["fail-on"]];
}
