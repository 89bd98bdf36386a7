import { lacksShell } from "../pods/image.ts";
import { shells } from "../pods/wrappers.ts";
import type { Container } from "../pods/pod.ts";
import { estimateHook, type HookEstimate } from "./hook.ts";
import { exactly } from "./interval.ts";
import { defaultProxySettings, proxyEnvironment } from "./proxy-budget.ts";
import type { Term } from "./term.ts";

/** The container's preStop hook, judged with what is known of the container: its image and whether it is our proxy. */
export function preStopOf(container: Container): HookEstimate | undefined {
  if (container.preStop === undefined) return undefined;
  let known = estimates.get(container);
  if (known === undefined) estimates.set(container, (known = estimateOf(container, container.preStop)));
  return known;
}

/** A dozen rules ask about the same hook, which may be a long script. */
const estimates = new WeakMap<Container, HookEstimate>();

function estimateOf(container: Container, preStop: NonNullable<Container["preStop"]>): HookEstimate {
  const at = container.path("lifecycle", "preStop");
  const estimate = estimateHook(preStop, at);
  const missing = missingPrograms(container, estimate);
  if (missing.length > 0) {
    const text = `the image ${container.image} has no ${missing.join(" and no ")}`;
    return {
      ...estimate,
      runs: "no",
      duration: { ...estimate.duration, seconds: exactly(0), known: true, origin: { kind: "recogniser", text, at } },
    };
  }
  return isProxyHook(container)
    ? { ...estimate, runs: "yes", tells: true, duration: propagation(container) }
    : estimate;
}

/** What a distribution brings; a bare image has none of it, but may well have a program of the application's own. */
const ofDistribution = new Set("sleep curl wget kill pkill killall timeout tail busybox touch rm cat".split(" "));

/** The programs that a hook needs and the container's image surely lacks (B4). */
export function missingPrograms({ image }: Container, { programs }: Pick<HookEstimate, "programs">): readonly string[] {
  if (!lacksShell(image)) return [];
  return programs.filter((program) => Object.hasOwn(shells, program) || ofDistribution.has(program));
}

/** Whether the hook is the request that our own proxy answers when its propagation window is over. */
function isProxyHook({ isProxy, preStop }: Container): boolean {
  return isProxy && preStop?.httpGet?.path === "/prestop";
}

function propagation(container: Container): Term {
  const name = proxyEnvironment.propagationSeconds;
  const index = container.spec.env?.findIndex((variable) => variable.name === name) ?? -1;
  const value = Number(container.spec.env?.[index]?.value);
  const term = { term: "preStop", known: true };
  if (index >= 0 && value >= 0)
    return {
      ...term,
      seconds: exactly(value),
      origin: { kind: "field", text: name, at: container.path("env", index, "value") },
    };
  return {
    ...term,
    seconds: exactly(defaultProxySettings.propagationSeconds),
    origin: { kind: "recogniser", text: "propagation window of gracewarden-proxy" },
  };
}
