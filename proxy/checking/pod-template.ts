import { defaultProxySettings, proxyEnvironment, type ProxySettings } from "../../policies/shutdown/proxy-budget.ts";
import { floorSeconds } from "../../policies/shutdown/timeline.ts";
import type { BackendConfig } from "../config/config.ts";
import { version } from "../../linter/command-line/version.ts";

const adminPort = 8081;
/** The linter's rules want a second to spare, whatever the settings say. */
const leastMarginSeconds = 1;
/** A hook must leave more than the 2 s that every process gets anyway (`two-second-floor`). */
const leastAfterHookSeconds = floorSeconds + 1;
/** Until the process itself is up. */
const bootSeconds = 5;
/** A start of less is not worth a tight probe. */
const leastConnectSeconds = 30;

/** What the proxy's pod template must say, as data. */
export interface PodTemplate {
  readonly graceSeconds: number;
  /** Hook, backends, flush and margin: what a restart by a failed probe must leave room for. */
  readonly livenessGraceSeconds: number;
  readonly connectSeconds: number;
  /** The `spec` of a pod template. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The pod that these settings and backends need, with the proxy's own hook. `config` is where the pod mounts its file. */
export function podTemplate(
  backends: readonly Pick<BackendConfig, "required" | "connectTimeoutSeconds">[],
  given: Partial<ProxySettings>,
  config: string,
): PodTemplate {
  // What the pod in which `check` runs was told does not bind the pod that is asked for.
  const { graceSeconds: _grace, preStopSeconds: _preStop, ...clock } = given;
  const settings = { ...defaultProxySettings, ...clock };
  const hookSeconds = settings.propagationSeconds;
  const { drainSeconds, backendStopSeconds, flushSeconds } = settings;
  const marginSeconds = Math.max(settings.marginSeconds, leastMarginSeconds);
  const isShort = hookSeconds > 0 && drainSeconds + backendStopSeconds + flushSeconds < leastAfterHookSeconds;
  const afterHook = isShort ? [leastAfterHookSeconds] : [drainSeconds, backendStopSeconds, flushSeconds];
  const graceSeconds = wholeSeconds(hookSeconds, ...afterHook, marginSeconds);
  const livenessGraceSeconds = wholeSeconds(hookSeconds, backendStopSeconds, flushSeconds, marginSeconds);
  const connectSeconds = Math.max(
    leastConnectSeconds,
    ...backends.filter(({ required }) => required).map(({ connectTimeoutSeconds }) => Math.ceil(connectTimeoutSeconds)),
  );
  const told = Object.entries(clock).map(([name, value]) => [
    proxyEnvironment[name as keyof ProxySettings],
    String(value),
  ]);
  const variables: Readonly<Record<string, string>> = {
    GRACEWARDEN_LISTEN: "0.0.0.0:8080",
    GRACEWARDEN_ADMIN_LISTEN: `0.0.0.0:${adminPort}`,
    ...Object.fromEntries(told),
    [proxyEnvironment.graceSeconds]: String(graceSeconds),
    [proxyEnvironment.preStopSeconds]: String(hookSeconds),
  };
  const ask = (path: string): object => ({ httpGet: { path, port: adminPort } });
  const container = {
    name: "proxy",
    image: `gracewarden-proxy:${version}`,
    args: ["--config", config],
    ports: [
      { name: "mcp", containerPort: 8080 },
      { name: "admin", containerPort: adminPort },
    ],
    env: [
      ...Object.entries(variables).map(([name, value]) => ({ name, value })),
      { name: "GRACEWARDEN_NODE_ADDRESS", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
      // One key for all replicas, and for the pod that comes after this one.
      {
        name: "GRACEWARDEN_SESSION_KEYS",
        valueFrom: { secretKeyRef: { name: "gracewarden-proxy", key: "session-keys" } },
      },
    ],
    lifecycle: { preStop: ask("/prestop") },
    startupProbe: { ...ask("/startupz"), periodSeconds: 1, failureThreshold: connectSeconds + bootSeconds },
    readinessProbe: { ...ask("/readyz"), periodSeconds: 5 },
    livenessProbe: { ...ask("/livez"), terminationGracePeriodSeconds: livenessGraceSeconds },
  };
  return {
    graceSeconds,
    livenessGraceSeconds,
    connectSeconds,
    spec: {
      terminationGracePeriodSeconds: graceSeconds,
      enableServiceLinks: false,
      containers: [container],
    },
  };
}

/** Up to the next one. A sum of fractions is not exact, so where it looks whole it may be a little more. */
function wholeSeconds(...parts: readonly number[]): number {
  const sum = parts.reduce((total, part) => total + part, 0);
  return Math.max(1, Math.ceil(parts.every(Number.isInteger) ? sum : sum + 1e-6));
}
