import type { IContainer } from "kubernetes-models/v1/Container";
import type { IEphemeralContainer } from "kubernetes-models/v1/EphemeralContainer";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import type { IProbe } from "kubernetes-models/v1/Probe";
import { valueAt, type Path } from "../path.ts";
import type { PodPlace } from "./find.ts";
import { unknownProcess } from "./found-process.ts";
import { imageName, shellOf } from "./image.ts";
import type { KubernetesObject, ShapeProblem } from "./object.ts";
import { podSpecShape } from "./pod-shape.ts";
import type { Container, Pod, Probe, Role } from "./pod.ts";
import { processOf, type Process } from "./process.ts";
import { readStringMap } from "./read-object.ts";
import { conform } from "./shape.ts";

/** Filled in by the API server where a pod says nothing (A25). */
export const defaultGraceSeconds = 30;

/** Kinds whose pods run to completion, beside all that are called a Job; restartPolicy Never or OnFailure says the same of any pod. */
const jobKinds = new Set([
  "JobSet",
  "TrainingRuntime",
  "ClusterTrainingRuntime",
  "Workflow",
  "CronWorkflow",
  "WorkflowTemplate",
  "ClusterWorkflowTemplate",
  "Task",
  "ClusterTask",
  "TaskRun",
  "Pipeline",
  "PipelineRun",
]);

/** The pod at a place of an object, and what in it cannot be read. */
export function readPod(
  object: KubernetesObject,
  place: PodPlace,
): { readonly pod: Pod; readonly problems: readonly ShapeProblem[] } {
  const problems: ShapeProblem[] = [];
  const { at, metadataAt } = place;
  const spec = podSpec(object, place, problems);
  const metadata = valueAt(object.value, metadataAt);
  const labels = readStringMap(valueAt(metadata, ["labels"]));
  const written = spec.terminationGracePeriodSeconds ?? quotedSeconds(object, at);
  const sharesProcessNamespace = spec.shareProcessNamespace === true;
  const shared = sharesProcessNamespace || spec.hostPID === true;
  const launched = place.launchedContainersAt?.map((path) =>
    readContainer(conformContainer(valueAt(object.value, path)), "main", path, {
      shared,
      labels,
      single: false,
      launched: true,
    }),
  );
  const main = spec.containers ?? [];
  const containers = launched ?? [
    ...(spec.initContainers ?? []).map((container, index) =>
      readContainer(container, roleOfInit(container), [...at, "initContainers", index], {
        shared,
        labels,
        single: false,
      }),
    ),
    ...main.map((container, index) =>
      readContainer(container, "main", [...at, "containers", index], { shared, labels, single: main.length === 1 }),
    ),
    ...(spec.ephemeralContainers ?? []).map((container, index) =>
      readContainer(container, "ephemeral", [...at, "ephemeralContainers", index], {
        shared,
        labels,
        single: false,
      }),
    ),
  ];
  const annotations = readStringMap(valueAt(metadata, ["annotations"]));
  const knative = knativeSeconds(object, at);
  const pod: Pod = {
    object,
    at,
    metadataAt,
    labels,
    annotations,
    spec,
    graceAt: launched !== undefined || knative !== undefined ? undefined : [...at, "terminationGracePeriodSeconds"],
    graceSeconds: knative ?? (written === undefined ? defaultGraceSeconds : written < 0 ? 1 : written),
    writtenGraceSeconds: written,
    lifetime:
      object.kind.endsWith("Job") ||
      jobKinds.has(object.kind) ||
      spec.restartPolicy === "Never" ||
      spec.restartPolicy === "OnFailure"
        ? "job"
        : "service",
    os: isWindows(spec) ? "windows" : "linux",
    containers,
    mainContainers: containers.filter((container) => container.role === "main"),
    sidecars: containers.filter((container) => container.role === "sidecar"),
    sharesProcessNamespace,
    runsProxy: containers.some((container) => container.isProxy),
    path: (...steps) => [...at, ...steps],
  };
  return { pod, problems };
}

function podSpec(object: KubernetesObject, place: PodPlace, problems: ShapeProblem[]): IPodSpec {
  if (place.launchedContainersAt !== undefined) return { containers: [] };
  return conform(valueAt(object.value, place.at), podSpecShape, place.at, problems) as IPodSpec;
}

/** Knative takes no grace period: it gives its pods the revision's request timeout, 300 s by default. Undefined for other pods. */
function knativeSeconds({ apiVersion, value }: KubernetesObject, at: Path): number | undefined {
  if (!apiVersion.startsWith("serving.knative.dev/")) return undefined;
  const timeout = valueAt(value, [...at, "timeoutSeconds"]);
  return typeof timeout === "number" ? timeout : 300;
}

/** What is meant by `"60"`: a problem of its own, but no reason to judge by the default, and to lower it in a fix. */
function quotedSeconds(object: KubernetesObject, at: Path): number | undefined {
  const value = valueAt(object.value, [...at, "terminationGracePeriodSeconds"]);
  return typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** A workflow engine's container, unread fields and all; the engine checks its own types. */
function conformContainer(value: unknown): IContainer {
  return (conform(
    value,
    { fields: { command: { list: "string" }, args: { list: "string" }, image: "string", name: "string" } },
    [],
    [],
  ) ?? {}) as IContainer;
}

const roleOfInit = ({ restartPolicy }: IContainer): Role => (restartPolicy === "Always" ? "sidecar" : "init");

interface Surroundings {
  readonly shared: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** The pod's only main container. */
  readonly single: boolean;
  readonly launched?: boolean;
}

const behindLauncher: Process = {
  argv: undefined,
  ...unknownProcess("the workflow engine starts the command through a launcher of its own"),
};

function readContainer(
  spec: IContainer & Pick<IEphemeralContainer, "targetContainerName">,
  role: Role,
  at: Path,
  { shared, labels, single, launched }: Surroundings,
): Container {
  const image = spec.image ?? "";
  const process = launched ? behindLauncher : processOf(spec.command, spec.args, { shared, sh: shellOf(image) });
  const label = labels["gracewarden.io/proxy"];
  return {
    name: spec.name || placeName(role, at),
    role,
    at,
    spec,
    image,
    preStop: spec.lifecycle?.preStop,
    livenessProbe: withDefaults(spec.livenessProbe),
    readinessProbe: withDefaults(spec.readinessProbe),
    startupProbe: withDefaults(spec.startupProbe),
    process,
    targetContainerName: role === "ephemeral" ? spec.targetContainerName : undefined,
    // What is put into a running pod is somebody's tool, whatever it is called.
    isProxy:
      role !== "ephemeral" &&
      (imageName(image) === "gracewarden-proxy" ||
        process.program === "gracewarden-proxy" ||
        (label !== undefined && (label === spec.name || (label === "true" && single)))),
    path: (...steps) => [...at, ...steps],
  };
}

/** What to call a container without a name, which a patch or a workflow's step may be. A real name has no blanks. */
function placeName(role: Role, at: Path): string {
  const index = at.at(-1);
  if (typeof index !== "number") return "the container";
  const list = role === "ephemeral" ? "ephemeral container" : role === "main" ? "container" : "init container";
  return `${list} ${index + 1}`;
}

/** Fills in what the API server would; it reads a zero as absent (E1). */
function withDefaults(probe: IProbe | undefined): Probe | undefined {
  if (probe === undefined) return undefined;
  return {
    ...probe,
    initialDelaySeconds: probe.initialDelaySeconds ?? 0,
    periodSeconds: probe.periodSeconds || 10,
    timeoutSeconds: probe.timeoutSeconds || 1,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

function isWindows(spec: IPodSpec): boolean {
  return spec.os?.name === "windows" || spec.nodeSelector?.["kubernetes.io/os"] === "windows";
}
