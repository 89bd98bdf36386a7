import { definePodRule } from "../rule.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";

export default definePodRule({
  id: "hook-on-job",
  title: "A pod that runs to completion does not wait for traffic to leave",
  category: "hook",
  severity: "advice",
  why: `A preStop delay keeps a server alive while endpoints leave. A Job's pod has no traffic to drain: the hook does
not run when the work is done, and when the Job is deleted or suspended it only holds up the stop signal, out of the
same grace period in which the work could be saved. A native sleep goes on even after the container has ended. A
sidecar's hook is left alone: there a pause lets what was logged leave.`,
  cites: ["job-deletion", "prestop-skipped-cases", "sleep-outlives-container", "prestop-counts-against-grace"],
  needs: "pod",
  *check(pod) {
    if (pod.lifetime !== "job") return;
    for (const container of pod.mainContainers) {
      const hook = preStopOf(container);
      if (hook === undefined || hook.tells || hook.signals.length > 0) continue;
      const { seconds, known } = hook.duration;
      if (!known || seconds.min === 0) continue;
      const native = container.preStop?.sleep !== undefined;
      const after = native ? ", and goes on if the container ends during it" : "";
      const at = container.path("lifecycle", "preStop");
      yield {
        at,
        container: container.name,
        message: `preStop waits ${formatSeconds(seconds)} in a pod that runs to completion: it does not run when the work is done, and when the pod is deleted it only holds up the stop signal, out of the ${pod.graceSeconds} s of grace${after}`,
        evidence: [hook.duration],
        fix: {
          title: "Remove the preStop hook",
          // An existing hook is its author's word.
          safe: false,
          edits: [{ op: "remove", at }],
        },
      };
    }
  },
  examples: [
    {
      name: "a native sleep on a Job",
      yaml: `
apiVersion: batch/v1
kind: Job
metadata: { name: report }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: report
          lifecycle:
            preStop:
              sleep: { seconds: 10 }
`,
      reports: ["spec.template.spec.containers[0].lifecycle.preStop"],
    },
    {
      name: "exec sleep on a CronJob",
      yaml: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: report }
spec:
  schedule: "@daily"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: report
              image: report
              lifecycle:
                preStop:
                  exec: { command: [sleep, "15"] }
`,
      reports: ["spec.jobTemplate.spec.template.spec.containers[0].lifecycle.preStop"],
    },
    {
      name: "a hook that saves the work",
      yaml: `
apiVersion: batch/v1
kind: Job
metadata: { name: train }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: train
          image: train
          lifecycle:
            preStop:
              exec: { command: [/bin/save-checkpoint] }
`,
    },
    {
      name: "a sidecar that lets its logs leave, and a zero sleep as opt-out",
      yaml: `
apiVersion: batch/v1
kind: Job
metadata: { name: train }
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers:
        - name: logs
          image: logs
          restartPolicy: Always
          lifecycle:
            preStop:
              sleep: { seconds: 5 }
      containers:
        - name: train
          image: train
          lifecycle:
            preStop:
              sleep: { seconds: 0 }
`,
    },
    {
      name: "a server",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: web
      lifecycle:
        preStop:
          sleep: { seconds: 10 }
`,
    },
  ],
});
