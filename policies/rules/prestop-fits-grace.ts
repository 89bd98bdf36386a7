import type { Pod } from "../pods/pod.ts";
import { definePodRule } from "../rule.ts";
import { hookOverruns } from "../shutdown/hook-overrun.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import { describeGrace, raiseFix, raiseGrace } from "../shutdown/needed-grace.ts";
import { floorSeconds, type Row } from "../shutdown/timeline.ts";
import { formatSum } from "../shutdown/way-out.ts";

export default definePodRule({
  id: "prestop-fits-grace",
  title: "A preStop hook leaves time for the program itself",
  category: "budget",
  severity: "error",
  why: `The grace period counts from the moment of deletion, so a preStop hook spends it before the program hears
of anything. A hook as long as the grace period leaves the program the two seconds that Kubernetes grants to
everybody, then it is killed in the middle of its work. A native sleep longer than the grace period is refused
by the API server.`,
  cites: [
    "prestop-counts-against-grace",
    "two-second-floor",
    "prestop-hang",
    "grace-zero-and-prestop",
    "sleep-bounds",
    "default-30",
  ],
  needs: "pod",
  *check(pod, _options, context) {
    const { rows, grace } = context.timeline(pod, { kind: "delete" });
    const overruns = rows.filter((row) => hookOverruns(pod, row));
    if (overruns.length === 0) return;
    const raise = raiseGrace(pod, context.budget);
    for (const row of overruns) {
      const { container, hook, drain } = row;
      if (hook === undefined) continue;
      const refused = (container.preStop?.sleep?.seconds ?? 0) > pod.graceSeconds;
      const after = raise.edits === undefined ? `; ${raise.why}` : `; needed: ${formatSum(raise.needed.terms)}`;
      yield {
        at: hook.origin.at ?? container.path("lifecycle", "preStop"),
        container: container.name,
        message: `${whatHappens(pod, row, refused)}${after}`,
        evidence: [hook, drain, grace],
        facts: refused
          ? ["sleep-bounds", "prestop-counts-against-grace"]
          : pod.graceSeconds <= 1
            ? ["grace-zero-and-prestop", "two-second-floor"]
            : ["prestop-counts-against-grace", "two-second-floor", "prestop-hang"],
        ...raiseFix(raise),
      };
    }
  },
  examples: [
    {
      name: "a sleep above the default grace period",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          lifecycle: { preStop: { exec: { command: [sleep, "60"] } } }
`,
      reports: ["spec.template.spec.containers[0].lifecycle.preStop.exec.command"],
    },
    {
      name: "a native sleep that the API server refuses",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: refused }
spec:
  terminationGracePeriodSeconds: 20
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 25 } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.sleep.seconds"],
    },
    {
      name: "only the two seconds that everybody gets are left",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: floor }
spec:
  terminationGracePeriodSeconds: 12
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, sleep 10] } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.exec.command"],
    },
    {
      name: "grace period 0 with a hook",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: zero }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { httpGet: { path: /drain, port: 8080 } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.httpGet"],
    },
    {
      name: "a hook without an end, which no grace period fits",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: endless }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [sleep, infinity] } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.exec.command"],
    },
    {
      name: "a native sidecar's hook",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: sidecar }
spec:
  initContainers:
    - name: mesh
      image: registry.example/mesh:1
      restartPolicy: Always
      lifecycle: { preStop: { sleep: { seconds: 30 } } }
  containers:
    - { name: app, image: registry.example/app:1 }
`,
      reports: ["spec.initContainers[0].lifecycle.preStop.sleep.seconds"],
    },
    {
      name: "hooks of unknown length, and one that cannot run, are not too long",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: unknown }
spec:
  containers:
    - name: asked
      image: registry.example/app:1
      lifecycle: { preStop: { httpGet: { path: /drain, port: 8080 } } }
    - name: bare
      image: gcr.io/distroless/static
      lifecycle: { preStop: { exec: { command: [sleep, "60"] } } }
`,
    },
    {
      name: "a zero-second sleep under any grace period",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: marker }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 0 } } }
`,
    },
    {
      name: "a short sleep under the default grace period",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          lifecycle: { preStop: { sleep: { seconds: 5 } } }
`,
    },
  ],
});

function whatHappens(pod: Pod, { container, hook }: Row, refused: boolean): string {
  const grace = describeGrace(pod);
  const known = hook?.known === true ? `takes ${formatSeconds(hook.seconds)}` : "takes a time that nobody states";
  if (refused) {
    return `the preStop sleep of ${container.name} is ${container.preStop?.sleep?.seconds} s, above ${grace}: the API server refuses the pod`;
  }
  if (pod.graceSeconds <= 1) {
    return `the preStop hook of ${container.name} ${known}, but under ${grace} it is cut after about 1 s, and ${container.name} is killed ${floorSeconds} s later`;
  }
  const least = hook?.seconds.min ?? 0;
  if (least < pod.graceSeconds) {
    return `the preStop hook of ${container.name} ${known} of ${grace}, so ${container.name} gets SIGTERM at ${least} s and SIGKILL ${Math.max(floorSeconds, pod.graceSeconds - Math.trunc(least))} s later`;
  }
  return `the preStop hook of ${container.name} ${known === "takes forever" ? "never ends" : known}, but ${grace} ends it: ${container.name} gets SIGTERM at ${pod.graceSeconds} s and SIGKILL ${floorSeconds} s later`;
}
