import { pathOfSteps, pointerSteps, valueAt, type Path } from "./path.ts";
import type { Container, Pod, Role } from "./pods/pod.ts";
import type { RuleContext } from "./rule.ts";
import type { Interval } from "./shutdown/interval.ts";
import type { Row } from "./shutdown/timeline.ts";

/** A duration in seconds as plain data; `max` is null where it is endless or not known. */
export interface DurationData {
  readonly min: number;
  readonly max: number | null;
  readonly known: boolean;
}

/** A pod as plain data, for rules that a configuration writes as a JSON schema. Names are part of the public contract. */
export interface PodData {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly lifetime: Pod["lifetime"];
  readonly graceSeconds: number;
  readonly sharesProcessNamespace: boolean;
  readonly runsProxy: boolean;
  /** Kinds and names of the Services that reach the pod. */
  readonly services: readonly string[];
  readonly containers: readonly ContainerData[];
  /** The pod spec as written. */
  readonly spec: unknown;
}

interface ContainerData {
  readonly name: string;
  readonly role: Role;
  readonly image: string;
  readonly program: string | null;
  readonly signal: string;
  readonly hasPreStop: boolean;
  /** Zero without a hook. */
  readonly preStop: DurationData;
  readonly drain: DurationData;
  /** What the program gets between the stop signal and SIGKILL at a deletion. */
  readonly timeToStop: DurationData;
  /** The container as written. */
  readonly spec: unknown;
}

/** The pod's data and a way back: from a JSON pointer into it to the place in the object. */
export function podData(
  pod: Pod,
  context: RuleContext,
): { readonly data: PodData; readonly place: (pointer: string) => { at: Path; container: string | undefined } } {
  const rows = new Map(context.timeline(pod, { kind: "delete" }).rows.map((row) => [row.container, row]));
  const data: PodData = {
    kind: pod.object.kind,
    apiVersion: pod.object.apiVersion,
    namespace: pod.object.namespace ?? null,
    name: pod.object.name,
    labels: pod.labels,
    annotations: pod.annotations,
    lifetime: pod.lifetime,
    graceSeconds: pod.graceSeconds,
    sharesProcessNamespace: pod.sharesProcessNamespace,
    runsProxy: pod.runsProxy,
    services: context.set.servicesOf(pod).map(({ name }) => name),
    containers: pod.containers.map((container) => containerData(container, rows.get(container))),
    spec: valueAt(pod.object.value, pod.at),
  };
  return { data, place: (pointer) => placeOf(pod, pointer) };
}

const none: DurationData = { min: 0, max: 0, known: true };

function containerData(container: Container, row: Row | undefined): ContainerData {
  return {
    name: container.spec.name ?? "",
    role: container.role,
    image: container.image,
    program: container.process.program ?? null,
    signal: container.process.signal,
    hasPreStop: container.preStop !== undefined,
    preStop: row?.hook === undefined ? none : duration(row.hook.seconds, row.hook.known),
    drain: row === undefined ? none : duration(row.drain.seconds, row.drain.known),
    timeToStop:
      row === undefined
        ? none
        : duration({ min: row.kill.min - row.signal.min, max: row.kill.max - row.signal.max }, true),
    spec: container.spec,
  };
}

function duration({ min, max }: Interval, known: boolean): DurationData {
  const [low, high] = [Math.min(min, max), Math.max(min, max)];
  return { min: low, max: high === Infinity ? null : high, known };
}

function placeOf(pod: Pod, pointer: string): { at: Path; container: string | undefined } {
  const steps = pointerSteps(pointer);
  const [first, second, third, ...rest] = steps;
  if (first === "containers" && second !== undefined) {
    const container = pod.containers[Number(second)];
    if (container === undefined) return { at: pod.at, container: undefined };
    const at =
      third === "spec"
        ? container.path(...pathOfSteps(rest))
        : third === "preStop"
          ? container.path("lifecycle", "preStop")
          : container.at;
    return { at, container: container.name };
  }
  if (first === "spec") return { at: pod.path(...pathOfSteps(steps.slice(1))), container: undefined };
  if (first === "labels" || first === "annotations") return { at: [...pod.metadataAt, ...steps], container: undefined };
  return { at: first === "graceSeconds" && pod.graceAt !== undefined ? pod.graceAt : pod.at, container: undefined };
}
