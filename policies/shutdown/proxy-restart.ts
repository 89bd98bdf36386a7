import type { Container } from "../pods/pod.ts";
import { preStopOf } from "./pre-stop.ts";
import { defaultProxySettings, proxyEnvironment } from "./proxy-budget.ts";
import { variable } from "./recognisers/environment.ts";

/** What a restart of our own proxy by a failed probe must leave room for: calls are lost then, backends must not be. */
export interface ProxyRestart {
  /** The hook, or without one the propagation window, which is then served after SIGTERM. */
  readonly leavingSeconds: number;
  readonly backendStopSeconds: number;
  /** A grace period with room for both, and for flush and margin. */
  readonly neededSeconds: number;
}

/** Undefined where nobody says how long the hook takes. */
export function proxyRestart(container: Container): ProxyRestart | undefined {
  const leavingSeconds = preStopOf(container)?.duration.seconds.max ?? setting(container, "propagationSeconds");
  if (leavingSeconds === Infinity) return undefined;
  const backendStopSeconds = setting(container, "backendStopSeconds");
  const rest = setting(container, "flushSeconds") + setting(container, "marginSeconds");
  return { leavingSeconds, backendStopSeconds, neededSeconds: Math.ceil(leavingSeconds + backendStopSeconds + rest) };
}

function setting(container: Container, name: keyof typeof defaultProxySettings): number {
  const value = variable(container, proxyEnvironment[name])?.value ?? "";
  return value !== "" && Number(value) >= 0 ? Number(value) : defaultProxySettings[name];
}
