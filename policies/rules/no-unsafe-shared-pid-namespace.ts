import { killCommands, pidOneFiles } from "../pods/kill-command.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { debuggerPowers, describePower, lasting, signalPowers, type SignalPower } from "../pods/signal-permission.ts";
import { definePodRule, type Problem } from "../rule.ts";

export default definePodRule({
  id: "no-unsafe-shared-pid-namespace",
  title: "Nobody in the pod can signal a process that is not its own",
  category: "process",
  severity: "warn",
  why: `With shareProcessNamespace all containers of a pod see each other's processes, and the kernel asks only
two questions before it delivers a signal: is it the same uid, or has the sender CAP_KILL? Root has it by
default, and without runAsUser everybody is root. Then any sibling can stop, or kill without a drain, what it
does not own: gracewarden's proxy and its backends, for one. An uid that the manifest does not say counts as
the same. PID 1 is the pause process there, so \`kill 1\` reaches no application: it can only end the pod. An
ephemeral container that names a target (\`kubectl debug --target\`) shares with that container in the same way.`,
  cites: ["signal-permission", "share-pid-layout", "share-pid-visibility", "kill-1-in-shared", "debug-target"],
  needs: "pod",
  *check(pod) {
    if (pod.os === "windows") return;
    for (const power of debuggerPowers(pod)) yield joining(pod, power);
    if (!pod.sharesProcessNamespace) return;
    for (const container of lasting(pod)) yield* wrongTargets(container);
    const powers = signalPowers(pod);
    const overProxy = powers.filter(({ to }) => to.isProxy);
    if (overProxy.length > 0) yield { ...sharing(pod, overProxy), severity: "error" };
    else if (powers.length > 0)
      yield { ...sharing(pod, powers), severity: powers.some(({ from }) => killsOthers(from)) ? "warn" : "advice" };
  },
  examples: [
    {
      name: "a sibling with the proxy's uid",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  shareProcessNamespace: true
  securityContext: { runAsUser: 1000 }
  containers:
    - { name: proxy, image: gracewarden-proxy }
    - { name: helper, image: helper }
`,
      reports: ["spec.shareProcessNamespace"],
    },
    {
      name: "an uid that nobody says counts as the same",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  shareProcessNamespace: true
  containers:
    - { name: proxy, image: gracewarden-proxy, securityContext: { runAsUser: 1000 } }
    - { name: helper, image: helper, securityContext: { capabilities: { drop: [ALL] } } }
`,
      reports: ["spec.shareProcessNamespace"],
    },
    {
      name: "another uid, but CAP_KILL",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  shareProcessNamespace: true
  containers:
    - { name: proxy, image: gracewarden-proxy, securityContext: { runAsUser: 1000 } }
    - name: helper
      image: helper
      securityContext: { runAsUser: 1001, capabilities: { drop: [ALL], add: [KILL] } }
`,
      reports: ["spec.shareProcessNamespace"],
    },
    {
      name: "a sidecar that ends the server by its name, and a hook that kills the pause process",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      shareProcessNamespace: true
      containers:
        - name: web
          image: web
          lifecycle: { preStop: { exec: { command: [sh, -c, "kill -QUIT 1; sleep 10"] } } }
        - { name: restarter, image: restarter, command: [sh, -c, "while inotifywait /conf; do pkill nginx; done"] }
`,
      reports: [
        "spec.template.spec.shareProcessNamespace",
        "spec.template.spec.containers[0].lifecycle.preStop.exec.command",
      ],
    },
    {
      name: "an init container that starts after the proxy, a native sidecar",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  shareProcessNamespace: true
  initContainers:
    - { name: proxy, image: gracewarden-proxy, restartPolicy: Always, securityContext: { runAsUser: 1000 } }
    - { name: migrate, image: migrate, securityContext: { runAsUser: 0 } }
  containers:
    - { name: app, image: app, securityContext: { runAsUser: 1001 } }
`,
      reports: ["spec.shareProcessNamespace"],
    },
    {
      name: "a debugger in the proxy's PID namespace",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  securityContext: { runAsUser: 1000 }
  containers:
    - { name: proxy, image: gracewarden-proxy }
  ephemeralContainers:
    - { name: debugger, image: busybox, targetContainerName: proxy }
`,
      reports: ["spec.ephemeralContainers[0].targetContainerName"],
    },
    {
      name: "a debugger with another uid, or in a namespace of its own",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  securityContext: { runAsUser: 1000 }
  containers:
    - { name: proxy, image: gracewarden-proxy }
  ephemeralContainers:
    - { name: looking, image: busybox, targetContainerName: proxy, securityContext: { runAsUser: 1001 } }
    - { name: apart, image: busybox }
`,
    },
    {
      name: "each container has an uid of its own and no CAP_KILL",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  shareProcessNamespace: true
  containers:
    - { name: proxy, image: gracewarden-proxy, securityContext: { runAsUser: 1000 } }
    - { name: helper, image: helper, securityContext: { runAsUser: 1001 } }
    - { name: metrics, image: metrics, securityContext: { runAsUser: 0, capabilities: { drop: [ALL] } } }
`,
    },
    {
      name: "one container has no siblings, an init container has ended",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: alone }
spec:
  shareProcessNamespace: true
  initContainers:
    - { name: prepare, image: busybox, command: [sh, -c, "kill 1"] }
  containers:
    - { name: app, image: app, command: [sh, -c, "kill -1 $(cat /run/old.pid); exec app"] }
`,
    },
  ],
});

/** What means PID 1 of its own container, which here is the pause process, or means everybody. */
function* wrongTargets(container: Container): Iterable<Problem> {
  for (const { at, text, target } of killCommands(container)) {
    if (target === "pid-one")
      yield {
        at,
        severity: "error",
        container: container.name,
        message: `\`${text}\` of ${container.name} hits the pause process, which is PID 1 of a shared PID namespace: no program gets the signal, and if pause ends, every container of the pod is killed at once`,
        facts: ["kill-1-in-shared", "share-pid-layout"],
      };
    if (target === "everybody")
      yield {
        at,
        severity: "error",
        container: container.name,
        message: `\`${text}\` of ${container.name} signals every process it may in the shared PID namespace, those of other containers too`,
        facts: ["who-signals-everybody", "signal-permission"],
      };
  }
  for (const { at, text } of pidOneFiles(container))
    yield {
      at,
      severity: "warn",
      container: container.name,
      message: `${container.name} uses ${text}: in a shared PID namespace PID 1 is the pause process, not ${container.name}`,
      facts: ["kill-1-in-shared", "share-pid-layout"],
    };
}

/** A reload by `pkill -HUP` is what the namespace is shared for; a signal that ends programs may hit the wrong one. */
const killsOthers = (container: Container): boolean =>
  killCommands(container).some(({ target, harmless }) => target !== "pid-one" && !harmless);

function sharing(pod: Pod, powers: readonly SignalPower[]): Problem {
  const at = pod.path("shareProcessNamespace");
  const proxies = reachedProxies(pod, powers);
  const bySender = new Map(powers.map((power) => [power.from, describePower(pod, power)]));
  const harm =
    proxies.length === 0
      ? "can signal the processes of other containers and end them without a drain"
      : `can signal ${proxyProcesses(proxies)}, and end calls without a drain`;
  return {
    at,
    message: `all containers share one PID namespace, so ${enumerate([...bySender.values()])} ${harm}: give each container a runAsUser of its own and drop the capability KILL, or do not share`,
    fix: { title: "Remove shareProcessNamespace", safe: false, edits: [{ op: "remove", at }] },
  };
}

/** An ephemeral container cannot be changed or taken out again, so that there is no fix, only another one. */
function joining(pod: Pod, power: SignalPower): Problem {
  const { from, to } = power;
  const harm = to.isProxy
    ? `can signal ${proxyProcesses([to.name])}, and end calls without a drain`
    : `can signal its processes and end them without a drain`;
  return {
    at: from.path("targetContainerName"),
    container: from.name,
    severity: to.isProxy ? "error" : "advice",
    message: `${describePower(pod, power)} joins the PID namespace of ${to.name} and ${harm}: debug it without a target, or with a runAsUser of its own and without the capability KILL`,
    facts: ["debug-target", "signal-permission"],
  };
}

/** A proxy's stdio backends are processes of its container; which it has, only its own configuration tells. */
const proxyProcesses = (names: readonly string[]): string =>
  `${names.join(" and ")} and whatever ${names.length === 1 ? "it has" : "they have"} started`;

/** The names of the proxies that others may signal. */
function reachedProxies(pod: Pod, powers: readonly SignalPower[]): readonly string[] {
  const senders = new Map<readonly Container[], Container[]>();
  for (const { from, to, targets } of powers) {
    if (!to.isProxy) continue;
    for (const list of targets) {
      const known = senders.get(list);
      if (known === undefined) senders.set(list, [from]);
      else known.push(from);
    }
  }
  const reached = new Set(
    [...senders].flatMap(([list, [first, ...others]]) =>
      list.filter((container) => container !== first || others.length > 0),
    ),
  );
  return [...new Set(pod.containers.filter((container) => reached.has(container)).map(({ name }) => name))];
}

/** `a, b and c`: the first three, and how many more there are. */
function enumerate(texts: readonly string[]): string {
  const shown = texts.length > 3 ? [...texts.slice(0, 3), `${texts.length - 3} more`] : texts;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
