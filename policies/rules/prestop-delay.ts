import { memo } from "../memo.ts";
import { goesFirst } from "../pods/goes-first.ts";
import { nearest } from "../pods/nearest.ts";
import { nameOf, type KubernetesObject } from "../pods/object.ts";
import type { Container, Pod } from "../pods/pod.ts";
import {
  forRequests,
  hasTrafficPort,
  isApp,
  isIdle,
  publishesNotReady,
  standsBeside,
  trafficPath,
} from "../pods/traffic-path.ts";
import { definePodRule, type Problem, type Severity } from "../rule.ts";
import { delayFix, missingHookAt } from "../shutdown/delay-fix.ts";
import { documentedServing, servesAfterSigterm } from "../shutdown/drain.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import type { Term } from "../shutdown/term.ts";

export default definePodRule({
  id: "prestop-delay",
  title: "A pod that serves goes on serving while its endpoints leave",
  category: "traffic",
  severity: "advice",
  why: `At a deletion the kubelet sends SIGTERM while kube-proxy, ingresses and load balancers are still learning
that the pod leaves; nothing orders the two. A server that stops accepting at once refuses the requests that
arrive in between, at every rollout. A preStop delay keeps SIGTERM away until the endpoints have gone; a server
that goes on accepting after SIGTERM needs none, and says so with gracewarden.io/serves-after-sigterm-seconds.
A preStop sleep of 0 seconds says that the author wants no delay.`,
  cites: [
    "kubelet-and-endpoints-race",
    "kube-proxy-batching",
    "who-recommends-what",
    "sleep-handler",
    "zero-sleep-noop",
    "sleep-version-skew",
  ],
  options: {
    minimumSeconds: {
      type: "number",
      default: 2,
      minimum: 0,
      description:
        "The least delay, in seconds, that counts as one. Kube-proxy alone needs 1 to 2; load balancers need more.",
    },
  },
  needs: "pod",
  *check(pod, { minimumSeconds }, context) {
    const { delaySeconds } = context.budget;
    if (pod.lifetime === "job" || delaySeconds < 1 || ownsItsHooks(pod)) return;
    const services = forRequests(context.set.servicesOf(pod));
    if (services.length === 0 && !context.injecting && !mayServe(pod)) return;
    const path = trafficPath(pod, services).filter((container) => !isIdle(container));
    const least = Math.min(minimumSeconds, delaySeconds);
    // A delay on one of them is prestop-everywhere's matter.
    const hooked = path.filter(({ preStop }) => preStop !== undefined);
    for (const container of hooked) yield* tooShort(pod, container, least);
    const besideHook = pod.mainContainers.some((container) => container.preStop !== undefined && isApp(container));
    const planned = hooked.length > 0 || (besideHook && path.every(hasTrafficPort));
    const serving = planned ? [] : path.map((container) => ({ container, serves: servesAfterSigterm(pod, container) }));
    const untold = serving.find(({ serves }) => serves?.known === false);
    if (untold?.serves !== undefined) yield undetermined(untold.container, untold.serves);
    const cut = serving.flatMap(({ container, serves }) =>
      (serves?.seconds.max ?? documentedServing(pod, container)) < least ? [container] : [],
    );
    const lingering = context.injecting ? unhookedProxies(pod).filter((container) => !cut.includes(container)) : [];
    const [first] = [...cut, ...lingering];
    if (first === undefined) return;
    const result = delayFix(pod, [...cut, ...lingering], delaySeconds, context);
    const gap = services.length > 0 ? goesFirst(pod.object, context.set) : undefined;
    yield {
      at: missingHookAt(first),
      container: first.name,
      severity: severityOf(cut, services.length > 0 && gap === undefined),
      message: `${cut.length === 0 ? untilSigterm(lingering) : whatHappens(cut, nearest(services, pod.object))}${result.fix === undefined ? `; ${result.why}` : ""}${caveats(services)}${gap === undefined ? "" : `; ${gap}, delay or not`}`,
      ...(result.fix !== undefined && { fix: result.fix }),
    };
  },
  examples: [
    {
      name: "a Service leads to the pod",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          ports: [{ name: http, containerPort: 8080 }]
        - name: exporter
          image: registry.example/exporter:1
          ports: [{ name: metrics, containerPort: 9113 }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports: [{ port: 80, targetPort: http }]
`,
      reports: ["spec.template.spec.containers[0].lifecycle"],
    },
    {
      name: "a single pod that goes before the next one comes: a delay helps little",
      yaml: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  template:
    metadata: { labels: { app: db } }
    spec:
      containers:
        - { name: db, image: registry.example/db:1, ports: [{ containerPort: 5432 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db }
spec:
  selector: { app: db }
  ports: [{ port: 5432 }]
`,
      reports: ["spec.template.spec.containers[0].lifecycle"],
    },
    {
      name: "the delay would not fit into the grace period",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata:
      annotations: { gracewarden.io/drain-seconds: "28" }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          ports: [{ containerPort: 8080 }]
`,
      reports: ["spec.template.spec.containers[0].lifecycle"],
    },
    {
      name: "no port is declared, but a readiness probe and a hook after the start",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: probed }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      readinessProbe: { httpGet: { path: /ready, port: 8080 } }
      lifecycle: { postStart: { exec: { command: [/app/register] } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop"],
    },
    {
      name: "the metrics-server, which answers requests of the API server",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: metrics-server }
spec:
  template:
    metadata: { labels: { app: metrics-server } }
    spec:
      containers:
        - { name: metrics-server, image: "registry.example/metrics-server:1", ports: [{ name: https, containerPort: 10250 }] }
---
apiVersion: v1
kind: Service
metadata: { name: metrics-server }
spec:
  selector: { app: metrics-server }
  ports: [{ name: https, port: 443, targetPort: https }]
`,
      reports: ["spec.template.spec.containers[0].lifecycle"],
    },
    {
      name: "a delay too short for endpoints to leave",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: short }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
      lifecycle: { preStop: { sleep: { seconds: 1 } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.sleep.seconds"],
    },
    {
      name: "kubelets that cannot sleep by themselves: no fix",
      oldest: "1.29",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: old }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
`,
      reports: ["spec.containers[0].lifecycle"],
    },
    {
      name: "gracewarden's proxy, told not to wait for its endpoints",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: mcp }
spec:
  containers:
    - name: proxy
      image: registry.example/gracewarden-proxy:1
      ports: [{ containerPort: 8080 }]
      env: [{ name: GRACEWARDEN_PROPAGATION_SECONDS, value: "0" }]
`,
      reports: ["spec.containers[0].lifecycle"],
    },
    {
      name: "gracewarden's proxy serves on after SIGTERM",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: mcp }
spec:
  containers:
    - name: proxy
      image: registry.example/gracewarden-proxy:1
      ports: [{ containerPort: 8080 }]
`,
    },
    {
      name: "a server that serves on after SIGTERM and says so",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: lingers
  annotations: { gracewarden.io/serves-after-sigterm-seconds: "10" }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
`,
    },
    {
      name: "an Istio gateway, which goes on accepting while it drains",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: gateway }
spec:
  template:
    metadata: { labels: { istio: gateway } }
    spec:
      containers:
        - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.29.1", args: [proxy, router], ports: [{ containerPort: 8443 }] }
---
apiVersion: v1
kind: Service
metadata: { name: gateway }
spec:
  selector: { istio: gateway }
  ports: [{ name: https, port: 443, targetPort: 8443 }]
`,
    },
    {
      name: "it says so, but not in seconds",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: lingers
  annotations: { gracewarden.io/serves-after-sigterm-seconds: "a while" }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
`,
      reports: ['? metadata.annotations["gracewarden.io/serves-after-sigterm-seconds"]'],
    },
    {
      name: "a delay, a hook of the author's own, and a zero-second sleep",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: delayed }
spec:
  containers:
    - name: delayed
      image: registry.example/app:1
      ports: [{ containerPort: 8080 }]
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
    - name: asked
      image: registry.example/app:1
      ports: [{ containerPort: 8081 }]
      lifecycle: { preStop: { httpGet: { path: /drain, port: 8081 } } }
    - name: declined
      image: registry.example/app:1
      ports: [{ containerPort: 8082 }]
      lifecycle: { preStop: { sleep: { seconds: 0 } } }
`,
    },
    {
      name: "a worker that is only measured, a Job, and a container to be entered",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker }
spec:
  template:
    metadata: { labels: { app: worker } }
    spec:
      containers:
        - { name: worker, image: registry.example/worker:1 }
---
apiVersion: batch/v1
kind: Job
metadata: { name: batch }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - { name: batch, image: registry.example/batch:1, ports: [{ containerPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: controller-metrics }
spec:
  selector: { app: worker }
  ports: [{ name: https, port: 8443 }]
---
apiVersion: v1
kind: Pod
metadata: { name: toolbox }
spec:
  containers:
    - { name: toolbox, image: registry.example/toolbox:1, command: [sleep, infinity], ports: [{ containerPort: 80 }] }
`,
    },
    {
      name: "an exporter, and a controller that is only probed and measured",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: exporter }
spec:
  containers:
    - { name: main, image: registry.example/redis-exporter:1, ports: [{ name: http, containerPort: 9121 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: controller }
spec:
  containers:
    - name: controller
      image: registry.example/controller:1
      ports: [{ name: metrics, containerPort: 9090 }, { name: profiling, containerPort: 8008 }]
      readinessProbe: { httpGet: { path: /readyz, port: 8081 } }
---
apiVersion: v1
kind: Pod
metadata: { name: consumer }
spec:
  containers:
    - name: consumer
      image: registry.example/consumer:1
      readinessProbe: { exec: { command: [/app/consumes] } }
`,
    },
  ],
});

/** A command in the container tells of workers as well. */
const isCalledWhenReady = ({ readinessProbe }: Container): boolean =>
  readinessProbe !== undefined && readinessProbe.exec === undefined;

/**
 * Something in the pod says that it may be called: a port that is not for measuring alone, or, where no port is declared,
 * a readiness probe that calls it. An exporter or a log shipper is called by those that measure.
 */
function mayServe(pod: Pod): boolean {
  return pod.mainContainers.some(
    (container) =>
      !standsBeside(container) &&
      (hasTrafficPort(container) ||
        (isCalledWhenReady(container) && (container.isProxy || (container.spec.ports ?? []).length === 0))),
  );
}

/** Knative forbids hooks and grace periods in its templates and drains by a container of its own. */
function ownsItsHooks({ object }: Pod): boolean {
  return object.apiVersion.startsWith("serving.knative.dev/");
}

/** A plain wait that is over before endpoints can have left. A hook that tells the program something is the author's own plan. */
function* tooShort(pod: Pod, container: Container, least: number): Iterable<Problem> {
  const hook = preStopOf(container);
  if (hook === undefined || hook.tells || hook.runs === "no" || !hook.duration.known) return;
  const { seconds, origin } = hook.duration;
  if (seconds.max === 0 || seconds.max >= least) return;
  if ((servesAfterSigterm(pod, container)?.seconds.max ?? documentedServing(pod, container)) >= least) return;
  yield {
    at: origin.at ?? container.path("lifecycle", "preStop"),
    container: container.name,
    message: `the preStop delay of ${container.name} is ${formatSeconds(seconds)}, less than the ${least} s in which endpoints leave: requests that arrive after SIGTERM may be refused`,
    evidence: [hook.duration],
  };
}

function severityOf(cut: readonly Container[], isReached: boolean): Severity {
  if (cut.some(({ isProxy }) => isProxy)) return "error";
  return isReached ? "warn" : "advice";
}

/** Somebody says how long it serves on, but in a way that cannot be read here. */
function undetermined(container: Container, serves: Term): Problem {
  return {
    at: serves.origin.at ?? container.path(),
    container: container.name,
    verdict: "undetermined",
    message: `whether ${container.name} goes on serving after SIGTERM long enough cannot be told: ${serves.origin.text}; write the seconds out, or give it a preStop delay`,
    evidence: [serves],
  };
}

const unhookedProxies = (pod: Pod): readonly Container[] =>
  pod.mainContainers.filter(({ isProxy, preStop }) => isProxy && preStop === undefined);

const untilSigterm = (containers: readonly Container[]): string =>
  `without a preStop hook nothing tells ${containers.map(({ name }) => name).join(" and ")} before SIGTERM that the pod leaves`;

function whatHappens(containers: readonly Container[], service: KubernetesObject | undefined): string {
  const names = containers.map(({ name }) => name).join(" and ");
  const verb = containers.length === 1 ? "gets" : "get";
  if (containers.some(({ isProxy }) => isProxy))
    return `${names} ${verb} SIGTERM at once when the pod is deleted and is not set to go on serving for a while (GRACEWARDEN_PROPAGATION_SECONDS): calls that arrive before the endpoints have left can be refused`;
  if (service === undefined)
    return `${names} ${verb} SIGTERM at once when the pod is deleted, with no preStop delay: if it serves requests, those that arrive before its endpoints have left can be refused`;
  return `${nameOf(service)} leads requests to ${names}, which ${verb} SIGTERM at once when the pod is deleted: with no preStop delay, requests that arrive before the endpoints have left can be refused`;
}

const listingUnready = memo((services: readonly KubernetesObject[]) => services.find(publishesNotReady));

function caveats(services: readonly KubernetesObject[]): string {
  const kept = listingUnready(services);
  return kept === undefined
    ? ""
    : `; ${nameOf(kept)} publishes addresses that are not ready, so it leads there until the pod is gone, delay or not`;
}
