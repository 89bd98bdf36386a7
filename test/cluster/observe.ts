import { setTimeout as wait } from "node:timers/promises";
import { followApps, type AppLogs } from "./app-log.ts";
import { kubectl } from "./kubectl.ts";
import { manifest, unhealthyFile, type Images } from "./manifest.ts";
import type { NamespaceWatch } from "./namespace-watch.ts";
import type { Shape } from "./shapes.ts";

/** How one container left. Moments are seconds after the kubelet began to stop its pod. */
export interface Observed {
  readonly shape: string;
  readonly container: string;
  /** When the app got SIGTERM; undefined where it never did, or could not say so. */
  readonly signal: number | undefined;
  /** Its last sign of life. */
  readonly end: number;
  readonly outcome: "exits" | "killed";
  /** From the DELETE to the kubelet's first act; undefined where the kubelet itself began. */
  readonly lag: number | undefined;
}

/** A kubelet that has just started a pod is still busy with it. */
const settleMilliseconds = 2500;

/** Starts the shapes' pods side by side, makes them leave, and watches them until they are gone. */
export async function observe(
  shapes: readonly Shape[],
  batch: string,
  namespace: string,
  images: Images,
  watch: NamespaceWatch,
): Promise<Observed[]> {
  const pods = shapes.map((shape) => ({ shape, name: `${shape.name}-${batch}` }));
  const items = pods.map(({ shape, name }) => manifest(shape, name, batch, images));
  const inNamespace = `--namespace=${namespace}`;
  await kubectl(["create", inNamespace, "--filename=-"], { apiVersion: "v1", kind: "List", items });
  await kubectl(["wait", inNamespace, "pods", `--selector=batch=${batch}`, "--for=condition=Ready", "--timeout=120s"]);
  const apps = followApps(namespace, batch);
  const containers = pods.flatMap(({ shape, name }) =>
    containersOf(shape).map((container) => ({ shape, name, container })),
  );
  try {
    await apps.heard(containers.length);
    await wait(settleMilliseconds);
    const deleted = pods.filter(({ shape }) => shape.cause === "delete").map(({ name }) => name);
    const failing = pods.filter(({ shape }) => shape.cause === "liveness").map(({ name }) => name);
    await Promise.all([
      deleted.length > 0 && kubectl(["delete", "pods", inNamespace, "--wait=false", ...deleted]),
      ...failing.map((name) => kubectl(["exec", inNamespace, name, "--", "touch", unhealthyFile])),
    ]);
    await Promise.race([apps.ended, failAfter(90)]);
    // A pod of grace 0 is gone from the API at once, and the exit codes of its containers with it.
    const told = ({ shape, name, container }: (typeof containers)[number]): boolean =>
      shape.graceSeconds === 0 || watch.terminated(name, container) !== undefined;
    await watch.until(`end of all containers of batch ${batch}`, () => containers.every(told), 30);
    if (failing.length > 0)
      await kubectl(["delete", "pods", inNamespace, "--wait=false", "--grace-period=1", ...failing]);
    return containers.map(({ shape, name, container }) => observed(shape, name, container, apps, watch));
  } finally {
    await apps.stop();
  }
}

const containersOf = ({ containers, sidecars = [] }: Shape): string[] =>
  [...containers, ...sidecars].map(({ name }) => name);

function observed(shape: Shape, pod: string, container: string, apps: AppLogs, watch: NamespaceWatch): Observed {
  // Every container's hook starts when the pod's first does; each has a Killing event of its own.
  const start = Math.min(...containersOf(shape).map((name) => watch.killingAt(pod, name) ?? Infinity));
  const log = apps.of(pod, container);
  if (start === Infinity || log === undefined) throw new Error(`${pod}/${container}: no Killing event or no output`);
  const { exitCode, finishedAt = 0 } = watch.terminated(pod, container) ?? {};
  const deletedAt = watch.deletedAt(pod);
  const seconds = (at: number): number => (at - start) / 1000;
  // The runtime reports 137 for SIGKILL; without its report, who was killed could not say goodbye.
  const killed = exitCode === undefined ? log.exitAt === undefined : exitCode === 137;
  return {
    shape: shape.name,
    container,
    signal: log.sigtermAt === undefined ? undefined : seconds(log.sigtermAt),
    // Both are at most the true moment, should the last lines of the log be missing.
    end: seconds(Math.max(log.lastAt, finishedAt)),
    outcome: killed ? "killed" : "exits",
    lag: shape.cause === "delete" && deletedAt !== undefined ? (start - deletedAt) / 1000 : undefined,
  };
}

async function failAfter(seconds: number): Promise<never> {
  await wait(seconds * 1000, undefined, { ref: false });
  throw new Error(`containers still run after ${seconds} s`);
}
