import type { Pod } from "../pods/pod.ts";
import { isApp } from "../pods/traffic-path.ts";
import { companionProxyOf, waitsForConnections } from "../pods/traffic-proxy.ts";
import { definePodRule } from "../rule.ts";
import type { Row } from "../shutdown/timeline.ts";

/** Native sidecars are stopped in order from here on: beta and on by default (A14). */
const sidecarMinor = 29;

export default definePodRule({
  id: "sidecar-outlives-app",
  title: "A proxy that the app talks through stops after the app",
  category: "process",
  severity: "warn",
  why: `A proxy that runs as a plain container gets SIGTERM at the same moment as the app. If it is gone first, the
app finishes its requests without a network or without its database. As a native sidecar (an init container with
restartPolicy Always) it is stopped after the app; otherwise it needs a preStop hook that waits for the app.`,
  cites: ["containers-parallel-unordered", "sidecar-order"],
  needs: "pod",
  *check(pod, _options, context) {
    if (pod.lifetime === "job") return;
    const { rows } = context.timeline(pod, { kind: "delete" });
    const apps = rows.filter(({ container }) => container.role === "main" && isApp(container));
    const [app] = apps;
    // Where an app delays, prestop-everywhere reports the proxy that does not.
    if (app === undefined || apps.some(({ hook }) => (hook?.seconds.min ?? 0) >= 1)) return;
    for (const row of rows) {
      const { container } = row;
      const proxy = container.role === "main" ? companionProxyOf(container) : undefined;
      if (proxy === undefined || container.preStop !== undefined || waitsForConnections(proxy, container)) continue;
      const title = container.name === proxy.name ? "" : ` (${proxy.name})`;
      const harm = row.drain.known && app.drain.known && seconds(row) < seconds(app) && seconds(app) < Infinity;
      yield {
        at: container.path(),
        container: container.name,
        severity: harm ? "warn" : "advice",
        message: `${container.name}${title} is a plain container beside ${app.container.name} and gets SIGTERM at the same moment${
          harm
            ? `: it is gone after at most ${seconds(row)} s, while ${app.container.name} may need ${seconds(app)} s`
            : ", so what the app still sends or receives while it stops may fail"
        }; ${advice(pod, context.oldestMinor)}`,
        ...(harm && { evidence: named(app, row) }),
      };
    }
  },
  examples: [
    {
      name: "a database proxy beside the app",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - { name: app, image: registry.example/app:1 }
        - { name: cloud-sql-proxy, image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1", args: ["p:r:i"] }
`,
      reports: ["spec.template.spec.containers[1]"],
    },
    {
      name: "a mesh proxy that is gone before the app has drained",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: mesh
  annotations: { gracewarden.io/drain-seconds.app: "20" }
spec:
  containers:
    - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.27.0" }
    - { name: app, image: registry.example/app:1 }
`,
      reports: ["spec.containers[0]"],
    },
    {
      name: "as a native sidecar",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: native }
spec:
  initContainers:
    - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.27.0", restartPolicy: Always }
  containers:
    - { name: app, image: registry.example/app:1 }
`,
    },
    {
      name: "a hook that waits, and a setting that does",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: waits }
spec:
  containers:
    - { name: app, image: registry.example/app:1 }
    - name: pgbouncer
      image: registry.example/pgbouncer:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "while pgrep app; do sleep 1; done"] } } }
    - name: cloud-sql-proxy
      image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1
      args: [--max-sigterm-delay=30s, "p:r:i"]
`,
    },
    {
      name: "the proxy is the app",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: gateway }
spec:
  template:
    spec:
      containers:
        - { name: envoy, image: "envoyproxy/envoy:v1.34.0" }
        - { name: shutdown-manager, image: registry.example/gateway:1 }
`,
    },
    {
      name: "a Job ends by itself",
      yaml: `
apiVersion: batch/v1
kind: Job
metadata: { name: batch }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - { name: app, image: registry.example/app:1 }
        - { name: cloud-sql-proxy, image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1" }
`,
    },
  ],
});

function advice(pod: Pod, oldestMinor: number): string {
  return oldestMinor >= sidecarMinor && pod.os === "linux"
    ? "make it a native sidecar (an init container with restartPolicy Always), which stops after the app"
    : "give it a preStop hook that waits until the app is gone";
}

const seconds = ({ drain }: Row): number => drain.seconds.max;

const named = (app: Row, proxy: Row) => [
  { ...app.drain, term: `drain of ${app.container.name}` },
  { ...proxy.drain, term: `drain of ${proxy.container.name}` },
];
