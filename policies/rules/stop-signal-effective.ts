import { definePodRule } from "../rule.ts";

export default definePodRule({
  id: "stop-signal-effective",
  title: "A stop signal in the manifest is the one that is sent",
  category: "process",
  severity: "warn",
  why: `lifecycle.stopSignal is an alpha field whose feature gate is off by default in every release up to 1.37:
the API server drops it without a word, and the container gets the STOPSIGNAL of its image, else SIGTERM. Where
the gate is on, the field also needs spec.os.name, and SIGKILL leaves nothing to drain.`,
  cites: ["stopSignal-field", "stopsignal-precedence"],
  options: {
    gateEnabled: {
      type: "boolean",
      default: false,
      description: "True where API server and kubelets run with the feature gate ContainerStopSignals.",
    },
  },
  needs: "pod",
  *check(pod, { gateEnabled }) {
    for (const container of pod.containers) {
      const signal = container.spec.lifecycle?.stopSignal;
      if (signal === undefined) continue;
      const at = container.path("lifecycle", "stopSignal");
      if (!gateEnabled) {
        yield {
          at,
          container: container.name,
          message: `stopSignal ${signal} has no effect on a default cluster: its feature gate is off up to Kubernetes 1.37, the API server drops the field, and ${container.name} gets its image's STOPSIGNAL, else SIGTERM; set STOPSIGNAL in the image`,
          fix: { title: "Remove stopSignal", safe: false, edits: [{ op: "remove", at }] },
        };
      } else if (pod.spec.os?.name === undefined) {
        yield {
          at,
          severity: "error",
          container: container.name,
          message: `stopSignal ${signal} needs spec.os.name: the API server refuses the pod without it`,
        };
      } else if (signal === "SIGKILL") {
        yield {
          at,
          container: container.name,
          message: `stopSignal SIGKILL ends ${container.name} at once: nothing is drained, whatever the grace period`,
        };
      }
    }
  },
  examples: [
    {
      name: "a signal that the API server drops",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  os: { name: linux }
  containers:
    - { name: nginx, image: nginx, lifecycle: { stopSignal: SIGQUIT } }
`,
      reports: ["spec.containers[0].lifecycle.stopSignal"],
    },
    {
      name: "with the gate on: no operating system, or a signal that nothing survives",
      options: { gateEnabled: true },
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: unnamed }
spec:
  containers:
    - { name: nginx, image: nginx, lifecycle: { stopSignal: SIGQUIT } }
---
apiVersion: v1
kind: Pod
metadata: { name: killed }
spec:
  os: { name: linux }
  containers:
    - { name: nginx, image: nginx, lifecycle: { stopSignal: SIGKILL } }
`,
      reports: ["spec.containers[0].lifecycle.stopSignal", "Pod/killed: spec.containers[0].lifecycle.stopSignal"],
    },
    {
      name: "with the gate on",
      options: { gateEnabled: true },
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  os: { name: linux }
  containers:
    - { name: nginx, image: nginx, lifecycle: { stopSignal: SIGQUIT } }
`,
    },
    {
      name: "no stop signal",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - { name: nginx, image: nginx }
`,
    },
  ],
});
