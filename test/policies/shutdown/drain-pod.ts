import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import type { Container, Pod, Role } from "../../../policies/pods/pod.ts";
import type { Process } from "../../../policies/pods/process.ts";

export interface Written {
  readonly container?: Partial<IContainer>;
  readonly role?: Role;
  readonly process?: Partial<Process>;
  readonly isProxy?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly pod?: Partial<IPodSpec>;
}

/** A pod with one container, as the reader would give it for exec-form commands. */
export function podWith(written: Written): { readonly pod: Pod; readonly container: Container } {
  const spec: IContainer = { name: "app", ...written.container };
  const role = written.role ?? "main";
  const at = ["spec", role === "main" ? "containers" : "initContainers", 0];
  const program = spec.command?.[0]?.split("/").at(-1);
  const container: Container = {
    name: spec.name,
    role,
    at,
    spec,
    image: spec.image ?? "",
    preStop: undefined,
    livenessProbe: undefined,
    readinessProbe: undefined,
    startupProbe: undefined,
    process: {
      argv: spec.command && [...spec.command, ...(spec.args ?? [])],
      program,
      programArgs: program === undefined ? [] : [...(spec.command?.slice(1) ?? []), ...(spec.args ?? [])],
      first: program === undefined ? "unknown" : "program",
      signal: program === undefined ? "unknown" : "reaches",
      reaps: undefined,
      why: "for the test",
      ...written.process,
    },
    targetContainerName: undefined,
    isProxy: written.isProxy ?? false,
    path: (...steps) => [...at, ...steps],
  };
  const annotations = written.annotations ?? {};
  const podSpec: IPodSpec = { containers: [spec], ...written.pod };
  const pod: Pod = {
    object: {
      apiVersion: "v1",
      kind: "Pod",
      namespace: undefined,
      name: "pod",
      labels: {},
      annotations,
      value: { apiVersion: "v1", kind: "Pod", metadata: { annotations }, spec: podSpec },
      file: undefined,
    },
    at: ["spec"],
    metadataAt: ["metadata"],
    graceAt: ["spec", "terminationGracePeriodSeconds"],
    labels: {},
    annotations,
    spec: podSpec,
    graceSeconds: 30,
    writtenGraceSeconds: undefined,
    lifetime: "service",
    os: "linux",
    containers: [container],
    mainContainers: role === "main" ? [container] : [],
    sidecars: role === "sidecar" ? [container] : [],
    sharesProcessNamespace: written.pod?.shareProcessNamespace === true,
    runsProxy: container.isProxy,
    path: (...steps) => ["spec", ...steps],
  };
  return { pod, container };
}
