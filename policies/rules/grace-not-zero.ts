import { definePodRule } from "../rule.ts";
import { defaultGraceSeconds } from "../pods/read-pod.ts";

export default definePodRule({
  id: "grace-not-zero",
  title: "A grace period leaves time to stop",
  category: "budget",
  severity: "warn",
  why: `With a grace period of 0 the API object is removed at once while the kubelet still has to stop the
containers: a hook gets about one second, the process two, and a StatefulSet may start a second copy of a
pod whose first is still running. A negative grace period is read as 1 second.`,
  cites: ["grace-zero-and-prestop", "force-delete-still-signals", "statefulset-grace-zero", "default-30"],
  options: {
    allow: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Kinds whose pods may have a grace period of 0.",
    },
  },
  needs: "pod",
  *check(pod, { allow }) {
    const written = pod.writtenGraceSeconds;
    if (pod.graceAt === undefined || written === undefined || written > 0 || allow.includes(pod.object.kind)) return;
    const fix = {
      title: `Set terminationGracePeriodSeconds to ${defaultGraceSeconds}, the default`,
      safe: true,
      edits: [{ op: "set" as const, at: pod.graceAt, value: defaultGraceSeconds }],
    };
    if (written < 0) {
      yield {
        at: pod.graceAt,
        severity: "error",
        message: `terminationGracePeriodSeconds is ${written}: Kubernetes counts a negative grace period as 1 second`,
        facts: ["default-30", "two-second-floor"],
        fix,
      };
      return;
    }
    const stateful = pod.object.kind === "StatefulSet";
    const harm = stateful
      ? "the name and volume can be given to a new pod while the old process still runs"
      : "the object is gone at once while the process still runs, with about 1 s for hooks and 2 s to stop";
    yield {
      at: pod.graceAt,
      severity: stateful ? "error" : "warn",
      message: `terminationGracePeriodSeconds is 0: ${harm}`,
      fix,
    };
  },
  examples: [
    {
      name: "zero on a StatefulSet",
      yaml: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - { name: db, image: db }
`,
      reports: ["spec.template.spec.terminationGracePeriodSeconds"],
    },
    {
      name: "negative on a Pod",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: negative }
spec:
  terminationGracePeriodSeconds: -5
  containers:
    - { name: app, image: app }
`,
      reports: ["spec.terminationGracePeriodSeconds"],
    },
    {
      name: "zero where the configuration allows it",
      options: { allow: ["Pod"] },
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: simulator }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - { name: app, image: app }
`,
    },
    {
      name: "the default",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  template:
    spec:
      containers:
        - { name: app, image: app }
`,
    },
  ],
});
