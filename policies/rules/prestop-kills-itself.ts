import { commandsOf } from "../pods/command-words.ts";
import { imageName } from "../pods/image.ts";
import type { Container } from "../pods/pod.ts";
import { definePodRule } from "../rule.ts";
import { plainWait } from "../shutdown/plain-wait.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";
import { sentSignals, type SentSignal } from "../shutdown/sent-signal.ts";

export default definePodRule({
  id: "prestop-kills-itself",
  title: "A hook that starts the shutdown waits for its end",
  category: "hook",
  severity: "warn",
  why: `The kubelet sends the stop signal the moment the hook returns. A hook that asks the program to finish its
requests and returns at once (nginx -s quit) is followed by a SIGTERM that many programs take as "stop now", so
the requests are cut after all. A hook that sends SIGTERM itself gains nothing: the same signal comes twice, and a
program that ends in between takes the hook with it, which is reported as failed. Wait behind the signal, or leave
the signal to the kubelet. Under a shared PID namespace see no-unsafe-shared-pid-namespace.`,
  cites: ["signalling-in-prestop-then-term", "prestop-kills-pid1", "stopsignal-precedence", "prestop-before-sigterm"],
  needs: "pod",
  *check(pod) {
    if (pod.os === "windows" || pod.sharesProcessNamespace || pod.spec.hostPID === true) return;
    for (const container of pod.mainContainers) {
      const argv = container.preStop?.exec?.command;
      const commands = argv && commandsOf(argv);
      if (commands === undefined || preStopOf(container)?.runs === "no") continue;
      const last = commands.findLastIndex((words) => stopOf(words, container) !== undefined);
      const words = commands[last];
      const stop = words && stopOf(words, container);
      if (stop === undefined || plainWait(commands.slice(last + 1)) !== 0) continue;
      const kubelets = stopSignalOf(container);
      // A graceful signal twice is one graceful signal.
      if (stop.signal === kubelets && kubelets !== "TERM") continue;
      const text = words?.join(" ") ?? "";
      yield {
        at: container.path("lifecycle", "preStop", "exec", "command"),
        container: container.name,
        severity: stop.signal === "TERM" ? "advice" : "warn",
        message: message(container, stop, text),
      };
    }
  },
  examples: [
    {
      name: "a graceful stop, and SIGTERM right behind it",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: proxy }
spec:
  containers:
    - name: web
      image: registry.example/web:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "sleep 5; nginx -s quit"] } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.exec.command"],
    },
    {
      name: "SIGTERM sent by the hook and again by the kubelet",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: twice }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "kill -TERM 1"] } } }
    - name: java
      image: registry.example/java:1
      command: [java, -jar, app.jar]
      lifecycle: { preStop: { exec: { command: [pkill, java] } } }
`,
      reports: [
        "spec.containers[0].lifecycle.preStop.exec.command",
        "spec.containers[1].lifecycle.preStop.exec.command",
      ],
    },
    {
      name: "a graceful stop that is waited for",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: waits }
spec:
  containers:
    - name: slept
      image: registry.example/web:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "sleep 3; nginx -s quit; sleep 20"] } } }
    - name: polled
      image: registry.example/web:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "nginx -s quit; while pgrep -x nginx; do sleep 1; done"] } } }
`,
    },
    {
      name: "the official image is stopped by the same signal, and a reload stops nothing",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: same }
spec:
  containers:
    - name: nginx
      image: nginx:1.29
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "sleep 5; /usr/sbin/nginx -s quit"] } } }
    - name: reload
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [kill, -HUP, "1"] } } }
`,
    },
    {
      name: "a helper process of the container",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: helper }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      command: [java, -jar, app.jar]
      lifecycle: { preStop: { exec: { command: [pkill, cron] } } }
`,
    },
  ],
});

const ending = new Set(["TERM", "INT", "QUIT", "WINCH"]);

/** The stop signal that a command sends to the container's own program, if it does. */
function stopOf(words: readonly string[], { process }: Container): SentSignal | undefined {
  return sentSignals(words)?.find(({ signal, target }) => {
    if (!ending.has(signal) || (signal === "WINCH" && !/^(httpd|apache2)$/.test(target))) return false;
    return target === "1" || process.program === undefined ? target !== "-1" : target === process.program;
  });
}

/** What the runtime sends: the image's STOPSIGNAL, for images whose makers set one (D15), else SIGTERM. */
function stopSignalOf({ image, spec }: Container): string {
  const known = stopSignals.find(([pattern]) => pattern.test(imageName(image)))?.[1];
  return known ?? spec.lifecycle?.stopSignal?.replace(/^SIG/, "") ?? "TERM";
}

const stopSignals: readonly (readonly [RegExp, string])[] = [
  [/^(nginx|nginx-unprivileged|openresty|php|php-fpm)$/, "QUIT"],
  [/^httpd$/, "WINCH"],
];

function message({ name }: Container, { signal, target }: SentSignal, text: string): string {
  if (signal === "TERM") {
    return `the preStop hook of ${name} sends SIGTERM itself (\`${text}\`) and returns; the kubelet sends it again at once, which some programs take as "stop now", and if ${target === "1" ? "PID 1" : target} ends first the hook is reported as failed`;
  }
  return `the preStop hook of ${name} starts a graceful stop (\`${text}\`) and returns at once, so SIGTERM follows and may end ${name} in the middle of its requests: wait behind it, e.g. with a sleep, unless the image's stop signal is SIG${signal}`;
}
