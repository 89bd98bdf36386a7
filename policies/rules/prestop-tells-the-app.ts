import { memo } from "../memo.ts";
import { valueAt } from "../path.ts";
import { imageName } from "../pods/image.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { hasTrafficPort } from "../pods/traffic-path.ts";
import { isRecord } from "../record.ts";
import { definePodRule } from "../rule.ts";
import { reachableAdminPort } from "../shutdown/delay-hook.ts";
import { servesAfterSigterm } from "../shutdown/drain.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";

export default definePodRule({
  id: "prestop-tells-the-app",
  title: "A server of long connections is told that it leaves",
  category: "traffic",
  severity: "advice",
  why: `A sleep saves new connections only. While it lasts the program does not know that the pod is leaving, so
streams and kept connections (gRPC, HTTP/2, WebSocket, server-sent events) stay on it and are cut when SIGTERM
comes. A hook that the program answers (httpGet), or serving on for a while after SIGTERM, lets it ask its clients
to reconnect first. Reported only where the manifest shows such connections.`,
  cites: ["established-connections-survive", "sleep-saves-new-connections-only", "httpGet-hook-semantics"],
  needs: "pod",
  *check(pod, _options, { set }) {
    if (pod.lifetime === "job") return;
    for (const container of pod.mainContainers) {
      const hook = preStopOf(container);
      if (hook === undefined || hook.tells || hook.runs === "no" || !hook.duration.known) continue;
      const { seconds } = hook.duration;
      if (seconds.min === 0) continue;
      const at = container.path("lifecycle", "preStop");
      const waits = `the preStop hook of ${container.name} waits ${formatSeconds(seconds)} and tells the program nothing`;
      if (container.isProxy) {
        // Bound to loopback it cannot be asked from the node, and the sleep is right.
        const port = reachableAdminPort(container);
        if (port === undefined) continue;
        yield {
          at,
          container: container.name,
          severity: "warn",
          message: `${waits}, so after it the proxy serves its propagation window once more and its calls get that much less; use httpGet /prestop on port ${port}`,
          evidence: [hook.duration],
        };
        continue;
      }
      if ((servesAfterSigterm(pod, container)?.seconds.max ?? 0) > 0) continue;
      const kept = keptConnections(pod, container, set.servicesOf(pod));
      if (kept === undefined) continue;
      yield {
        at,
        container: container.name,
        message: `${waits}: ${kept}, and connections that are open then are cut at SIGTERM unless the program closes them one by one; an httpGet hook that it answers can tell it before`,
        evidence: [hook.duration],
      };
    }
  },
  examples: [
    {
      name: "a gRPC server behind a sleep",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: grpc }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ name: grpc-api, containerPort: 9000 }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop"],
    },
    {
      name: "the Service says that it speaks WebSocket",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: chat, labels: { app: chat } }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 9000 }]
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, sleep 10] } } }
---
apiVersion: v1
kind: Service
metadata: { name: chat }
spec:
  selector: { app: chat }
  ports: [{ port: 9000, appProtocol: kubernetes.io/ws }]
`,
      reports: ["spec.containers[0].lifecycle.preStop"],
    },
    {
      name: "gracewarden's proxy",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: mcp }
spec:
  containers:
    - name: proxy
      image: registry.example/gracewarden-proxy:1
      env: [{ name: GRACEWARDEN_ADMIN_LISTEN, value: "0.0.0.0:9081" }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop"],
    },
    {
      name: "gracewarden's proxy bound to loopback, where a sleep is right",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: mcp }
spec:
  containers:
    - name: proxy
      image: registry.example/gracewarden-proxy:1
      env: [{ name: GRACEWARDEN_ADMIN_LISTEN, value: "127.0.0.1:8081" }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
`,
    },
    {
      name: "a plain HTTP server, and a gRPC server that is told",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: content }
spec:
  containers:
    - name: web
      image: registry.example/web:1
      ports: [{ name: http, containerPort: 8080 }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
    - name: grpc
      image: registry.example/app:1
      ports: [{ name: grpc, containerPort: 9000 }]
      lifecycle: { preStop: { httpGet: { path: /drain, port: 8081 } } }
`,
    },
    {
      name: "it serves on after SIGTERM",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: lingers
  annotations: { gracewarden.io/serves-after-sigterm-seconds: "5" }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ name: grpc, containerPort: 9000 }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
`,
    },
  ],
});

export const longLived = new Set([
  "grpc",
  "grpcs",
  "h2c",
  "h2",
  "http2",
  "ws",
  "wss",
  "websocket",
  "websockets",
  "sse",
]);

/** Servers whose clients keep one connection for hours. */
export const servers = /^(nats|emqx|eclipse-mosquitto|mosquitto|centrifugo|soketi|mercure|pushpin)$/;

/** Why the container is known to keep connections, as a clause; undefined where nothing shows it. */
function keptConnections(pod: Pod, container: Container, services: readonly KubernetesObject[]): string | undefined {
  const port = (container.spec.ports ?? []).find(({ name }) => namesProtocol(name));
  if (port?.name !== undefined) return `port ${port.name} carries long-lived connections`;
  if (container.readinessProbe?.grpc !== undefined || container.livenessProbe?.grpc !== undefined)
    return "it is probed by gRPC, so it serves long-lived connections";
  const image = imageName(container.image);
  if (servers.test(image)) return `${image} serves long-lived connections`;
  // Asked for each container: without Services, as at admission, the others are not looked through.
  if (services.length === 0) return undefined;
  const serving = pod.mainContainers.filter(hasTrafficPort);
  if (serving.length !== 1 || serving[0] !== container) return undefined;
  const kept = longLivedThrough(services);
  return kept && `Service ${kept.service.name} leads long-lived connections (${kept.protocol}) to it`;
}

/** The first Service that says of a port that its connections live long. */
const longLivedThrough = memo((services: readonly KubernetesObject[]) => {
  for (const service of services) {
    const ports = valueAt(service.value, ["spec", "ports"]);
    if (!Array.isArray(ports)) continue;
    for (const entry of ports) {
      const protocol = isRecord(entry) ? (entry["appProtocol"] ?? entry["name"]) : undefined;
      if (typeof protocol === "string" && namesProtocol(protocol.replace(/^.*\//, ""))) return { service, protocol };
    }
  }
  return undefined;
});

function namesProtocol(name: string | undefined): boolean {
  return (
    name
      ?.toLowerCase()
      .split("-")
      .some((word) => longLived.has(word)) ?? false
  );
}
