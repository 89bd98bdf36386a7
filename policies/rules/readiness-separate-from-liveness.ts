import { patience } from "../pods/probe-budget.ts";
import { probeTarget } from "../pods/probe-target.ts";
import type { Container, Probe } from "../pods/pod.ts";
import { definePodRule, type Problem, type Severity } from "../rule.ts";
import { reachableAdminPort } from "../shutdown/delay-hook.ts";

export default definePodRule({
  id: "readiness-separate-from-liveness",
  title: "Readiness and liveness ask different questions, or one has more patience",
  category: "startup",
  severity: "advice",
  why: `Failing readiness takes a pod out of its Services; failing liveness restarts it. Where both ask the same
question with the same patience, whatever makes a pod unready for a while, a slow database or a burst of load,
restarts it too, and all its siblings with it. Liveness should ask the process alone, or wait longer. The
proxy answers each question at an endpoint of its own: /livez, /readyz and /startupz.`,
  cites: [
    "same-endpoint-liveness-readiness",
    "readiness-runs-for-life",
    "liveness-and-startup-stop-readiness-continues",
  ],
  needs: "pod",
  *check(pod, _options, { oldestMinor }) {
    for (const container of [...pod.mainContainers, ...pod.sidecars]) {
      const problems = container.isProxy
        ? [proxyReadiness(container), proxyLiveness(container)]
        : [sameQuestion(container), oldestMinor <= lastFreezingMinor ? frozen(container) : undefined];
      for (const problem of problems) if (problem !== undefined) yield { ...problem, container: container.name };
    }
  },
  examples: [
    {
      name: "one endpoint, one patience; the port is written in two ways",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: app
      image: app
      ports: [{ name: http, containerPort: 8080 }]
      livenessProbe: { httpGet: { path: /health, port: http } }
      readinessProbe: { httpGet: { path: /health, port: 8080 }, initialDelaySeconds: 5 }
`,
      reports: ["spec.containers[0].livenessProbe"],
    },
    {
      name: "liveness asks the endpoint of readiness and gives up sooner",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: app
      image: app
      livenessProbe: { httpGet: { path: /readyz, port: 8080 }, periodSeconds: 5 }
      readinessProbe: { httpGet: { path: /readyz, port: 8080 }, periodSeconds: 10 }
`,
      reports: ["spec.containers[0].livenessProbe"],
    },
    {
      name: "probes that are only there because there must be some",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: app
      image: app
      livenessProbe: { exec: { command: ["true"] } }
      readinessProbe: { exec: { command: ["true"] } }
`,
    },
    {
      name: "the proxy's probes at endpoints that answer something else",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  containers:
    - name: calls
      image: gracewarden-proxy
      livenessProbe: { httpGet: { path: /readyz, port: 8081 } }
      readinessProbe: { httpGet: { path: /mcp, port: 8080 } }
    - name: alive
      image: gracewarden-proxy
      livenessProbe: { httpGet: { path: /livez, port: 8081 } }
      readinessProbe: { tcpSocket: { port: 8080 } }
`,
      reports: [
        "spec.containers[0].livenessProbe.httpGet.path",
        "spec.containers[0].readinessProbe.httpGet.path",
        "spec.containers[1].readinessProbe",
      ],
    },
    {
      name: "a hook that takes away the file which exec readiness looks for",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: app
      image: app
      lifecycle: { preStop: { exec: { command: [sh, -c, "rm -f /tmp/ready; sleep 10"] } } }
      readinessProbe: { exec: { command: [cat, /tmp/ready] } }
`,
      reports: ["spec.containers[0].readinessProbe.exec"],
    },
    {
      name: "the same where every kubelet is 1.37 or newer",
      oldest: "1.37",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: app
      image: app
      lifecycle: { preStop: { exec: { command: [sh, -c, "rm -f /tmp/ready; sleep 10"] } } }
      readinessProbe: { exec: { command: [cat, /tmp/ready] } }
`,
    },
    {
      name: "one endpoint, but liveness has more patience; other endpoints; a port that is only opened",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: patient
      image: app
      livenessProbe: { httpGet: { path: /health, port: 8080 }, failureThreshold: 10 }
      readinessProbe: { httpGet: { path: /health, port: 8080 } }
    - name: apart
      image: app
      ports: [{ name: http, containerPort: 8080 }, { name: admin, containerPort: 8081 }]
      livenessProbe: { httpGet: { path: /health, port: admin } }
      readinessProbe: { httpGet: { path: /health, port: http } }
    - name: port
      image: app
      livenessProbe: { tcpSocket: { port: 5432 } }
      readinessProbe: { tcpSocket: { port: 5432 } }
    - name: proxy
      image: gracewarden-proxy
      livenessProbe: { httpGet: { path: /livez, port: 8081 } }
      readinessProbe: { httpGet: { path: /readyz, port: 8081 } }
`,
    },
  ],
});

/** Paths that say by their name that they ask the process alone. */
export const aliveByName = /(?:^|[/._-])(?:live|livez|liveness|alive|ping)$/i;

/** Commands that stand for no question, in manifests that must have a probe. */
export const alwaysTrue = /^((\/usr)?\/bin\/)?true$/;

/** Liveness that fails as soon as readiness does, on the same answer. */
function sameQuestion(container: Container): Problem | undefined {
  const { livenessProbe: liveness, readinessProbe: readiness } = container;
  if (liveness === undefined || readiness === undefined) return undefined;
  // An open port says nothing of dependencies, and what always succeeds asks nothing.
  if (liveness.tcpSocket !== undefined || aliveByName.test(liveness.httpGet?.path ?? "")) return undefined;
  if (alwaysTrue.test(liveness.exec?.command?.join(" ") ?? "")) return undefined;
  const target = probeTarget(container, liveness);
  if (target === undefined || target !== probeTarget(container, readiness)) return undefined;
  if (patience(liveness) > patience(readiness) || liveness.timeoutSeconds > readiness.timeoutSeconds) return undefined;
  return {
    at: container.path("livenessProbe"),
    message: `liveness asks what readiness asks (${describe(liveness)}) and gives up after ${patience(liveness)} s, readiness after ${patience(readiness)} s: what should take the pod out of its Services for a while restarts it; give liveness an endpoint of its own or a higher failureThreshold`,
    facts: ["same-endpoint-liveness-readiness", "readiness-runs-for-life"],
  };
}

function describe({ exec, httpGet, grpc }: Probe): string {
  if (httpGet !== undefined) return httpGet.path ?? "/";
  return exec === undefined ? `gRPC ${grpc?.service ?? ""}`.trim() : `\`${exec.command?.[0] ?? ""}\``;
}

/** Exec readiness freezes while a pod leaves on kubelets 1.35 and 1.36 (A38). */
const lastFreezingMinor = 36;

/** A preStop that makes exec readiness fail, by a file that both name. */
function frozen(container: Container): Problem | undefined {
  const hook = container.preStop?.exec?.command?.join(" ") ?? "";
  const probe = container.readinessProbe?.exec?.command?.join(" ") ?? "";
  if (!/(?:^|[\s/;&"'])(?:rm|touch|mv|unlink)\s|>/.test(hook)) return undefined;
  const files = new Set(hook.match(filePattern));
  const file = probe.match(filePattern)?.find((each) => files.has(each));
  if (file === undefined) return undefined;
  return {
    at: container.path("readinessProbe", "exec"),
    message: `preStop changes ${file}, which readiness looks at, but kubelets 1.35 and 1.36 run no exec readiness probe while a pod leaves: it stays ready there; ask by httpGet, tcpSocket or grpc`,
    facts: ["liveness-and-startup-stop-readiness-continues"],
  };
}

const filePattern = /\/(?!bin\/|usr\/|dev\/)[\w.-]+(?:\/[\w.-]+)+/g;

/** What the proxy's endpoints tell when readiness asks them. */
function proxyReadiness(container: Container): Problem | undefined {
  const probe = container.readinessProbe;
  if (probe === undefined || probe.exec !== undefined || probe.httpGet?.path === "/readyz") return undefined;
  if (probe.httpGet === undefined) {
    return {
      at: container.path("readinessProbe"),
      severity: "warn",
      message: `the proxy's readiness only looks whether a port is open: it gets calls before its backends have connected, and while it refuses them at its end; ask /readyz on the admin port`,
    };
  }
  const { path = "/" } = probe.httpGet;
  const answers: Readonly<Record<string, readonly [Severity, string]>> = {
    "/mcp": ["error", "answers MCP requests and no plain GET, so the pod does not become ready by it"],
    "/": ["error", "is no endpoint of the proxy, so the pod never becomes ready"],
    "/health": [
      "warn",
      "tells the state of single backends, so that one of them can take the whole proxy out of its Services",
    ],
    "/livez": [
      "warn",
      "only says that the process runs, so calls come before the backends have connected and while the proxy closes",
    ],
    "/startupz": [
      "warn",
      "says that the backends have connected once and stays so, so calls come while the proxy closes",
    ],
  };
  const [severity, what] = answers[path] ?? ["warn", "does not tell whether the proxy takes calls"];
  return {
    at: container.path("readinessProbe", "httpGet", "path"),
    severity,
    message: `the proxy's readiness asks ${path}, which ${what}; ask /readyz on the admin port`,
    ...askInstead(container, "readinessProbe", "/readyz"),
  };
}

/** Liveness of the proxy on anything that depends on backends turns their outage into restarts. */
function proxyLiveness(container: Container): Problem | undefined {
  const path = container.livenessProbe?.httpGet?.path;
  if (path === undefined || path === "/livez") return undefined;
  return {
    at: container.path("livenessProbe", "httpGet", "path"),
    severity: "warn",
    message: `the proxy's liveness asks ${path}: a backend that is away, or the end of a drain, makes it fail and the proxy is restarted with all calls in it; ask /livez on the admin port`,
    ...askInstead(container, "livenessProbe", "/livez"),
  };
}

function askInstead(
  container: Container,
  name: "livenessProbe" | "readinessProbe",
  path: string,
): Pick<Problem, "fix"> {
  const port = reachableAdminPort(container);
  if (port === undefined) return {};
  const at = container.path(name, "httpGet");
  return {
    fix: {
      title: `Ask ${path} on port ${port}`,
      safe: false,
      edits: [
        { op: "set", at: [...at, "path"], value: path },
        { op: "set", at: [...at, "port"], value: port },
      ],
    },
  };
}
