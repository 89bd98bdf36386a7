import { expect, it } from "vitest";
import { secondsToKill } from "../../../policies/pods/probe-budget.ts";

// Measured on a kubelet for probes that always fail (E2, E3): initialDelaySeconds, periodSeconds, failureThreshold, killed at.
it.each([
  [0, 10, 3, 29.9],
  [5, 10, 3, 29.5],
  [0, 2, 5, 9.8],
  [3, 2, 3, 7.8],
])("a delay of %i s, a period of %i s and %i failures kill at %f s", (delay, period, failures, killed) => {
  const seconds = secondsToKill({
    initialDelaySeconds: delay,
    periodSeconds: period,
    failureThreshold: failures,
    timeoutSeconds: 1,
    successThreshold: 1,
  });
  expect(Math.abs(seconds - killed)).toBeLessThan(1);
});
