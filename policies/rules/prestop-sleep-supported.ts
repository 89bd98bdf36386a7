import { definePodRule } from "../rule.ts";
import { sleepMinor } from "../shutdown/delay-fix.ts";

/** A sleep of zero seconds is valid from here on (B6). */
const zeroMinor = 33;

export default definePodRule({
  id: "prestop-sleep-supported",
  title: "Every kubelet knows the hook's native sleep",
  category: "hook",
  severity: "error",
  why: `A sleep hook is carried out by the kubelet itself, from 1.30 on. Below, the delay is silently lost: an API
server of 1.29 drops the field, an older one does not know it, and a kubelet with the feature off reports success
at once. Nothing in the pod says so. A sleep of zero seconds, the marker for "no delay wanted", is refused before
1.33. The setting kubernetes.oldest says which kubelet must run the pod.`,
  cites: ["sleep-handler", "sleep-bounds", "sleep-gate-off-drops-field", "sleep-version-skew", "zero-sleep-noop"],
  needs: "pod",
  *check(pod, _options, { oldestMinor }) {
    if (oldestMinor >= zeroMinor) return;
    for (const container of pod.containers) {
      for (const hook of ["preStop", "postStart"] as const) {
        const sleep = container.spec.lifecycle?.[hook]?.sleep;
        if (sleep === undefined) continue;
        const at = container.path("lifecycle", hook, "sleep");
        const what = `the ${hook} sleep of ${container.name}`;
        if (oldestMinor < sleepMinor) {
          const loss =
            oldestMinor === sleepMinor - 1
              ? "1.29 drops the field unless the gate PodLifecycleSleepAction is on, so there is no delay at all"
              : `1.${oldestMinor} does not know the field, so the hook is refused or lost`;
          yield {
            at,
            container: container.name,
            message: `${what} needs Kubernetes 1.30, but the oldest kubelet to serve is 1.${oldestMinor}: ${loss}`,
            facts: ["sleep-handler", "sleep-gate-off-drops-field", "sleep-version-skew"],
          };
        } else if ((sleep.seconds ?? 0) === 0) {
          yield {
            at,
            container: container.name,
            message: `${what} is 0 s, which is valid from 1.33 on, but the oldest version to serve is 1.${oldestMinor}: there the pod is refused`,
            facts: ["sleep-bounds", "zero-sleep-noop"],
          };
        }
      }
    }
  },
  examples: [
    {
      name: "a native sleep on 1.29 and in a postStart hook",
      oldest: "1.29",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: old }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle:
        preStop: { sleep: { seconds: 5 } }
        postStart: { sleep: { seconds: 1 } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.sleep", "spec.containers[0].lifecycle.postStart.sleep"],
    },
    {
      name: "a zero-second sleep on 1.31",
      oldest: "1.31",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: zero }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 0 } } }
`,
      reports: ["spec.containers[0].lifecycle.preStop.sleep"],
    },
    {
      name: "a native sleep on 1.30",
      oldest: "1.30",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: known }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 5 } } }
`,
    },
    {
      name: "an exec sleep on 1.27",
      oldest: "1.27",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: exec }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { exec: { command: [sleep, "5"] } } }
`,
    },
  ],
});
