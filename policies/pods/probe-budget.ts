import type { Probe } from "./pod.ts";

/**
 * Seconds from the container's start to the kill by a startup or liveness probe that never succeeds (E2, E3).
 * Such probes run on ticks of one period, so a delay counts in whole periods and one below a period adds nothing.
 */
export function secondsToKill({ initialDelaySeconds, periodSeconds, failureThreshold }: Probe): number {
  return (
    Math.max(1, Math.ceil(initialDelaySeconds / periodSeconds)) * periodSeconds +
    patience({ periodSeconds, failureThreshold }) -
    periodSeconds
  );
}

/** Seconds for which a probe that used to succeed may fail before it counts as failed. */
export function patience({
  periodSeconds,
  failureThreshold,
}: Pick<Probe, "periodSeconds" | "failureThreshold">): number {
  return periodSeconds * failureThreshold;
}
