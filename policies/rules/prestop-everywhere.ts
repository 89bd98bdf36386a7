import type { Container, Pod } from "../pods/pod.ts";
import { hasTrafficPort, isApp, standsBeside } from "../pods/traffic-path.ts";
import { trafficProxyOf } from "../pods/traffic-proxy.ts";
import { definePodRule } from "../rule.ts";
import { delayFix, missingHookAt } from "../shutdown/delay-fix.ts";
import { servesAfterSigterm } from "../shutdown/drain.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import { hookOverruns } from "../shutdown/hook-overrun.ts";

export default definePodRule({
  id: "prestop-everywhere",
  title: "Containers that share the traffic delay together",
  category: "traffic",
  severity: "warn",
  why: `All plain containers of a pod are stopped at the same time, and a preStop delay holds back SIGTERM for its
own container alone. While one still serves its delay, a sibling in the same request path without a hook is
gone: the front without its backend answers errors, the backend without its proxy is not reached. Each needs
the same delay, or the helper becomes a native sidecar, which is stopped after the app.`,
  cites: ["containers-parallel-unordered", "sidecar-order", "prestop-before-sigterm"],
  needs: "pod",
  *check(pod, _options, context) {
    if (pod.lifetime === "job" || pod.mainContainers.length < 2) return;
    const delaying = context
      .timeline(pod, { kind: "delete" })
      .rows.filter(
        ({ container, hook }) => container.role === "main" && isApp(container) && (hook?.seconds.min ?? 0) >= 1,
      )
      .toSorted((a, b) => (b.hook?.seconds.min ?? 0) - (a.hook?.seconds.min ?? 0));
    const [longest] = delaying;
    if (longest?.hook === undefined) return;
    const { hook } = longest;
    const early = pod.mainContainers.filter((container) => stopsEarly(pod, container));
    // A hook that outlasts the grace period is no number to copy.
    const result = hookOverruns(pod, longest) ? undefined : delayFix(pod, early, Math.ceil(hook.seconds.min), context);
    for (const container of early) {
      const proxy = trafficProxyOf(container);
      yield {
        at: missingHookAt(container),
        container: container.name,
        message: `${longest.container.name} serves for ${formatSeconds(hook.seconds)} more in its preStop hook, but ${container.name} has none and gets SIGTERM at once: requests that need both fail until the pod is gone${
          proxy === undefined || context.oldestMinor < 29
            ? ""
            : `; as a native sidecar ${container.name} would be stopped after the app`
        }`,
        evidence: [hook],
        ...(result?.fix !== undefined && { fix: result.fix }),
      };
    }
  },
  examples: [
    {
      name: "the app delays, the proxy in front of it does not",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example/app:1
          ports: [{ containerPort: 8080 }]
          lifecycle: { preStop: { sleep: { seconds: 10 } } }
        - name: envoy
          image: envoyproxy/envoy:v1.34.0
`,
      reports: ["spec.template.spec.containers[1].lifecycle"],
    },
    {
      name: "the front delays, the backend does not",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: php }
spec:
  containers:
    - name: nginx
      image: nginx:1.29
      ports: [{ containerPort: 80 }]
      lifecycle: { preStop: { exec: { command: [sleep, "5"] } } }
    - name: fpm
      image: registry.example/fpm:1
      ports: [{ containerPort: 9000 }]
`,
      reports: ["spec.containers[1].lifecycle"],
    },
    {
      name: "log shippers, exporters and workers are not in the path",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: helpers }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
    - { name: logs, image: "fluent/fluent-bit:4.0", ports: [{ containerPort: 2020 }] }
    - { name: nginx-exporter, image: registry.example/exporter:1, ports: [{ containerPort: 9113 }] }
    - { name: stats, image: registry.example/stats:1, ports: [{ name: http-metrics, containerPort: 9090 }] }
    - { name: worker, image: registry.example/worker:1 }
`,
    },
    {
      name: "a mesh proxy that waits for the app, as its injector has it",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: mesh }
spec:
  containers:
    - name: linkerd-proxy
      image: cr.l5d.io/linkerd/proxy:edge-26.1.1
      ports: [{ containerPort: 4143 }]
      lifecycle: { preStop: { exec: { command: [/bin/sleep, "10"] } } }
    - { name: app, image: registry.example/app:1, ports: [{ containerPort: 8080 }] }
`,
    },
    {
      name: "native sidecars are stopped after the app anyway",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: native }
spec:
  initContainers:
    - { name: envoy, image: "envoyproxy/envoy:v1.34.0", restartPolicy: Always, ports: [{ containerPort: 10000 }] }
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
`,
    },
    {
      name: "the sibling declines a delay, or serves on by itself",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: declined }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
    - name: declined
      image: registry.example/app:1
      ports: [{ containerPort: 8081 }]
      lifecycle: { preStop: { sleep: { seconds: 0 } } }
    - name: mcp
      image: registry.example/gracewarden-proxy:1
      ports: [{ containerPort: 8082 }]
`,
    },
  ],
});

/** In the request path, by its ports or by what it is, and stopped at once. */
function stopsEarly(pod: Pod, container: Container): boolean {
  if (container.preStop !== undefined || standsBeside(container)) return false;
  if (!hasTrafficPort(container) && trafficProxyOf(container) === undefined) return false;
  return (servesAfterSigterm(pod, container)?.seconds.max ?? 0) === 0;
}
