import type { FactId } from "../facts/facts.ts";
import { spotNoticeOf } from "../pods/spot.ts";
import { definePodRule, type Severity } from "../rule.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import { floorSeconds } from "../shutdown/timeline.ts";

/** Who ends a pod before its grace period does. */
interface Limit {
  readonly seconds: number;
  /** True where the limit holds for the grace period itself, so that the kubelet's 2 s are not counted. */
  readonly isGrace: boolean;
  readonly text: string;
  readonly severity: Severity;
  readonly facts: readonly FactId[];
}

export default definePodRule({
  id: "grace-within-limits",
  title: "A grace period is no longer than the node will wait",
  category: "budget",
  severity: "advice",
  why: `The kubelet honours any grace period, but what removes nodes does not: the cluster autoscaler waits 600 s
by default, a node that shuts down gives each pod at most its own budget, and a spot node is gone 30 to 120 s
after its notice. Work that counts on more is cut in the middle. No fix lowers a grace period: either the work
is saved and resumed, or the limit is raised where the node is configured.`,
  cites: ["fargate-autopilot-autoscaler-caps", "graceful-node-shutdown-budget", "spot-budgets", "two-second-floor"],
  options: {
    autoscalerSeconds: {
      type: "integer",
      default: 600,
      minimum: 0,
      description:
        "How long the cluster autoscaler waits for a pod (--max-graceful-termination-sec), in seconds; 0 where nodes are never scaled down.",
    },
    spotSeconds: {
      type: "integer",
      default: 0,
      minimum: 0,
      description:
        "What a spot node leaves a pod, in seconds, if all nodes are spot nodes; 0 to judge only pods that ask for spot nodes, by what their provider documents.",
    },
    nodeShutdownSeconds: {
      type: "integer",
      default: 0,
      minimum: 0,
      description:
        "What a node that shuts down leaves a pod (kubelet's shutdownGracePeriod less shutdownGracePeriodCriticalPods), in seconds; 0 where it is not known.",
    },
  },
  needs: "pod",
  *check(pod, { autoscalerSeconds, spotSeconds, nodeShutdownSeconds }, context) {
    if (pod.graceAt === undefined) return;
    const limits: Limit[] = [];
    if (autoscalerSeconds > 0) {
      const text = `the cluster autoscaler waits ${autoscalerSeconds} s when it removes a node`;
      const facts: FactId[] = ["fargate-autopilot-autoscaler-caps", "two-second-floor"];
      limits.push({ seconds: autoscalerSeconds, isGrace: false, text, severity: "advice", facts });
    }
    if (nodeShutdownSeconds > 0) {
      const text = `a node that shuts down gives a pod ${nodeShutdownSeconds} s`;
      const facts: FactId[] = ["graceful-node-shutdown-budget", "two-second-floor"];
      limits.push({ seconds: nodeShutdownSeconds, isGrace: false, text, severity: "warn", facts });
    }
    const notice = spotSeconds > 0 ? undefined : spotNoticeOf(pod);
    if (spotSeconds > 0) {
      const text = `a spot node leaves a pod ${spotSeconds} s`;
      limits.push({ seconds: spotSeconds, isGrace: false, text, severity: "warn", facts: ["spot-budgets"] });
    } else if (notice !== undefined) limits.push({ ...notice, severity: "warn", facts: ["spot-budgets"] });

    const { end, grace } = context.timeline(pod, { kind: "delete" });
    const exceeded = limits
      .filter(({ seconds, isGrace }) => {
        const floor = isGrace ? 0 : floorSeconds;
        // A pod that is known to be gone in time is cut by nobody; one that relies on the default of 30 s asked for no more than it is known to need.
        if (end.max <= seconds) return false;
        return pod.writtenGraceSeconds === undefined ? end.min > seconds : pod.graceSeconds + floor > seconds;
      })
      .toSorted((a, b) => a.seconds - b.seconds);
    const [limit] = exceeded;
    if (limit === undefined) return;
    const total = limit.isGrace
      ? ""
      : ` (${pod.graceSeconds + floorSeconds} s with the kubelet's last ${floorSeconds} s)`;
    const asked =
      pod.writtenGraceSeconds === undefined
        ? `the pod needs ${formatSeconds(end)} to stop`
        : `terminationGracePeriodSeconds is ${pod.graceSeconds}${total}`;
    yield {
      at: pod.graceAt,
      severity: limit.severity,
      message: `${asked}, but ${limit.text}: what still runs then is killed`,
      evidence: [grace],
      facts: limit.facts,
    };
  },
  examples: [
    {
      name: "an hour, which the cluster autoscaler does not wait",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: encoder }
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 3600
      containers:
        - { name: encoder, image: encoder }
`,
      reports: ["spec.template.spec.terminationGracePeriodSeconds"],
    },
    {
      name: "two minutes on a GKE spot node",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker }
spec:
  template:
    spec:
      nodeSelector: { cloud.google.com/gke-spot: "true" }
      terminationGracePeriodSeconds: 120
      containers:
        - { name: worker, image: worker }
`,
      reports: ["spec.template.spec.terminationGracePeriodSeconds"],
    },
    {
      name: "five minutes where Karpenter may choose spot nodes",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker }
spec:
  template:
    spec:
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
              - matchExpressions:
                  - { key: karpenter.sh/capacity-type, operator: In, values: [on-demand, spot] }
      terminationGracePeriodSeconds: 300
      containers:
        - { name: worker, image: worker }
`,
      reports: ["spec.template.spec.terminationGracePeriodSeconds"],
    },
    {
      name: "the default, with a hook that alone takes longer than the spot node leaves",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  tolerations:
    - { key: cloud.google.com/gke-spot, operator: Equal, value: "true", effect: NoSchedule }
  containers:
    - name: web
      image: web
      lifecycle:
        preStop:
          sleep: { seconds: 28 }
`,
      reports: ["spec.terminationGracePeriodSeconds"],
    },
    {
      name: "more than a node gives that shuts down",
      options: { nodeShutdownSeconds: 60 },
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  terminationGracePeriodSeconds: 90
  containers:
    - { name: web, image: web }
`,
      reports: ["spec.terminationGracePeriodSeconds"],
    },
    {
      name: "long, but known to be gone in time",
      options: { nodeShutdownSeconds: 60 },
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: { gracewarden.io/drain-seconds: "20" }
spec:
  terminationGracePeriodSeconds: 90
  containers:
    - name: web
      image: web
      lifecycle:
        preStop:
          sleep: { seconds: 5 }
`,
    },
    {
      name: "the longest grace period that GKE Autopilot documents for spot pods",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: worker }
spec:
  nodeSelector: { cloud.google.com/gke-spot: "true" }
  terminationGracePeriodSeconds: 25
  containers:
    - { name: worker, image: worker }
`,
    },
    {
      name: "the default on a spot node",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: worker }
spec:
  nodeSelector: { eks.amazonaws.com/capacityType: SPOT }
  containers:
    - { name: worker, image: worker }
`,
    },
    {
      name: "an hour where nodes are never scaled down",
      options: { autoscalerSeconds: 0 },
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: encoder }
spec:
  terminationGracePeriodSeconds: 3600
  containers:
    - { name: encoder, image: encoder }
`,
    },
  ],
});
