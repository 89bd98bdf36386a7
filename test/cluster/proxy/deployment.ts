import { readFile } from "node:fs/promises";
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { kubectl } from "../kubectl.ts";
import { lifecycles, type Hook, type Subject } from "./subject.ts";

const fixture = "echo";
const echoBackend = ["node", "/fixture/echo-server.ts"];

/** Gives the namespace the stdio server that the proxies have behind them: it needs Node alone. */
export async function createFixture(namespace: string): Promise<void> {
  const script = await readFile(new URL("../../proxies/echo-server.ts", import.meta.url), "utf8");
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: fixture },
    data: { "echo-server.ts": script },
  };
  await kubectl(["create", `--namespace=${namespace}`, "--filename=-"], configMap);
}

/** The pod of a subject, with arguments for the server behind it. */
export function podSpecOf(subject: Subject, hook: Hook, ...args: readonly string[]): IPodSpec {
  const container = subject.container([...echoBackend, ...args]);
  const lifecycle = lifecycles[hook];
  const proxy: IContainer = {
    name: "proxy",
    imagePullPolicy: "IfNotPresent",
    ...container,
    ports: [{ name: "mcp", containerPort: 8080 }],
    volumeMounts: [{ name: fixture, mountPath: "/fixture" }],
    ...(lifecycle && { lifecycle }),
  };
  return {
    terminationGracePeriodSeconds: 30,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    containers: [proxy],
    volumes: [{ name: fixture, configMap: { name: fixture } }],
  };
}

/** Two replicas behind a Service; gives the Service's URL when they are ready. */
export async function deploy(namespace: string, name: string, spec: IPodSpec, sticky = false): Promise<string> {
  const inNamespace = `--namespace=${namespace}`;
  const labels = { app: name };
  const deployment: IDeployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: {
      selector: labels,
      ports: [{ port: 80, targetPort: 8080 }],
      ...(sticky && { sessionAffinity: "ClientIP" }),
    },
  };
  const items = [deployment, service];
  await kubectl(["create", inNamespace, "--filename=-"], { apiVersion: "v1", kind: "List", items });
  await kubectl(["rollout", "status", inNamespace, `deployment/${name}`, "--timeout=120s"]);
  const address = await kubectl(["get", "service", name, inNamespace, "--output=jsonpath={.spec.clusterIP}"]);
  return `http://${address}/mcp`;
}

/** Replaces every pod, and waits until the old ones are gone. */
export async function rollOut(namespace: string, name: string): Promise<void> {
  const inNamespace = `--namespace=${namespace}`;
  await kubectl(["rollout", "restart", inNamespace, `deployment/${name}`]);
  await kubectl(["rollout", "status", inNamespace, `deployment/${name}`, "--timeout=120s"]);
  for (;;) {
    const pods = await kubectl(["get", "pods", inNamespace, `--selector=app=${name}`, "--output=name"]);
    if (pods.trim().split("\n").length === 2) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
