import { blockLines } from "../../policies/manifests/render.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { drawTimeline } from "../../policies/shutdown/draw.ts";
import {
  defaultProxySettings,
  proxyBudget,
  type ProxyBudget,
  type ProxySettings,
} from "../../policies/shutdown/proxy-budget.ts";
import { computeTimeline } from "../../policies/shutdown/timeline.ts";
import type { ProxyConfig } from "../config/config.ts";
import { podTemplate, type PodTemplate } from "./pod-template.ts";

/** What a configuration needs of its pod. */
export interface PodAdvice extends Pick<PodTemplate, "graceSeconds" | "livenessGraceSeconds" | "connectSeconds"> {
  readonly budget: ProxyBudget;
  /** How such a pod stops, drawn. */
  readonly timeline: string;
  /** Of a pod template, to be pasted. */
  readonly yaml: string;
  /** What does not fit, a sentence each. */
  readonly warnings: readonly string[];
}

export function podAdvice(config: ProxyConfig, clock: Partial<ProxySettings>, configFile: string): PodAdvice {
  const mounted = `/etc/gracewarden/${configFile.split(/[\\/]/).at(-1) ?? "proxy.json"}`;
  const { graceSeconds, livenessGraceSeconds, connectSeconds, spec } = podTemplate(config.backends, clock, mounted);
  const { objects } = readObjects({ apiVersion: "v1", kind: "Pod", metadata: { name: "proxy" }, spec }, undefined);
  const set = objectSet(objects.map(({ object }) => object));
  const pods = objects.flatMap(({ object }) => set.podsIn(object));
  const { preStopSeconds: _preStop, ...settings } = clock;
  return {
    graceSeconds,
    livenessGraceSeconds,
    connectSeconds,
    budget: proxyBudget({ ...settings, graceSeconds: clock.graceSeconds ?? graceSeconds }, { hookTells: true }),
    timeline: pods
      .map((pod) => drawTimeline(computeTimeline(pod, { kind: "delete" }), { width: 100, color: false }))
      .join("\n"),
    yaml: `${blockLines(spec, { step: 2, listsIndented: true }).join("\n")}\n`,
    warnings: [...warnings(config, { ...defaultProxySettings, ...clock }, graceSeconds)],
  };
}

function* warnings(
  { backends, access, auth }: ProxyConfig,
  { backendStopSeconds, graceSeconds }: Partial<ProxySettings> & typeof defaultProxySettings,
  needed: number,
): Iterable<string> {
  for (const { name, shutdownTimeoutSeconds } of backends) {
    if (shutdownTimeoutSeconds > backendStopSeconds)
      yield `${name} has a shutdownTimeout of ${shutdownTimeoutSeconds} s, but all backends together get ${backendStopSeconds} s when the proxy leaves: set GRACEWARDEN_BACKEND_STOP_SECONDS to ${Math.ceil(shutdownTimeoutSeconds)}`;
  }
  if (graceSeconds !== undefined && graceSeconds < needed)
    yield `GRACEWARDEN_GRACE_SECONDS is ${graceSeconds}, but the settings need ${needed} s: the drain gets less`;
  for (const [index, { allow }] of access.entries()) {
    if (allow.length === 0) yield `access[${index}] allows nothing: it only takes away what other rules allow`;
  }
  if (access.length > 0 && auth === undefined)
    yield 'there are access rules but no auth: everybody is anonymous, without a role, and only rules for "*" hold';
  if (!backends.some(({ required }) => required))
    yield "no backend is required: the proxy is ready before any of them has connected";
}
