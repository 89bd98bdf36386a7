import type { Fix } from "../edit.ts";
import { patience, secondsToKill } from "../pods/probe-budget.ts";
import type { Container, Probe } from "../pods/pod.ts";
import { definePodRule, type Problem } from "../rule.ts";

export default definePodRule({
  id: "startup-probe-covers-connect",
  title: "A startup probe covers the time that a start may take",
  category: "startup",
  severity: "advice",
  why: `Until its startup probe has succeeded, a container is neither killed by liveness nor ready. It gives a slow
start its time once, and liveness can stay quick afterwards; a large initialDelaySeconds on liveness makes every
start wait instead, and still kills one that takes longer. gracewarden's proxy has started when its required
backends have connected once, so its startup probe must be as patient as that may take. Delays count from the
container's start, also behind a startup probe.`,
  cites: ["startup-budget", "liveness-budget", "initialDelay-counts-from-container-start"],
  options: {
    connectSeconds: {
      type: "integer",
      default: 30,
      minimum: 1,
      description: "How long the proxy's required backends may take to connect.",
    },
    longDelaySeconds: {
      type: "integer",
      default: 30,
      minimum: 1,
      description: "An initialDelaySeconds on liveness from which a startup probe is advised.",
    },
  },
  needs: "pod",
  *check(pod, { connectSeconds, longDelaySeconds }) {
    if (pod.lifetime === "job") return;
    for (const container of [...pod.mainContainers, ...pod.sidecars]) {
      const problem = container.isProxy
        ? proxyStart(container, connectSeconds)
        : delayedLiveness(container, longDelaySeconds);
      if (problem !== undefined) yield { ...problem, container: container.name };
      yield* uselessDelays(container);
    }
  },
  examples: [
    {
      name: "the proxy's probes give up before its backends have connected",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  containers:
    - name: none
      image: gracewarden-proxy
      livenessProbe: { httpGet: { path: /livez, port: 8081 } }
    - name: short
      image: gracewarden-proxy
      startupProbe: { httpGet: { path: /startupz, port: 8081 }, periodSeconds: 2, failureThreshold: 5 }
`,
      reports: ["spec.containers[0].startupProbe", "spec.containers[1].startupProbe.failureThreshold"],
    },
    {
      name: "a delay where a startup probe would do",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: slow }
spec:
  template:
    spec:
      containers:
        - name: app
          image: app
          livenessProbe: { httpGet: { path: /livez, port: 8080 }, initialDelaySeconds: 120 }
`,
      reports: ["spec.template.spec.containers[0].livenessProbe.initialDelaySeconds"],
    },
    {
      name: "a delay behind a startup probe",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: app
      image: app
      startupProbe: { httpGet: { path: /livez, port: 8080 }, periodSeconds: 2, failureThreshold: 60 }
      livenessProbe: { httpGet: { path: /livez, port: 8080 }, initialDelaySeconds: 30 }
      readinessProbe: { httpGet: { path: /readyz, port: 8080 }, initialDelaySeconds: 30 }
`,
      reports: [
        "spec.containers[0].livenessProbe.initialDelaySeconds",
        "spec.containers[0].readinessProbe.initialDelaySeconds",
      ],
    },
    {
      name: "patient enough",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  containers:
    - name: proxy
      image: gracewarden-proxy
      startupProbe: { httpGet: { path: /startupz, port: 8081 }, periodSeconds: 1, failureThreshold: 60 }
      livenessProbe: { httpGet: { path: /livez, port: 8081 } }
    - name: app
      image: app
      livenessProbe: { httpGet: { path: /livez, port: 8080 }, initialDelaySeconds: 10 }
      readinessProbe: { httpGet: { path: /readyz, port: 8080 }, initialDelaySeconds: 60 }
    - { name: none, image: app }
`,
    },
    {
      name: "a job starts once",
      yaml: `
apiVersion: batch/v1
kind: Job
metadata: { name: import }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - { name: app, image: app, livenessProbe: { exec: { command: [check] }, initialDelaySeconds: 120 } }
`,
    },
  ],
});

/** The proxy answers its startup probe when its required backends have connected once. */
function proxyStart(container: Container, connectSeconds: number): Problem | undefined {
  const { startupProbe: startup, livenessProbe: liveness } = container;
  if (startup !== undefined) {
    if (secondsToKill(startup) >= connectSeconds) return undefined;
    const at = container.path("startupProbe", "failureThreshold");
    const threshold = Math.ceil(connectSeconds / startup.periodSeconds);
    return {
      at,
      severity: "warn",
      message: `the proxy's startup probe gives up after ${secondsToKill(startup)} s, but its backends may take ${connectSeconds} s to connect: then the proxy is restarted and connects them all again`,
      fix: {
        title: `Set the startup probe's failureThreshold to ${threshold}`,
        safe: true,
        edits: [{ op: "set", at, value: threshold }],
      },
    };
  }
  if (liveness === undefined || secondsToKill(liveness) > connectSeconds) return undefined;
  const onlyAlive = liveness.httpGet?.path === "/livez";
  const harm = onlyAlive
    ? `one whose backends do not connect in ${connectSeconds} s is not restarted, but stays unready`
    : `its liveness probe gives up ${secondsToKill(liveness)} s after the start, while its backends may take up to ${connectSeconds} s to connect`;
  return {
    at: container.path("startupProbe"),
    severity: onlyAlive ? "advice" : "warn",
    message: `the proxy has no startup probe: ${harm}; ask /startupz with periodSeconds 1 and failureThreshold ${2 * connectSeconds}`,
  };
}

/** A delay on liveness in place of a startup probe. */
function delayedLiveness(container: Container, longDelaySeconds: number): Problem | undefined {
  const { livenessProbe: liveness, startupProbe: startup } = container;
  if (liveness === undefined || startup !== undefined || liveness.initialDelaySeconds < longDelaySeconds)
    return undefined;
  const killed = secondsToKill(liveness);
  const at = container.path("livenessProbe", "initialDelaySeconds");
  return {
    at,
    message: `liveness looks away for ${liveness.initialDelaySeconds} s after every start, and still kills a start that takes more than ${killed} s: a startup probe covers the start and lets liveness begin as soon as it is over`,
    fix: startupInstead(container, liveness, killed),
    facts: ["liveness-budget", "startup-budget"],
  };
}

/** The liveness probe's own question, asked often, for as long as liveness was patient. */
function startupInstead(container: Container, liveness: Probe, killed: number): Fix {
  const { exec, httpGet, tcpSocket, grpc, timeoutSeconds } = liveness;
  const periodSeconds = 5;
  const handler = Object.fromEntries(
    Object.entries({ exec, httpGet, tcpSocket, grpc }).filter(([, value]) => value !== undefined),
  );
  const startup = { ...handler, timeoutSeconds, periodSeconds, failureThreshold: Math.ceil(killed / periodSeconds) };
  return {
    title: `Ask the same in a startup probe for ${patience(startup)} s, and drop the delay`,
    safe: false,
    edits: [
      { op: "set", at: container.path("startupProbe"), value: startup },
      { op: "remove", at: container.path("livenessProbe", "initialDelaySeconds") },
    ],
  };
}

/** A shorter delay is over before a startup probe of default numbers has run once. */
const worthMentioning = 10;

/** A delay counts from the container's start: while the startup probe runs it is used up, or it only holds things back. */
function* uselessDelays(container: Container): Iterable<Problem> {
  if (container.startupProbe === undefined) return;
  for (const name of ["livenessProbe", "readinessProbe"] as const) {
    const delay = container[name]?.initialDelaySeconds ?? 0;
    if (delay < worthMentioning) continue;
    const at = container.path(name, "initialDelaySeconds");
    const effect =
      name === "livenessProbe"
        ? "it adds nothing once the startup probe has taken as long"
        : `a container that has started sooner stays out of its Services until then`;
    yield {
      at,
      container: container.name,
      message: `${name}.initialDelaySeconds is ${delay} beside a startup probe: it counts from the container's start, so ${effect}; leave it out`,
      fix: { title: `Remove initialDelaySeconds from ${name}`, safe: false, edits: [{ op: "remove", at }] },
      facts: ["initialDelay-counts-from-container-start"],
    };
  }
}
