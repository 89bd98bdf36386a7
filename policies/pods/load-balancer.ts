import { valueAt, type Path } from "../path.ts";
import { isRecord } from "../record.ts";
import type { KubernetesObject } from "./object.ts";
import type { ObjectSet } from "./object-set.ts";
import type { Pod } from "./pod.ts";
import { sameNamespace } from "./traffic.ts";

/** A cloud's load balancer whose targets are pods, as the annotations of a Service or Ingress ask for it. */
export interface LoadBalancer {
  readonly name: "ALB" | "NLB" | "GKE load balancer";
  /** The annotation that says that pods are the targets. */
  readonly at: Path;
  /** How long it waits for a target that leaves, where the manifests say so. */
  readonly deregistration: { readonly seconds: number; readonly text: string; readonly at: Path } | undefined;
}

/**
 * The load balancer that a Service or Ingress asks for; undefined where its targets are nodes or nothing says what they are.
 * The AWS controller takes nodes unless it is told `ip`.
 */
export function loadBalancerOf(object: KubernetesObject, set: ObjectSet): LoadBalancer | undefined {
  if (object.kind === "Ingress") return applicationLoadBalancer(object);
  return object.kind === "Service" ? (networkLoadBalancer(object) ?? gkeLoadBalancer(object, set)) : undefined;
}

/** The pods that a Service or an Ingress leads to. */
export function podsBehind(object: KubernetesObject, set: ObjectSet): readonly Pod[] {
  if (object.kind === "Service") return set.podsSelectedBy(object);
  const names = new Set(backendServices(object));
  return set.objects
    .filter((other) => other.kind === "Service" && names.has(other.name) && sameNamespace(object, other))
    .flatMap((service) => set.podsSelectedBy(service));
}

function applicationLoadBalancer(ingress: KubernetesObject): LoadBalancer | undefined {
  const type = "alb.ingress.kubernetes.io/target-type";
  if (ingress.annotations[type] !== "ip") return undefined;
  return {
    name: "ALB",
    at: annotationAt(type),
    deregistration: deregistration(ingress, "alb.ingress.kubernetes.io/target-group-attributes"),
  };
}

function networkLoadBalancer(service: KubernetesObject): LoadBalancer | undefined {
  if (valueAt(service.value, ["spec", "type"]) !== "LoadBalancer") return undefined;
  const prefix = "service.beta.kubernetes.io/aws-load-balancer";
  const targets = `${prefix}-nlb-target-type`;
  const type = `${prefix}-type`;
  const key = service.annotations[type] === "nlb-ip" ? type : targets;
  if (key === targets && service.annotations[targets] !== "ip") return undefined;
  return {
    name: "NLB",
    at: annotationAt(key),
    deregistration: deregistration(service, `${prefix}-target-group-attributes`),
  };
}

/** With a network endpoint group the pods are the targets; how long they are drained stands in a BackendConfig. */
function gkeLoadBalancer(service: KubernetesObject, set: ObjectSet): LoadBalancer | undefined {
  const groups = "cloud.google.com/neg";
  const group = json(service.annotations[groups]);
  if (group["ingress"] !== true && group["exposed_ports"] === undefined) return undefined;
  const key = "cloud.google.com/backend-config";
  const config = json(service.annotations[key]);
  const names = new Set([config["default"], ...Object.values(isRecord(config["ports"]) ? config["ports"] : {})]);
  for (const other of set.objects) {
    if (other.kind !== "BackendConfig" || !names.has(other.name) || !sameNamespace(service, other)) continue;
    const seconds = valueAt(other.value, ["spec", "connectionDraining", "drainingTimeoutSec"]);
    if (typeof seconds !== "number") continue;
    const text = `drainingTimeoutSec of BackendConfig ${other.name} is ${seconds}`;
    return {
      name: "GKE load balancer",
      at: annotationAt(groups),
      deregistration: { seconds, text, at: annotationAt(key) },
    };
  }
  return { name: "GKE load balancer", at: annotationAt(groups), deregistration: undefined };
}

function deregistration(object: KubernetesObject, key: string): LoadBalancer["deregistration"] {
  const seconds = /(?:^|,)\s*deregistration_delay\.timeout_seconds\s*=\s*(\d+)\s*(?:,|$)/.exec(
    object.annotations[key] ?? "",
  )?.[1];
  if (seconds === undefined) return undefined;
  const text = `deregistration_delay.timeout_seconds is ${seconds}`;
  return { seconds: Number(seconds), text, at: annotationAt(key) };
}

const annotationAt = (key: string): Path => ["metadata", "annotations", key];

function json(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** The Services that an Ingress names, in networking.k8s.io/v1 or in the versions before it. */
function backendServices(ingress: KubernetesObject): string[] {
  const spec = valueAt(ingress.value, ["spec"]);
  const rules = valueAt(spec, ["rules"]);
  const paths = (Array.isArray(rules) ? rules : []).flatMap((rule): unknown[] => {
    const list = valueAt(rule, ["http", "paths"]);
    return Array.isArray(list) ? list : [];
  });
  const backends = [
    valueAt(spec, ["defaultBackend"]),
    valueAt(spec, ["backend"]),
    ...paths.map((path) => valueAt(path, ["backend"])),
  ];
  return backends
    .map((backend) => valueAt(backend, ["service", "name"]) ?? valueAt(backend, ["serviceName"]))
    .filter((name) => typeof name === "string");
}
