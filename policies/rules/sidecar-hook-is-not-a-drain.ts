import { commandsOf } from "../pods/command-words.ts";
import type { Container } from "../pods/pod.ts";
import { definePodRule } from "../rule.ts";
import { plainWait } from "../shutdown/plain-wait.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";
import { sentSignals } from "../shutdown/sent-signal.ts";
import type { Row } from "../shutdown/timeline.ts";

export default definePodRule({
  id: "sidecar-hook-is-not-a-drain",
  title: "A native sidecar's hook leaves it running for the app",
  category: "hook",
  severity: "warn",
  why: `A native sidecar gets SIGTERM only after the app has ended, but its preStop hook starts at the first moment of
the shutdown, together with the app's. A hook that makes the sidecar quit takes the network, the database proxy or
the log shipper away while the app still needs it, and the kubelet does not start it again. What a sidecar needs at
the end it can do when SIGTERM comes, in its turn.`,
  cites: ["sidecar-prestop-runs-immediately", "sidecar-not-restarted-while-terminating", "sidecar-order"],
  needs: "pod",
  *check(pod, _options, context) {
    if (pod.lifetime === "job") return;
    const { rows } = context.timeline(pod, { kind: "delete" });
    const appSeconds = longestApp(rows);
    for (const container of pod.sidecars) {
      if (preStopOf(container)?.runs === "no") continue;
      const quit = quitOf(container);
      if (quit === undefined || quit.afterSeconds >= appSeconds) continue;
      const when =
        quit.afterSeconds === 0 ? "as soon as the pod is deleted" : `${quit.afterSeconds} s after the pod is deleted`;
      yield {
        at: container.path("lifecycle", "preStop"),
        container: container.name,
        severity: quit.afterSeconds === 0 ? "warn" : "advice",
        message: `the preStop hook of the native sidecar ${container.name} makes it quit (${quit.text}) ${when}, while ${app(rows)} still needs it: hooks do not wait for a sidecar's turn, and it is not started again; without the hook it gets SIGTERM after the app has ended`,
      };
    }
  },
  examples: [
    {
      name: "quitquitquit, by request and by command",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      initContainers:
        - name: cloud-sql-proxy
          image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1
          restartPolicy: Always
          lifecycle: { preStop: { httpGet: { path: /quitquitquit, port: 9091 } } }
        - name: istio-proxy
          image: docker.io/istio/proxyv2:1.27.0
          restartPolicy: Always
          lifecycle: { preStop: { exec: { command: [pilot-agent, request, POST, quitquitquit] } } }
      containers:
        - { name: app, image: registry.example/app:1 }
`,
      reports: [
        "spec.template.spec.initContainers[0].lifecycle.preStop",
        "spec.template.spec.initContainers[1].lifecycle.preStop",
      ],
    },
    {
      name: "a signal to itself after a few seconds",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: signals }
spec:
  initContainers:
    - name: proxy
      image: registry.example/proxy:1
      restartPolicy: Always
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "sleep 3; kill 1"] } } }
  containers:
    - { name: app, image: registry.example/app:1 }
`,
      reports: ["spec.initContainers[0].lifecycle.preStop"],
    },
    {
      name: "a sleep, Envoy's own drain, and a hook that waits for the app first",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: content }
spec:
  initContainers:
    - name: slept
      image: registry.example/proxy:1
      restartPolicy: Always
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
    - name: envoy
      image: envoyproxy/envoy:v1.34.0
      restartPolicy: Always
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "curl -X POST 'http://localhost:9901/drain_listeners?graceful'; sleep 5"] } } }
    - name: failing
      image: registry.example/proxy:1
      restartPolicy: Always
      lifecycle: { preStop: { httpGet: { path: /healthcheck/fail, port: 9901 } } }
    - name: polls
      image: registry.example/proxy:1
      restartPolicy: Always
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "while nc -z localhost 8080; do sleep 1; done; kill 1"] } } }
  containers:
    - { name: app, image: registry.example/app:1 }
`,
    },
    {
      name: "a plain container is no native sidecar",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: plain }
spec:
  containers:
    - { name: app, image: registry.example/app:1 }
    - name: proxy
      image: registry.example/proxy:1
      lifecycle: { preStop: { httpGet: { path: /quitquitquit, port: 9091 } } }
`,
    },
  ],
});

interface Quit {
  /** What does it, as written. */
  readonly text: string;
  readonly afterSeconds: number;
}

export const quitting = /(^|\/)(quitquitquit|quit|exit|shutdown|terminate|kill)\/?$/;

/** The part of a sidecar's hook that ends it, unless something else is waited for first. */
function quitOf({ preStop }: Container): Quit | undefined {
  const path = preStop?.httpGet?.path;
  if (path !== undefined)
    return quitting.test(path.replace(/\?.*$/, "")) ? { text: `httpGet ${path}`, afterSeconds: 0 } : undefined;
  const commands = preStop?.exec?.command && commandsOf(preStop.exec.command);
  const at = commands?.findIndex(quits) ?? -1;
  if (commands === undefined || at < 0) return undefined;
  const afterSeconds = plainWait(commands.slice(0, at));
  return afterSeconds === undefined ? undefined : { text: `\`${commands[at]?.join(" ") ?? ""}\``, afterSeconds };
}

const ending = new Set(["TERM", "INT", "QUIT", "KILL"]);

function quits(words: readonly string[]): boolean {
  if (sentSignals(words)?.some(({ signal }) => ending.has(signal)) === true) return true;
  const [name = "", ...rest] = words;
  if (name === "pilot-agent") return rest.some((word) => quitting.test(word));
  return (
    /^(curl|wget|http)$/.test(name) &&
    rest.some((word) => /\/\/|^localhost|^127\./.test(word) && quitting.test(word.replace(/[?#].*$/, "")))
  );
}

/** When the app has ended, if that is known; else never, for all that can be told. */
function longestApp(rows: readonly Row[]): number {
  const main = rows.filter(({ container }) => container.role === "main");
  return Math.max(...main.map(({ hook, drain }) => (hook?.seconds.max ?? 0) + drain.seconds.max));
}

const app = (rows: readonly Row[]): string =>
  rows.find(({ container }) => container.role === "main")?.container.name ?? "the app";
