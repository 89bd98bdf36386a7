import { baseName } from "../../policies/pods/command-name.ts";
import type { Container, Pod } from "../../policies/pods/pod.ts";
import { debuggerPowers, describeGround, powersByGround, signalPowers } from "../../policies/pods/signal-permission.ts";

/** Whose processes see each other, and which way the stop signal takes in each container. */
export interface SignalPaths {
  /** `own`: each container has its own PID namespace. */
  readonly namespace: "own" | "shared" | "node" | "windows";
  readonly paths: readonly SignalPath[];
  /** Who besides the runtime may signal whom. */
  readonly powers: readonly Power[];
}

/** From the runtime to a container's program. */
export interface SignalPath {
  readonly container: Container;
  /** `sh`, `tini`; undefined where the image decides. */
  readonly first: string | undefined;
  readonly firstKind: Container["process"]["first"];
  /** The program behind it, where that is another process. */
  readonly program: string | undefined;
  readonly signal: "reaches" | "lost" | "cut" | "unknown";
  readonly why: string;
}

interface Power {
  readonly from: Container;
  readonly to: readonly Container[];
  readonly why: string;
}

/** No sender beyond this many is told apart: in a pod of thousands everybody may signal everybody. */
const mostPowers = 200;

export function signalPaths(pod: Pod): SignalPaths {
  const powers = [...signalPowers(pod), ...debuggerPowers(pod)]
    .slice(0, mostPowers)
    .flatMap((power) => powersByGround(pod, power));
  return {
    namespace: namespaceOf(pod),
    paths: pod.containers.filter(({ role }) => role !== "init").map(pathOf),
    powers: powers.map((power) => ({
      from: power.from,
      to: power.targets.flat(),
      why: describeGround(pod, power),
    })),
  };
}

function namespaceOf(pod: Pod): SignalPaths["namespace"] {
  if (pod.os === "windows") return "windows";
  if (pod.spec.hostPID === true) return "node";
  return pod.sharesProcessNamespace ? "shared" : "own";
}

function pathOf(container: Container): SignalPath {
  const { argv, program, first, signal, ifDash, why } = container.process;
  const [command] = argv ?? [];
  const direct = first === "program" ? program : undefined;
  return {
    container,
    first: direct ?? (command === undefined ? undefined : baseName(command)),
    firstKind: first,
    program: first === "program" ? undefined : program,
    signal,
    why: ifDash === undefined ? why : `${why} (if the image's sh is dash, the signal is ${ifDash})`,
  };
}
