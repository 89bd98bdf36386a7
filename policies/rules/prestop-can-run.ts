import type { ILifecycleHandler } from "kubernetes-models/v1/LifecycleHandler";
import type { FactId } from "../facts/facts.ts";
import { valueAt, type Path } from "../path.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { isRecord } from "../record.ts";
import { definePodRule, type Problem, type RuleContext } from "../rule.ts";
import { sleepMinor } from "../shutdown/delay-fix.ts";
import { misreadExec } from "../shutdown/exec-syntax.ts";
import { estimateHook } from "../shutdown/hook.ts";
import { missingPrograms } from "../shutdown/pre-stop.ts";

type Hook = "preStop" | "postStart";

export default definePodRule({
  id: "prestop-can-run",
  title: "A hook can run",
  category: "hook",
  severity: "error",
  why: `A preStop hook that cannot run fails without much noise: an event, and SIGTERM follows at once, as if there
were no hook. Nobody notices until requests are lost. A postStart hook that cannot run gets its container killed
again and again. Some hooks can be told from the manifest alone: those that the API server refuses, those that the
kubelet has no code for, a shell in an image without one, a port by a name that the container does not have.
A port by number need not be declared anywhere, so it is never reported.`,
  cites: [
    "one-handler-per-hook",
    "tcpSocket-always-fails",
    "sleep-bounds",
    "exec-runs-in-container",
    "distroless-exec-fails",
    "httpGet-hook-semantics",
    "hook-host-field-psa",
    "init-containers-no-hooks",
    "prestop-failure-is-not-fatal-beyond-term",
    "postStart-semantics",
  ],
  needs: "pod",
  *check(pod, _options, context) {
    for (const container of pod.containers) {
      if (container.spec.lifecycle === undefined) continue;
      if (container.role === "init" || container.role === "ephemeral") {
        const handled = (["preStop", "postStart"] as const).some(
          (hook) => container.spec.lifecycle?.[hook] !== undefined,
        );
        if (handled) yield forbidden(container);
        continue;
      }
      for (const hook of ["preStop", "postStart"] as const) {
        const handler = container.spec.lifecycle[hook];
        if (handler !== undefined) yield* judge(pod, container, hook, handler, context);
      }
    }
  },
  examples: [
    {
      name: "tcpSocket, before the stop and after the start",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tcp }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle:
        preStop: { tcpSocket: { port: 8080 } }
        postStart: { tcpSocket: { port: 8080 } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.tcpSocket", "spec.containers[0].lifecycle.postStart.tcpSocket"],
    },
    {
      name: "a sleep in an image without one",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: bare }
spec:
  template:
    spec:
      containers:
        - name: app
          image: gcr.io/distroless/static-debian12:nonroot
          lifecycle: { preStop: { exec: { command: [sleep, "10"] } } }
        - name: shell
          image: gcr.io/distroless/nodejs24
          lifecycle: { preStop: { exec: { command: [/bin/sh, -c, sleep 10] } } }
`,
      reports: [
        "spec.template.spec.containers[0].lifecycle.preStop.exec.command",
        "spec.template.spec.containers[1].lifecycle.preStop.exec.command",
      ],
    },
    {
      name: "a port by a name that only the sibling has",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: ports }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      ports: [{ name: http, containerPort: 8080 }]
      lifecycle: { preStop: { httpGet: { path: /drain, port: admin } } }
    - name: sibling
      image: registry.example/app:1
      ports: [{ name: admin, containerPort: 9000 }]
`,
      reports: ["spec.containers[0].lifecycle.preStop.httpGet.port"],
    },
    {
      name: "the node's loopback, and another host",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: hosts }
spec:
  containers:
    - name: loopback
      image: registry.example/app:1
      lifecycle: { preStop: { httpGet: { host: localhost, path: /drain, port: 8080 } } }
    - name: elsewhere
      image: registry.example/app:1
      lifecycle: { preStop: { httpGet: { host: drain.example, path: /drain, port: 8080 } } }
`,
      reports: [
        "spec.containers[0].lifecycle.preStop.httpGet.host",
        "spec.containers[1].lifecycle.preStop.httpGet.host",
      ],
    },
    {
      name: "none, two, and an empty handler",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: handlers }
spec:
  containers:
    - name: none
      image: registry.example/app:1
      lifecycle: { preStop: {} }
    - name: two
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 5 }, exec: { command: [/app/drain] } } }
    - name: empty
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [] } } }
`,
      reports: [
        "spec.containers[0].lifecycle.preStop",
        "spec.containers[1].lifecycle.preStop",
        "spec.containers[2].lifecycle.preStop.exec",
      ],
    },
    {
      name: "sleeps that the API server refuses",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: sleeps }
spec:
  containers:
    - name: negative
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: -3 } } }
    - name: long
      image: registry.example/app:1
      lifecycle: { postStart: { sleep: { seconds: 31 } } }
`,
      reports: [
        "spec.containers[0].lifecycle.preStop.sleep.seconds",
        "spec.containers[1].lifecycle.postStart.sleep.seconds",
      ],
    },
    {
      name: "shell syntax where no shell reads it",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: syntax }
spec:
  containers:
    - name: one-word
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: ["sleep 5"] } } }
    - name: joined
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [sleep, "5", "&&", nginx, -s, quit] } } }
    - name: left-out
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [sh, -c, sleep, "5"] } } }
    - name: no-file
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, "sleep 5"] } } }
`,
      reports: [
        "spec.containers[0].lifecycle.preStop.exec.command",
        "spec.containers[1].lifecycle.preStop.exec.command",
        "spec.containers[2].lifecycle.preStop.exec.command",
        "spec.containers[3].lifecycle.preStop.exec.command",
      ],
    },
    {
      name: "an init container has no hooks",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: init }
spec:
  initContainers:
    - name: setup
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
  containers:
    - { name: app, image: registry.example/app:1 }
`,
      reports: ["spec.initContainers[0].lifecycle"],
    },
    {
      name: "hooks against which nothing speaks",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: good }
spec:
  initContainers:
    - name: sidecar
      image: registry.example/app:1
      restartPolicy: Always
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
  containers:
    - name: unknown-image
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "sleep 5 && kill -TERM 1"] } } }
    - name: undeclared-port
      image: registry.example/app:1
      lifecycle: { preStop: { httpGet: { path: /drain, port: 15020 } } }
    - name: named-port
      image: registry.example/app:1
      ports: [{ name: admin, containerPort: 9000 }]
      lifecycle: { preStop: { httpGet: { path: /drain, port: admin } } }
    - name: own-program
      image: gcr.io/distroless/base
      lifecycle: { preStop: { exec: { command: [/app/drain, --now] } } }
    - name: debug-image
      image: gcr.io/distroless/base:debug
      lifecycle: { preStop: { exec: { command: [sleep, "5"] } } }
`,
    },
    {
      name: "on the host's network localhost is the pod itself",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: agent }
spec:
  hostNetwork: true
  containers:
    - name: agent
      image: registry.example/agent:1
      lifecycle: { preStop: { httpGet: { host: 127.0.0.1, path: /drain, port: 8080 } } }
`,
    },
  ],
});

function* judge(
  pod: Pod,
  container: Container,
  hook: Hook,
  handler: ILifecycleHandler,
  context: RuleContext,
): Iterable<Problem> {
  const at = container.path("lifecycle", hook);
  const name = `the ${hook} hook of ${container.name}`;
  const handlers = handlersOf(pod, at);
  if (handlers.length !== 1) {
    const what = handlers.length === 0 ? "no handler" : `${handlers.length} handlers (${handlers.join(", ")})`;
    const wanted = "exactly one of exec, httpGet and sleep";
    yield about(container, at, `${name} has ${what}: the API server refuses the pod, a hook has ${wanted}`, [
      "one-handler-per-hook",
    ]);
    return;
  }
  if (handler.tcpSocket !== undefined) {
    const says = `${name} is a tcpSocket, which the kubelet cannot run although the API server takes it`;
    yield about(container, [...at, "tcpSocket"], `${says}: ${outcome(hook)}`, [
      ...failing(hook),
      "tcpSocket-always-fails",
    ]);
  }
  const seconds = handler.sleep?.seconds ?? 0;
  // A preStop sleep above the grace period is prestop-fits-grace's finding.
  if (seconds < 0 || (hook === "postStart" && seconds > pod.graceSeconds)) {
    const bounds = `must be from 0 to the grace period of ${pod.graceSeconds} s`;
    yield about(
      container,
      [...at, "sleep", "seconds"],
      `the sleep of ${name} is ${seconds} s, but ${bounds}: the API server refuses the pod`,
      ["sleep-bounds"],
    );
  }
  if (handler.exec !== undefined) yield* judgeExec(pod, container, hook, handler, context);
  if (handler.httpGet !== undefined) yield* judgeHttpGet(pod, container, hook, handler.httpGet);
}

function* judgeExec(
  pod: Pod,
  container: Container,
  hook: Hook,
  handler: ILifecycleHandler,
  { oldestMinor }: RuleContext,
): Iterable<Problem> {
  const command = handler.exec?.command ?? [];
  const at = container.path("lifecycle", hook, "exec");
  const name = `the ${hook} hook of ${container.name}`;
  if (command.length === 0) {
    yield about(container, at, `${name} has an empty command: the API server refuses the pod`, [
      "one-handler-per-hook",
    ]);
    return;
  }
  const misread = misreadExec(command);
  if (misread !== undefined) {
    yield about(container, [...at, "command"], `${name} does not do what it says: ${misread}; ${outcome(hook)}`, [
      ...failing(hook),
      "exec-runs-in-container",
    ]);
    return;
  }
  if (pod.os === "windows") return;
  const estimate = estimateHook(handler, container.path("lifecycle", hook));
  const missing = missingPrograms(container, estimate);
  if (missing.length === 0) return;
  const { seconds, known } = estimate.duration;
  const whole = Math.ceil(seconds.max);
  const sleeps = known && !estimate.tells && whole >= 1 && whole <= pod.graceSeconds && oldestMinor >= sleepMinor;
  const says = `${name} needs ${missing.join(" and ")}, but ${container.image} has no such program`;
  yield {
    ...about(container, [...at, "command"], `${says}: ${outcome(hook)}`, [...failing(hook), "distroless-exec-fails"]),
    ...(sleeps && {
      fix: {
        title: `Let the kubelet sleep: replace the command by a sleep hook of ${whole} s`,
        safe: false,
        edits: [{ op: "set", at: container.path("lifecycle", hook), value: { sleep: { seconds: whole } } }],
      },
    }),
  };
}

function* judgeHttpGet(
  pod: Pod,
  container: Container,
  hook: Hook,
  { port, host }: NonNullable<ILifecycleHandler["httpGet"]>,
): Iterable<Problem> {
  const at = container.path("lifecycle", hook, "httpGet");
  const name = `the ${hook} hook of ${container.name}`;
  const names = (container.spec.ports ?? []).flatMap((each) => (each.name === undefined ? [] : [each.name]));
  if (typeof port === "string" && !names.includes(port)) {
    const has = names.length === 0 ? "no port with a name" : names.join(", ");
    const why = /^\d+$/.test(port)
      ? `asks port "${port}", which in quotes is a name and no number: the API server refuses it`
      : `asks port ${port}, but ${container.name} has ${names.length === 0 ? has : `only ${has}`}: ${outcome(hook)}`;
    yield about(container, [...at, "port"], `${name} ${why}`, [...failing(hook), "httpGet-hook-semantics"]);
  }
  if (host === undefined || host === "" || pod.spec.hostNetwork === true) return;
  if (/^(localhost|127\.[\d.]+|::1)$/.test(host)) {
    const why = `asks ${host}, and the kubelet asks it from the node, where ${container.name} does not listen: leave host out`;
    yield about(container, [...at, "host"], `${name} ${why}`, [
      ...failing(hook),
      "httpGet-hook-semantics",
      "hook-host-field-psa",
    ]);
  } else {
    const why = `sends its request to ${host}: a namespace under Pod Security "baseline" of 1.34 or later refuses the pod`;
    const found = about(container, [...at, "host"], `${name} ${why}`, [
      "hook-host-field-psa",
      "httpGet-hook-semantics",
    ]);
    yield { ...found, severity: "warn" };
  }
}

/** The handlers as written: a field of a wrong type is still one. */
function handlersOf(pod: Pod, at: Path): readonly string[] {
  const written = valueAt(pod.object.value, at);
  if (!isRecord(written)) return [];
  return Object.keys(written).filter((key) => written[key] !== null && written[key] !== undefined);
}

function forbidden(container: Container): Problem {
  const kind = container.role === "init" ? "an init container without restartPolicy Always" : "an ephemeral container";
  return about(
    container,
    container.path("lifecycle"),
    `${container.name} is ${kind} and may have no lifecycle hooks: the API server refuses the pod`,
    ["init-containers-no-hooks"],
  );
}

const about = (container: Container, at: Path, message: string, facts: readonly FactId[]): Problem => ({
  at,
  container: container.name,
  message,
  facts,
});

const outcome = (hook: Hook): string =>
  hook === "preStop"
    ? "it fails at once and SIGTERM follows without a delay"
    : "it fails and the container is killed, again at every restart";

const failing = (hook: Hook): FactId[] => [
  hook === "preStop" ? "prestop-failure-is-not-fatal-beyond-term" : "postStart-semantics",
];
