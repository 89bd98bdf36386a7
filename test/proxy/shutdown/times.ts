import { proxyEnvironment, type ProxySettings } from "../../../policies/shutdown/proxy-budget.ts";

/** The clock of every cell, in seconds: small, so that a cell takes two to five. */
export const settings = {
  propagationSeconds: 1,
  drainSeconds: 2,
  backendStopSeconds: 1,
  flushSeconds: 0.25,
  marginSeconds: 0.5,
} satisfies Partial<ProxySettings>;

/** From the signal to the kubelet's SIGKILL. The proxy's own deadline is the margin earlier; the margin is for noise. */
export const graceSeconds = Object.values(settings).reduce((sum, seconds) => sum + seconds, 0);

/** Time for a request to reach the backend before the signal comes. */
export const dispatchSeconds = 0.25;
/** A call in flight that the proxy has time for, counted from its start. */
export const callSeconds = 2;
/** Where the end comes twice, the second signal comes so long after the first (or when the late calls are answered). */
export const secondSignalSeconds = 0.5;
/** A forced end takes no longer than this from the second signal. */
export const forcedSeconds = 1.5;
/** When late requests come, counted from the signal: all inside the propagation window. */
export const lateSeconds: readonly number[] = [0.15, 0.45, 0.8];

export const environment: Record<string, string> = Object.fromEntries(
  Object.entries(settings).map(([name, value]) => [proxyEnvironment[name as keyof typeof settings], String(value)]),
);
