import { valueAt, type Path } from "../path.ts";
import { findPods, knownPodPlace } from "./find.ts";
import type { KubernetesObject, ShapeProblem } from "./object.ts";
import type { Pod } from "./pod.ts";
import { readPod } from "./read-pod.ts";
import { podIndex, selectorIndex } from "./selector-index.ts";
import { sameNamespace, targetName, targetsObject } from "./traffic.ts";

/** All objects of one run, with the relations between them. */
export interface ObjectSet {
  readonly objects: readonly KubernetesObject[];
  /** The pods and pod templates that stand in an object. */
  podsIn(object: KubernetesObject): readonly Pod[];
  /** What in the object's pods cannot be read. */
  problemsIn(object: KubernetesObject): readonly ShapeProblem[];
  /** Why the object's pods are not judged, where it has some that cannot be. */
  skipReason(object: KubernetesObject): string | undefined;
  /** Services whose selector matches the pod's labels, in its namespace. */
  servicesOf(pod: Pod): readonly KubernetesObject[];
  /** PodDisruptionBudgets that select the pod. */
  disruptionBudgetsOf(pod: Pod): readonly KubernetesObject[];
  /** HorizontalPodAutoscalers and KEDA ScaledObjects that target the pod's workload. */
  autoscalersOf(pod: Pod): readonly KubernetesObject[];
  /** The pods that a Service or PodDisruptionBudget selects. */
  podsSelectedBy(object: KubernetesObject): readonly Pod[];
}

interface Reading {
  readonly pods: readonly Pod[];
  readonly problems: readonly ShapeProblem[];
  readonly skipped: string | undefined;
}

/** Relates the objects of one run. Pods are read once, on first use. */
export function objectSet(objects: readonly KubernetesObject[]): ObjectSet {
  const readings = new Map<KubernetesObject, Reading>();
  const reading = (object: KubernetesObject): Reading => {
    let found = readings.get(object);
    if (found === undefined) readings.set(object, (found = read(object)));
    return found;
  };
  const ofKind = (...kinds: string[]): KubernetesObject[] => objects.filter(({ kind }) => kinds.includes(kind));
  const services = selectorIndex(ofKind("Service").filter(({ apiVersion }) => apiVersion === "v1"));
  const budgets = selectorIndex(ofKind("PodDisruptionBudget"));
  const autoscalers = Map.groupBy(ofKind("HorizontalPodAutoscaler", "ScaledObject"), targetName);
  let pods: ReturnType<typeof podIndex> | undefined;
  return {
    objects,
    podsIn: (object) => reading(object).pods,
    problemsIn: (object) => reading(object).problems,
    skipReason: (object) => reading(object).skipped,
    servicesOf: services,
    disruptionBudgetsOf: budgets,
    autoscalersOf: (pod) =>
      (autoscalers.get(pod.object.name) ?? []).filter(
        (autoscaler) => sameNamespace(autoscaler, pod.object) && targetsObject(autoscaler, pod.object),
      ),
    podsSelectedBy(object) {
      pods ??= podIndex(objects.flatMap((other) => reading(other).pods));
      return pods(object);
    },
  };
}

function read(object: KubernetesObject): Reading {
  const places = findPods(object);
  if (places.length === 0) return { pods: [], ...withoutPod(object) };
  const pods = places.map((place) => readPod(object, place));
  const problems = pods.flatMap((one) => one.problems);
  const incomplete =
    knownPodPlace(object) === undefined
      ? undefined
      : pods.flatMap(({ pod }) => pod.mainContainers).find(({ image }) => image === "");
  const [first] = places;
  if (knownPodPlace(object) !== undefined && first !== undefined) {
    const containers = valueAt(object.value, [...first.at, "containers"]);
    if (Array.isArray(containers) && containers.length === 0) {
      return {
        pods: [],
        skipped: undefined,
        problems: [
          ...problems,
          {
            at: [...first.at, "containers"],
            verdict: "fail",
            message: "containers is an empty list: a pod needs at least one container",
          },
        ],
      };
    }
    if (!Array.isArray(containers)) {
      if (problems.length === 0)
        problems.push({
          at: [...first.at, "containers"],
          verdict: "fail",
          message: "containers must be a list, but is null",
        });
      return { pods: [], skipped: undefined, problems };
    }
  }
  // Judged by the default of 30 s, a hook that fits would be an error, and its fix would write over the placeholder.
  const readable = pods.filter(
    ({ pod: { graceAt }, problems: found }) =>
      !found.some(({ at, verdict }) => verdict === "undetermined" && isPath(at, graceAt)),
  );
  if (readable.length < pods.length) return { pods: readable.map(({ pod }) => pod), problems, skipped: undefined };
  if (incomplete !== undefined && problems.length === 0) {
    return {
      pods: [],
      problems,
      skipped: `container ${incomplete.spec.name || "(unnamed)"} has no image: a patch or an incomplete object; lint what it is merged into`,
    };
  }
  return { pods: pods.map(({ pod }) => pod), problems, skipped: undefined };
}

const isPath = (at: Path, other: Path | undefined): boolean =>
  other !== undefined && at.length === other.length && at.every((step, index) => step === other[index]);

/** Containers beside fields of its own are merged with others into a pod that only an operator knows: to say nothing would pass for a verdict. */
function ofAnOperator({ value }: KubernetesObject): string | undefined {
  const containers = valueAt(value, ["spec", "containers"]);
  return Array.isArray(containers) && containers.length > 0
    ? "left to an operator: its containers stand beside fields of its own; lint the pods that it makes"
    : undefined;
}

/** A workload without a pod spec is a patch, unless it says `spec: null` or a spec that is no mapping. */
function withoutPod(object: KubernetesObject): Pick<Reading, "problems" | "skipped"> {
  const place = knownPodPlace(object);
  if (place === undefined) return { problems: [], skipped: ofAnOperator(object) };
  for (let length = 1; length <= place.length; length++) {
    const at = place.slice(0, length);
    const value = valueAt(object.value, at);
    if (value === undefined) break;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) continue;
    const name = String(at.at(-1));
    const found =
      value === null ? "null" : Array.isArray(value) ? "a list" : `the ${typeof value} ${JSON.stringify(value)}`;
    return {
      skipped: undefined,
      problems: [{ at, verdict: "fail", message: `${name} of this ${object.kind} must be a mapping, but is ${found}` }],
    };
  }
  return { problems: [], skipped: "no containers: a patch or an incomplete object; lint what it is merged into" };
}
