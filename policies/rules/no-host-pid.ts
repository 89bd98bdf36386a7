import { killCommands } from "../pods/kill-command.ts";
import { lasting } from "../pods/signal-permission.ts";
import { definePodRule } from "../rule.ts";

export default definePodRule({
  id: "no-host-pid",
  title: "A pod keeps out of its node's PID namespace",
  category: "process",
  severity: "warn",
  why: `With hostPID the containers see every process of the node and may signal those of their own uid; root,
which has CAP_KILL by default, may signal them all. It works the other way round as well: whatever else runs in
the host's PID namespace can stop this pod's processes without a drain. When the main process ends, its children
are not ended by the kernel. Agents that watch a node need it; they are DaemonSets.`,
  cites: ["hostPID", "signal-permission", "runtime-compensation"],
  needs: "pod",
  *check(pod) {
    if (pod.spec.hostPID !== true || pod.os === "windows") return;
    const at = pod.path("hostPID");
    for (const container of lasting(pod)) {
      for (const { at: place, text, target } of killCommands(container)) {
        if (target !== "pid-one" && target !== "everybody") continue;
        const victim = target === "pid-one" ? "the node's own init" : "every process of the node that it may signal";
        yield {
          at: place,
          severity: "error",
          container: container.name,
          message: `\`${text}\` of ${container.name} signals ${victim}, since hostPID puts the container into the node's PID namespace`,
        };
      }
    }
    const agent = pod.object.kind === "DaemonSet";
    const harm = pod.runsProxy
      ? "every process of the node with the proxy's uid or CAP_KILL can kill it or its backends without a drain"
      : "its processes and those of the node see each other, and with the same uid or CAP_KILL can signal each other";
    yield {
      at,
      severity: pod.runsProxy ? "error" : agent ? "advice" : "warn",
      message: `hostPID puts the pod into the node's PID namespace: ${harm}${agent ? "; keep it only if this agent watches the node's processes or enters its namespaces" : ""}`,
      fix: { title: "Remove hostPID", safe: false, edits: [{ op: "remove", at }] },
    };
  },
  examples: [
    {
      name: "a proxy on the node's PID namespace",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: tools }
spec:
  template:
    spec:
      hostPID: true
      containers:
        - { name: proxy, image: gracewarden-proxy }
`,
      reports: ["spec.template.spec.hostPID"],
    },
    {
      name: "a node agent, whose hook signals the node's init",
      yaml: `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  template:
    spec:
      hostPID: true
      containers:
        - { name: agent, image: agent, lifecycle: { preStop: { exec: { command: [kill, -TERM, "1"] } } } }
`,
      reports: ["spec.template.spec.hostPID", "spec.template.spec.containers[0].lifecycle.preStop.exec.command"],
    },
    {
      name: "only the pod's own processes",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  hostPID: false
  shareProcessNamespace: true
  containers:
    - { name: app, image: app }
`,
    },
  ],
});
