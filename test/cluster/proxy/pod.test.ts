import type { IPod } from "kubernetes-models/v1/Pod";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubectl } from "../kubectl.ts";
import { until } from "../webhook/until.ts";
import { newCaller } from "./caller.ts";
import { createFixture, podSpecOf } from "./deployment.ts";
import { gracewarden } from "./subject.ts";

// Settings: KUBECONFIG, GRACEWARDEN_PROXY_IMAGE, GRACEWARDEN_TEST_IMAGE (Node with sh and procps).
const { KUBECONFIG = "", GRACEWARDEN_PROXY_IMAGE = "", GRACEWARDEN_TEST_IMAGE = "gracewarden-node:24" } = process.env;
const missing = Object.entries({ KUBECONFIG, GRACEWARDEN_PROXY_IMAGE }).filter(([, value]) => value === "");
if (missing.length > 0)
  console.warn(`SKIPPED: the proxy's pods are not tried, for want of ${missing.map(([name]) => name).join(", ")}.`);

const namespace = `gracewarden-pods-${crypto.randomUUID().slice(0, 8)}`;
const inNamespace = `--namespace=${namespace}`;
const subject = gracewarden(GRACEWARDEN_PROXY_IMAGE);

const create = (name: string, spec: IPodSpec): Promise<string> =>
  kubectl(["create", inNamespace, "--filename=-"], {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec,
  } satisfies IPod);
const get = async (name: string): Promise<IPod> =>
  JSON.parse(await kubectl(["get", "pod", name, inNamespace, "--output=json"])) as IPod;
const proxyOf = (pod: IPod) => pod.status?.containerStatuses?.find(({ name }) => name === "proxy");
const isReady = (pod: IPod): boolean => proxyOf(pod)?.ready === true;
const ready = (name: string): Promise<IPod> => until(`${name} ready`, () => get(name), isReady, { everySeconds: 0.2 });

/** One call, past any Service. */
async function call(name: string): Promise<string> {
  const url = `http://${(await get(name)).status?.podIP}:8080/mcp`;
  const caller = newCaller({ url, revision: "2026-07-28", connections: "fresh", timeoutSeconds: 10 });
  return (await caller.call("hello", 0)) ?? "answered";
}

/** The proxy with a sidecar of the same uid. */
const withSidecar = (shareProcessNamespace: boolean): IPodSpec => {
  const { containers, ...spec } = podSpecOf(subject, "none");
  const sidecar = {
    name: "sidecar",
    image: GRACEWARDEN_TEST_IMAGE,
    imagePullPolicy: "IfNotPresent" as const,
    command: ["sleep", "3600"],
  };
  const securityContext = { runAsUser: 65532, runAsNonRoot: true };
  return { ...spec, shareProcessNamespace, securityContext, containers: [...containers, sidecar] };
};
/** What the sidecar hits with a signal that is meant for its own Node processes. */
const signal = (name: string, program: string): Promise<string> =>
  kubectl(["exec", name, inNamespace, "--container=sidecar", "--", "sh", "-c", `pkill -TERM -c -f ${program} || true`]);
const restarts = async (name: string): Promise<number> => proxyOf(await get(name))?.restartCount ?? 0;

describe.skipIf(missing.length > 0)("a pod of the proxy", () => {
  beforeAll(async () => {
    await kubectl(["create", "namespace", namespace]);
    await kubectl(["wait", "--for=create", "serviceaccount/default", inNamespace, "--timeout=30s"]);
    await createFixture(namespace);
  });

  afterAll(async () => {
    await kubectl(["delete", "pods", "--all", "--grace-period=1", "--wait=false", inNamespace]);
    await kubectl(["delete", "namespace", namespace, "--wait=false"]);
  });

  it("is ready when its backend is, not when its port is open", async () => {
    await create("slow", podSpecOf(subject, "none", "--slow-start", "8000"));
    const startedAt = await until(
      "slow running",
      async () => proxyOf(await get("slow"))?.state?.running?.startedAt,
      (at) => at !== undefined,
      { everySeconds: 0.2 },
    );
    await ready("slow");
    const seconds = (Date.now() - Date.parse(String(startedAt))) / 1000;
    console.log(`A backend that takes 8 s to say who it is: ready ${seconds.toFixed(1)} s after the container's start`);
    expect(seconds).toBeGreaterThanOrEqual(8);
    expect(seconds).toBeLessThan(60);
    expect(await call("slow")).toBe("answered");
  }, 90_000);

  it("is ended by a sidecar that shares its PID namespace, which is what the webhook denies", async () => {
    await create("shared", withSidecar(true));
    await ready("shared");
    expect(await call("shared")).toBe("answered");
    const hit = Number(await signal("shared", "[g]racewarden-proxy"));
    expect(hit).toBeGreaterThanOrEqual(1);
    await until(
      "the proxy's restart",
      () => restarts("shared"),
      (count) => count === 1,
    );
  }, 120_000);

  it("loses its backend to such a sidecar, and starts it again", async () => {
    await create("robbed", withSidecar(true));
    await ready("robbed");
    expect(Number(await signal("robbed", "'^[^ ]*node /fixture/'"))).toBeGreaterThanOrEqual(1);
    await until(
      "answers again",
      () => call("robbed"),
      (said) => said === "answered",
      { everySeconds: 0.2 },
    );
    expect(await restarts("robbed")).toBe(0);
  }, 120_000);

  it("is out of reach of a sidecar in a namespace of its own", async () => {
    await create("apart", withSidecar(false));
    await ready("apart");
    expect(Number(await signal("apart", "[n]ode"))).toBe(0);
    expect(await call("apart")).toBe("answered");
    expect(await restarts("apart")).toBe(0);
  }, 120_000);
});
