/** The settings of the clock of gracewarden's own MCP proxy. All numbers are seconds. */
export interface ProxySettings {
  /** New calls still succeed for so long while endpoints leave. */
  readonly propagationSeconds: number;
  /** What calls in flight get after that. */
  readonly drainSeconds: number;
  /** What a backend gets in all: end of stdin, SIGTERM, SIGKILL. */
  readonly backendStopSeconds: number;
  /** For logs and traces, after the last backend has ended. */
  readonly flushSeconds: number;
  /** Kept free before the kubelet's SIGKILL. */
  readonly marginSeconds: number;
  /** The pod's grace period, where the proxy was told; no downward API has it. */
  readonly graceSeconds?: number;
  /** How long the preStop hook lasts, where the proxy was told: a plain sleep uses it up unseen. */
  readonly preStopSeconds?: number;
}

export const defaultProxySettings: Required<Omit<ProxySettings, "graceSeconds" | "preStopSeconds">> = {
  propagationSeconds: 5,
  drainSeconds: 10,
  backendStopSeconds: 5,
  flushSeconds: 1,
  marginSeconds: 1,
};

/** The environment variable of each setting. */
export const proxyEnvironment = {
  propagationSeconds: "GRACEWARDEN_PROPAGATION_SECONDS",
  drainSeconds: "GRACEWARDEN_DRAIN_SECONDS",
  backendStopSeconds: "GRACEWARDEN_BACKEND_STOP_SECONDS",
  flushSeconds: "GRACEWARDEN_FLUSH_SECONDS",
  marginSeconds: "GRACEWARDEN_MARGIN_SECONDS",
  graceSeconds: "GRACEWARDEN_GRACE_SECONDS",
  preStopSeconds: "GRACEWARDEN_PRESTOP_SECONDS",
} as const satisfies Record<keyof ProxySettings, string>;

export type ReadProxySettings =
  | { readonly settings: Partial<ProxySettings>; readonly problems?: undefined }
  /** One sentence for each variable that is no number of seconds. */
  | { readonly settings?: undefined; readonly problems: readonly string[] };

/** Reads the settings from environment variables; those that are unset or empty are left out. */
export function readProxySettings(environment: Readonly<Record<string, string | undefined>>): ReadProxySettings {
  const settings: Partial<Record<keyof ProxySettings, number>> = {};
  const problems: string[] = [];
  for (const [setting, name] of Object.entries(proxyEnvironment) as [keyof ProxySettings, string][]) {
    const text = environment[name]?.trim() ?? "";
    if (text === "") continue;
    if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) settings[setting] = Number(text);
    else problems.push(`${name} must be a number of seconds from 0 up, not ${JSON.stringify(text)}`);
  }
  return problems.length > 0 ? { problems } : { settings };
}

type Part = "propagation" | "drain" | "backendStop" | "flush" | "margin";

/** Seconds since leaving began: since the kubelet started the hook, or sent SIGTERM where there is none. */
interface Phase {
  readonly start: number;
  readonly end: number;
}

export interface ProxyBudget {
  /** The grace period from which the phases are counted: the given one, else the one needed. */
  readonly graceSeconds: number;
  /** The grace period that the settings ask for. */
  readonly neededGraceSeconds: number;
  /** New calls succeed in it, and calls in flight go on. */
  readonly propagation: Phase;
  /** Calls in flight must be answered by its end: D - backend stop - flush. A grace period longer than needed makes it longer. */
  readonly drain: Phase;
  /** Backends must be gone by its end: D - flush. */
  readonly backendStop: Phase;
  /** Ends with the exit deadline D = grace - margin. */
  readonly flush: Phase;
  /** The parts that got less than their setting since the grace period is too short, the first to give way first. */
  readonly shortened: readonly Part[];
}

/** A grace period that is too short takes from them in this order. */
const givingWay: readonly Part[] = ["drain", "propagation", "backendStop", "flush", "margin"];

/**
 * Divides the grace period among the phases of the proxy's shutdown.
 *
 * `hookTells`: the preStop hook is the proxy's own `/prestop`, so the propagation window runs during the hook.
 * Otherwise it begins at SIGTERM, after whatever a plain sleep has used up.
 */
export function proxyBudget(
  given: Partial<ProxySettings>,
  { hookTells }: { readonly hookTells: boolean },
): ProxyBudget {
  const settings = { ...defaultProxySettings, ...given };
  const hookSeconds = settings.preStopSeconds ?? 0;
  const parts: Record<Part, number> = {
    // A hook of our own that outlasts the window keeps SIGTERM away: calls go on succeeding until then.
    propagation: hookTells ? Math.max(settings.propagationSeconds, hookSeconds) : settings.propagationSeconds,
    drain: settings.drainSeconds,
    backendStop: settings.backendStopSeconds,
    flush: settings.flushSeconds,
    margin: settings.marginSeconds,
  };
  const unseen = hookTells ? 0 : hookSeconds;
  const neededGraceSeconds = unseen + parts.propagation + parts.drain + parts.backendStop + parts.flush + parts.margin;
  const graceSeconds = settings.graceSeconds ?? neededGraceSeconds;
  const shortened: Part[] = [];
  let missing = neededGraceSeconds - graceSeconds;
  if (missing < 0) parts.drain -= missing;
  for (const part of givingWay) {
    const taken = Math.min(parts[part], missing);
    if (taken <= 0) continue;
    parts[part] -= taken;
    missing -= taken;
    shortened.push(part);
  }
  const propagation = phase(unseen, parts.propagation);
  const drain = phase(propagation.end, parts.drain);
  const backendStop = phase(drain.end, parts.backendStop);
  const flush = phase(backendStop.end, parts.flush);
  return { graceSeconds, neededGraceSeconds, propagation, drain, backendStop, flush, shortened };
}

const phase = (start: number, seconds: number): Phase => ({ start, end: start + seconds });

/** The longest that the proxy's own work takes from SIGTERM to its exit, if its grace period is long enough. */
export function proxySecondsAfterSigterm(
  given: Partial<ProxySettings>,
  { hookTells }: { readonly hookTells: boolean },
): number {
  const { propagationSeconds, drainSeconds, backendStopSeconds, flushSeconds } = { ...defaultProxySettings, ...given };
  return (hookTells ? 0 : propagationSeconds) + drainSeconds + backendStopSeconds + flushSeconds;
}
