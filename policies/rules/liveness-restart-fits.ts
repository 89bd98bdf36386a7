import { secondsToKill } from "../pods/probe-budget.ts";
import { probeTarget } from "../pods/probe-target.ts";
import type { Container, Pod } from "../pods/pod.ts";
import type { Fix } from "../edit.ts";
import { defaultGraceSeconds } from "../pods/read-pod.ts";
import { definePodRule, type Problem } from "../rule.ts";
import type { BudgetSettings } from "../budget-settings.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";
import { proxyRestart } from "../shutdown/proxy-restart.ts";
import type { Term } from "../shutdown/term.ts";

export default definePodRule({
  id: "liveness-restart-fits",
  title: "A restart by liveness fits the hook, and comes neither too early nor too late",
  category: "startup",
  severity: "warn",
  why: `When a liveness or startup probe fails, the kubelet stops the container as at a deletion: preStop first,
then SIGTERM, all inside the probe's own terminationGracePeriodSeconds or else the pod's. A grace of the probe
that is shorter than the hook cuts the hook and leaves the process 2 s; a long grace of the pod lets a process
that hangs stay for all of it, while nothing else in the pod is restarted. And before it ever answered, a
liveness probe without a startup probe kills what starts slowly.`,
  cites: [
    "liveness-kill-grace-order",
    "prestop-runs-on-these-kills",
    "two-second-floor",
    "restart-kill-blocks-pod",
    "liveness-budget",
  ],
  options: {
    longGraceSeconds: {
      type: "integer",
      default: 60,
      minimum: 1,
      description: "A pod's grace period above which its liveness probes should have one of their own.",
    },
    longHookSeconds: {
      type: "integer",
      default: 30,
      minimum: 1,
      description: "A preStop that delays each restart by so long is pointed out.",
    },
  },
  needs: "pod",
  *check(pod, { longGraceSeconds, longHookSeconds }, { budget }) {
    for (const container of [...pod.mainContainers, ...pod.sidecars]) {
      const found = [
        probeGrace(container, "livenessProbe", budget) ??
          probeGrace(container, "startupProbe", budget) ??
          proxyGrace(pod, container),
        killsDuringStart(container),
      ].filter((problem) => problem !== undefined);
      yield* found;
      if (found.length > 0 || pod.lifetime === "job") continue;
      const slow = slowRestart(pod, container, longGraceSeconds, longHookSeconds, budget);
      if (slow !== undefined) yield slow;
    }
  },
  examples: [
    {
      name: "the hook outlives the probe's grace period",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 60
  containers:
    - name: app
      image: app
      lifecycle: { preStop: { sleep: { seconds: 20 } } }
      livenessProbe: { httpGet: { path: /livez, port: 8080 }, terminationGracePeriodSeconds: 10 }
`,
      reports: ["spec.containers[0].livenessProbe.terminationGracePeriodSeconds"],
    },
    {
      name: "what the hook leaves of the probe's grace period is little, or not known",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: little
      image: app
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
      startupProbe: { httpGet: { path: /livez, port: 8080 }, terminationGracePeriodSeconds: 10 }
    - name: unknown
      image: app
      lifecycle: { preStop: { httpGet: { path: /drain, port: 8080 } } }
      livenessProbe: { httpGet: { path: /livez, port: 8080 }, terminationGracePeriodSeconds: 10 }
`,
      reports: [
        "spec.containers[0].startupProbe.terminationGracePeriodSeconds",
        "? spec.containers[1].livenessProbe.terminationGracePeriodSeconds",
      ],
    },
    {
      name: "a process that hangs stays for the pod's long grace period",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: streams }
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 600
      containers:
        - { name: app, image: app, livenessProbe: { httpGet: { path: /livez, port: 8080 } } }
`,
      reports: ["spec.template.spec.containers[0].livenessProbe.terminationGracePeriodSeconds"],
    },
    {
      name: "a long hook delays each restart",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: behind-a-load-balancer }
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: app
          image: app
          lifecycle: { preStop: { sleep: { seconds: 45 } } }
          livenessProbe: { httpGet: { path: /livez, port: 8080 } }
`,
      reports: ["spec.template.spec.containers[0].livenessProbe"],
    },
    {
      name: "liveness kills before readiness begins to look",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: slow }
spec:
  containers:
    - name: app
      image: app
      livenessProbe: { httpGet: { path: /health, port: 8080 } }
      readinessProbe: { httpGet: { path: /health, port: 8080 }, initialDelaySeconds: 60 }
`,
      reports: ["spec.containers[0].livenessProbe"],
    },
    {
      name: "the proxy's liveness needs a grace period of its own, with room for its backends",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  terminationGracePeriodSeconds: 60
  containers:
    - name: none
      image: gracewarden-proxy
      livenessProbe: { httpGet: { path: /livez, port: 8081 } }
    - name: short
      image: gracewarden-proxy
      lifecycle: { preStop: { httpGet: { path: /prestop, port: 8081 } } }
      livenessProbe: { httpGet: { path: /livez, port: 8081 }, terminationGracePeriodSeconds: 8 }
    - name: enough
      image: gracewarden-proxy
      lifecycle: { preStop: { httpGet: { path: /prestop, port: 8081 } } }
      livenessProbe: { httpGet: { path: /livez, port: 8081 }, terminationGracePeriodSeconds: 12 }
`,
      reports: [
        "spec.containers[0].livenessProbe.terminationGracePeriodSeconds",
        "spec.containers[1].livenessProbe.terminationGracePeriodSeconds",
      ],
    },
    {
      name: "a short grace period for the probe where no hook needs it",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 300
  containers:
    - name: app
      image: app
      livenessProbe: { httpGet: { path: /livez, port: 8080 }, terminationGracePeriodSeconds: 5 }
      startupProbe: { httpGet: { path: /livez, port: 8080 }, periodSeconds: 2, failureThreshold: 60 }
      readinessProbe: { httpGet: { path: /livez, port: 8080 }, initialDelaySeconds: 60 }
`,
    },
    {
      name: "the default grace period, a short hook, a delay that readiness and liveness share",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: app
      image: app
      lifecycle: { preStop: { sleep: { seconds: 10 } } }
      livenessProbe: { httpGet: { path: /livez, port: 8080 }, initialDelaySeconds: 20 }
      readinessProbe: { httpGet: { path: /readyz, port: 8080 }, initialDelaySeconds: 20 }
    - { name: none, image: app }
`,
    },
  ],
});

type ProbeName = "livenessProbe" | "startupProbe";

/** A grace period of the probe's own against the hook that runs inside it. */
function probeGrace(container: Container, name: ProbeName, budget: BudgetSettings): Problem | undefined {
  const grace = container[name]?.terminationGracePeriodSeconds;
  const hook = preStopOf(container)?.duration;
  if (grace === undefined || grace < 1) return undefined;
  const at = container.path(name, "terminationGracePeriodSeconds");
  const field = `${name}.terminationGracePeriodSeconds is ${grace}`;
  const needed = container.isProxy ? proxyRestart(container)?.neededSeconds : withApp(hook, budget.leastAppSeconds);
  const fix = needed === undefined || needed > budget.maxGraceSeconds ? undefined : raise(at, needed);
  const problem = { at, container: container.name, ...(hook && { evidence: [hook] }), ...(fix && { fix }) };
  if (hook !== undefined && hook.seconds.min >= grace) {
    return {
      ...problem,
      severity: "error",
      message: `${field}, but preStop takes ${formatSeconds(hook.seconds)}: a restart by this probe ${hook.seconds.min > grace ? `cuts the hook after ${grace} s` : "ends with the hook"} and leaves the process 2 s`,
    };
  }
  if (container.isProxy) return shortForProxy(container, grace, at, field, fix);
  if (hook === undefined) return undefined;
  const left = grace - Math.trunc(hook.seconds.max);
  if (hook.seconds.max === Infinity) {
    return {
      ...problem,
      verdict: "undetermined",
      message: `${field}, and nobody says how long preStop takes: a restart by this probe cuts a hook that takes longer; a native sleep would be known`,
    };
  }
  if (left >= budget.leastAppSeconds) return undefined;
  return {
    ...problem,
    severity: "advice",
    message: `${field} and preStop takes ${formatSeconds(hook.seconds)} of it: a restart by this probe leaves the process ${Math.max(left, 2)} s to stop`,
  };
}

function shortForProxy(
  container: Container,
  grace: number,
  at: Problem["at"],
  field: string,
  fix: Fix | undefined,
): Problem | undefined {
  const restart = proxyRestart(container);
  if (restart === undefined || grace >= restart.leavingSeconds + restart.backendStopSeconds) return undefined;
  return {
    at,
    container: container.name,
    message: `${field}, but the proxy needs ${restart.leavingSeconds} s for its hook or propagation window and ${restart.backendStopSeconds} s to stop its backends: a restart kills backends that still run`,
    ...(fix && { fix }),
  };
}

/** Without a grace period of its own the proxy's liveness waits for the pod's, which is made for draining calls. */
function proxyGrace(pod: Pod, container: Container): Problem | undefined {
  const probe = container.livenessProbe;
  if (!container.isProxy || probe === undefined || probe.terminationGracePeriodSeconds !== undefined) return undefined;
  const needed = proxyRestart(container)?.neededSeconds;
  if (needed === undefined || pod.graceSeconds <= needed) return undefined;
  const at = container.path("livenessProbe", "terminationGracePeriodSeconds");
  return {
    at,
    container: container.name,
    message: `the proxy's liveness probe has no grace period of its own: a proxy that hangs is killed only after the pod's ${pod.graceSeconds} s, though ${needed} s are enough for its hook and its backends`,
    fix: { ...raise(at, needed), safe: false },
  };
}

/** The author lets readiness wait longer than liveness has patience: evidence of a slow start. */
function killsDuringStart(container: Container): Problem | undefined {
  const { livenessProbe: liveness, readinessProbe: readiness, startupProbe } = container;
  if (liveness === undefined || readiness === undefined || startupProbe !== undefined) return undefined;
  const killed = secondsToKill(liveness);
  const delay = readiness.initialDelaySeconds;
  if (delay < killed) return undefined;
  const same = probeTarget(container, liveness) === probeTarget(container, readiness);
  return {
    at: container.path("livenessProbe"),
    container: container.name,
    severity: same ? "warn" : "advice",
    message: `liveness kills ${container.name} if it does not answer within ${killed} s of its start, but readiness expects no answer${same ? " from the same endpoint" : ""} before ${delay} s: one that starts as slowly as that never comes up; give it a startup probe`,
    facts: ["liveness-budget", "startup-budget"],
  };
}

function slowRestart(
  pod: Pod,
  container: Container,
  longGraceSeconds: number,
  longHookSeconds: number,
  budget: BudgetSettings,
): Problem | undefined {
  const probe = container.livenessProbe;
  if (probe === undefined) return undefined;
  const hook = preStopOf(container)?.duration;
  const own = probe.terminationGracePeriodSeconds;
  if (own === undefined && pod.graceSeconds > longGraceSeconds && !container.isProxy) {
    const at = container.path("livenessProbe", "terminationGracePeriodSeconds");
    const least = withApp(hook, budget.leastAppSeconds);
    const needed = least && Math.max(least, defaultGraceSeconds);
    const fits = needed !== undefined && needed < pod.graceSeconds;
    return {
      at,
      container: container.name,
      severity: "advice",
      message: `the liveness probe has no grace period of its own: a process that hangs is killed only after the pod's ${pod.graceSeconds} s, and nothing else in the pod is restarted meanwhile`,
      ...(fits && { fix: { ...raise(at, needed), safe: false } }),
      facts: ["liveness-kill-grace-order", "restart-kill-blocks-pod"],
    };
  }
  if (hook === undefined || hook.seconds.min < longHookSeconds || hook.seconds.min >= pod.graceSeconds)
    return undefined;
  return {
    at: container.path("livenessProbe"),
    container: container.name,
    severity: "advice",
    message: `preStop runs before a restart by liveness too: a container that hangs stays ${formatSeconds(hook.seconds)} longer each time`,
    evidence: [hook],
    facts: ["prestop-runs-on-these-kills", "restart-kill-blocks-pod"],
  };
}

/** The hook and the least time for the process behind it; undefined where nobody says how long the hook takes. */
function withApp(hook: Term | undefined, leastAppSeconds: number): number | undefined {
  const seconds = hook?.seconds.max ?? 0;
  return seconds === Infinity ? undefined : Math.ceil(seconds) + leastAppSeconds;
}

function raise(at: Problem["at"], seconds: number): Fix {
  return {
    title: `Set the probe's terminationGracePeriodSeconds to ${seconds}`,
    safe: true,
    edits: [{ op: "set", at, value: seconds }],
  };
}
