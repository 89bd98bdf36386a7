import type { Path } from "../path.ts";
import { repositoryOf } from "../pods/image.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { anyDuration, between, exactly } from "./interval.ts";
import type { Recognised, Subject } from "./recogniser.ts";
import { recognisers } from "./recognisers.ts";
import { commandLineOf } from "./recognisers/command-line.ts";
import { variablesOf } from "./recognisers/environment.ts";
import { proxyServes } from "./recognisers/proxy.ts";
import type { Origin, Term } from "./term.ts";

export const drainAnnotation = "gracewarden.io/drain-seconds";

/**
 * How many seconds a container's program needs from the stop signal to its exit if nothing cuts it.
 *
 * In this order: what becomes of a signal that does not arrive (no annotation helps there), the annotation for this
 * container, the annotation for all main containers, a recogniser, unknown. Then the image's `sh`, where that decides.
 * `hookTells`: a preStop hook tells the program that it is leaving before the stop signal comes.
 * An annotation is a stated need and counts exactly; a recogniser gives the range from an idle program to the longest that is allowed.
 */
export function drainOf(container: Container, pod: Pod, options: { readonly hookTells: boolean }): Term {
  const drain =
    ofSignal(container) ?? annotated(container, pod) ?? ofRecognisers(container, pod, options) ?? unstated(container);
  return { term: "drain", ...orInDash(container, drain) };
}

const servesAnnotation = "gracewarden.io/serves-after-sigterm-seconds";

/**
 * How long a pod goes on accepting after SIGTERM, where it says so or runs our proxy: such a pod needs no preStop delay.
 * With a container, the annotation counts for main containers only. Undefined where nobody says so.
 */
export function servesAfterSigterm(pod: Pod, container?: Container): Term | undefined {
  const stated =
    container === undefined || container.role === "main" ? annotatedSeconds(pod, servesAnnotation) : undefined;
  const proxy = container ?? pod.containers.find(({ isProxy }) => isProxy);
  const served = proxy && proxyServes(proxy);
  const serving = stated ?? (served && asDrain(served));
  return serving && { term: "serves after SIGTERM", ...serving };
}

/**
 * For how many seconds a program is documented to go on accepting after SIGTERM, as set here: an Istio gateway does while
 * it drains. Nobody says that it is enough for anything else that waits for the container.
 */
export function documentedServing(pod: Pod, container: Container): number {
  if (ofSignal(container) !== undefined) return 0;
  return recognised(container, pod, { hookTells: false })?.servesSeconds ?? 0;
}

type Drain = Omit<Term, "term">;

function annotated({ name, role }: Container, pod: Pod): Drain | undefined {
  return (
    annotatedSeconds(pod, `${drainAnnotation}.${name}`) ??
    (role === "main" ? annotatedSeconds(pod, drainAnnotation) : undefined)
  );
}

/** The seconds that a pod's annotation states; unknown where its value is no number. */
function annotatedSeconds(pod: Pod, key: string): Drain | undefined {
  const value = Object.hasOwn(pod.annotations, key) ? pod.annotations[key] : undefined;
  if (value === undefined) return undefined;
  const at = [...pod.metadataAt, "annotations", key];
  if (!/^\d+(\.\d+)?$/.test(value.trim())) {
    return {
      seconds: anyDuration,
      known: false,
      origin: {
        kind: "annotation",
        text: `annotation ${key} is no number of seconds: ${JSON.stringify(value)}`,
        at,
      },
    };
  }
  return {
    seconds: exactly(Number(value)),
    known: true,
    origin: { kind: "annotation", text: `annotation ${key}`, at },
  };
}

function ofSignal({ process }: Container): Drain | undefined {
  if (process.signal === "lost")
    return {
      seconds: exactly(Infinity),
      known: true,
      origin: { kind: "recogniser", text: process.why },
    };
  if (process.signal === "cut")
    return {
      seconds: exactly(0),
      known: true,
      origin: { kind: "recogniser", text: `the program is cut at once: ${process.why}` },
    };
  return undefined;
}

/** Where the image's `sh` decides whether the signal arrives, what dash makes of it is possible too. */
function orInDash({ process }: Container, drain: Drain): Drain {
  const { min, max } = drain.seconds;
  if (process.ifDash === undefined || min === Infinity) return drain;
  if (process.ifDash === "cut") return { ...drain, seconds: between(0, max) };
  const text = "if the image's sh is dash, it keeps the signal to itself";
  return { seconds: between(min, Infinity), known: false, origin: { kind: "unknown", text } };
}

/**
 * By the containers of a pod as it was read: a copy of it that has other hooks has the same ones, and no recogniser looks
 * at hooks or at the grace period. A decision at admission asks five times about each container.
 */
const recognisedIn = new WeakMap<readonly Container[], Map<Path, (Recognised | undefined)[]>>();

function recognised(container: Container, pod: Pod, options: { readonly hookTells: boolean }): Recognised | undefined {
  let inPod = recognisedIn.get(pod.containers);
  if (inPod === undefined) recognisedIn.set(pod.containers, (inPod = new Map<Path, (Recognised | undefined)[]>()));
  let found = inPod.get(container.at);
  if (found === undefined) inPod.set(container.at, (found = []));
  const index = options.hookTells ? 1 : 0;
  if (!(index in found)) found[index] = recognise(container, pod, options);
  return found[index];
}

/** The first recogniser that knows a bound, else the first that at least knows the program. */
function recognise(container: Container, pod: Pod, options: { readonly hookTells: boolean }): Recognised | undefined {
  let unbounded: Recognised | undefined;
  const subject: Subject = {
    container,
    pod,
    ...options,
    repository: repositoryOf(container.image),
    ...commandLineOf(container),
    variables: variablesOf(container),
  };
  for (const recogniser of recognisers) {
    const found = recogniser.recognise(subject);
    if (found?.known) return found;
    unbounded ??= found;
  }
  return unbounded;
}

function ofRecognisers(container: Container, pod: Pod, options: { readonly hookTells: boolean }): Drain | undefined {
  const found = recognised(container, pod, options);
  return found && asDrain(found);
}

function asDrain({ seconds, known, text, at, source }: Recognised): Drain {
  const origin: Origin = {
    kind: known ? "recogniser" : "unknown",
    text,
    ...(at && { at }),
    ...(source !== undefined && { source }),
  };
  return { seconds, known, origin };
}

function unstated({ name, role }: Container): Drain {
  const key = role === "main" ? drainAnnotation : `${drainAnnotation}.${name}`;
  return {
    seconds: anyDuration,
    known: false,
    origin: { kind: "unknown", text: `nothing says how long ${name} needs; set ${key}` },
  };
}
