import { memo } from "../memo.ts";
import { valueAt } from "../path.ts";
import { isRecord } from "../record.ts";
import { imageName } from "./image.ts";
import type { KubernetesObject } from "./object.ts";
import type { Container, Pod } from "./pod.ts";
import { companionProxyOf } from "./traffic-proxy.ts";

/**
 * Log shippers, exporters, reloaders and the like: requests do not pass through them, whatever ports they open. The
 * metrics-server is none: it answers the API server.
 */
export const besides =
  /fluent|filebeat|promtail|logstash|^vector(-agent)?$|rsyslog|syslog|log(s|ging)?-?(shipper|agent|tailer|collector|router|rotate)|exporter|metrics($|[^-]|-($|[^s]|s($|[^e])))|reload|kube-rbac-proxy|otel|opentelemetry|jaeger-agent|datadog|telegraf|statsd|cadvisor|shutdown-manager|git-sync|k8s-sidecar|registrar|liveness-?probe|(^|-)debug(-|$)|backup/;

/** True for a container that stands beside the traffic, by its name or image. */
export function standsBeside({ name, image }: Container): boolean {
  return besides.test(name.toLowerCase()) || besides.test(imageName(image).toLowerCase());
}

/** True for a container that does the pod's own work: neither beside the traffic nor a proxy for others. */
export function isApp(container: Container): boolean {
  return !standsBeside(container) && companionProxyOf(container) === undefined;
}

/** Ports for measuring and managing: opening only these is not serving. */
export const ofManagement = /metric|prom|health|admin|debug|pprof|profiling|mgmt|management|monitoring|probe|telemetry/;

/** A container that is only there to be entered: it serves nobody, whatever it declares and whatever Service leads to it. */
export function isIdle({ process }: Container): boolean {
  return process.program === "sleep" || process.program === "tail";
}

/** True where a port of the container may carry requests. */
export function hasTrafficPort(container: Container): boolean {
  const { spec } = container;
  return !isIdle(container) && (spec.ports ?? []).some(({ name }) => !ofManagement.test(name ?? ""));
}

/**
 * The main containers that requests pass through: those that a Service's ports lead to, else those that open a port
 * (ports are informational, so a Service may hit none of them), else the first.
 */
export function trafficPath(pod: Pod, services: readonly KubernetesObject[]): readonly Container[] {
  const targets = portsLedTo(services);
  const hit = pod.mainContainers.filter(({ spec }) =>
    (spec.ports ?? []).some(({ name, containerPort }) => targets.has(name) || targets.has(containerPort)),
  );
  const open = pod.mainContainers.filter(hasTrafficPort);
  for (const candidates of [hit, open, pod.mainContainers]) {
    const serving = candidates.filter(isApp);
    if (serving.length > 0) return candidates === pod.mainContainers ? serving.slice(0, 1) : serving;
  }
  for (const candidates of [hit, open]) if (candidates.length > 0) return candidates;
  return pod.mainContainers.slice(0, 1);
}

/** The names and numbers of the containers' ports that the Services lead to. */
const portsLedTo = memo(
  (services: readonly KubernetesObject[]) =>
    new Set(
      services
        .flatMap((service) => valueAt(service.value, ["spec", "ports"]))
        .flatMap((port) => (isRecord(port) ? [port["targetPort"] ?? port["port"]] : [])),
    ),
);

/** A Service that finds pods for each other: without an address of its own, and listing those that are not ready. */
function isDiscovery(service: KubernetesObject): boolean {
  return valueAt(service.value, ["spec", "clusterIP"]) === "None" && publishesNotReady(service);
}

/** At the end of a name; further in front it says what a program works on: `custom-metrics-adapter`, `monitoring-grafana`. */
const calledForManagement = /(^|-)(metrics|monitoring|monitor|exporter)(-(service|svc|headless))?$/;

/** Prometheus itself answers queries, at a port that bears its name. */
const prometheus = /^prometheus(-|$)/;

/** A Service that leads to nothing but what is measured and managed. */
function isForManagement(service: KubernetesObject): boolean {
  const ports = valueAt(service.value, ["spec", "ports"]);
  if (!Array.isArray(ports) || ports.length === 0) return false;
  if (ports.length === 1 && calledForManagement.test(service.name)) return true;
  const named = ports.every((port) => {
    const name: unknown = isRecord(port) ? port["name"] : undefined;
    return typeof name === "string" && ofManagement.test(name);
  });
  return named && !prometheus.test(service.name);
}

/** C3: such a Service leads to a pod until it is gone, whatever its state. */
export function publishesNotReady(service: KubernetesObject): boolean {
  return valueAt(service.value, ["spec", "publishNotReadyAddresses"]) === true;
}

/** The Services among these that lead requests to their pods. */
export const forRequests = memo((services: readonly KubernetesObject[]) =>
  services.filter((service) => !isDiscovery(service) && !isForManagement(service)),
);
