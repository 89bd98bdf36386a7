import { memo } from "../memo.ts";
import { valueAt } from "../path.ts";
import { nameOf } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import { isHeadless } from "../pods/service.ts";
import { defineObjectRule } from "../rule.ts";
import { floorSeconds } from "../shutdown/timeline.ts";

const oldAnnotation = "service.alpha.kubernetes.io/tolerate-unready-endpoints";

export default defineObjectRule({
  id: "not-ready-addresses",
  title: "A Service that balances traffic leaves out pods that are leaving",
  category: "traffic",
  severity: "warn",
  why: `publishNotReadyAddresses makes every endpoint count as ready, one that is leaving too: new connections go on
to a pod until it is gone, so a preStop delay drains nothing. The field is meant for headless Services by which
the members of a cluster find each other before they are ready; there it is right and not reported.`,
  cites: ["publishNotReady-keeps-ready", "endpointslice-conditions"],
  needs: "set",
  kinds: ["Service"],
  *check(service, _options, { set }) {
    if (service.apiVersion !== "v1" || valueAt(service.value, ["spec", "type"]) === "ExternalName") return;
    const at = ["spec", "publishNotReadyAddresses"];
    const publishes = valueAt(service.value, at) === true;
    if (publishes && !isHeadless(service)) {
      const pod = longestStaying(set.podsSelectedBy(service));
      const until =
        pod === undefined
          ? "until it is gone"
          : `of ${nameOf(pod.object)} until it is gone, up to ${pod.graceSeconds + floorSeconds} s`;
      yield {
        at,
        // Whether it carries traffic cannot be seen where the pods are not in sight.
        severity: pod === undefined ? "advice" : "warn",
        message: `publishNotReadyAddresses is true on a Service with a cluster IP: new connections are led to a leaving or unready pod ${until}, and a preStop delay cannot drain it`,
        fix: {
          title: "Remove publishNotReadyAddresses",
          // Whoever needs to reach pods before they are ready would lose them.
          safe: false,
          edits: [{ op: "remove", at }],
        },
      };
    }
    if (!publishes && service.annotations[oldAnnotation] === "true") {
      const annotation = ["metadata", "annotations", oldAnnotation];
      yield {
        at: annotation,
        severity: "advice",
        message: `the annotation ${oldAnnotation} does nothing since Kubernetes 1.24: pods that are not ready are left out, unless spec.publishNotReadyAddresses says otherwise`,
        facts: ["endpointslice-conditions"],
        fix: { title: "Remove the annotation", safe: false, edits: [{ op: "remove", at: annotation }] },
      };
    }
  },
  examples: [
    {
      name: "a load balancer in front of pods",
      yaml: `
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: LoadBalancer
  publishNotReadyAddresses: true
  selector: { app: web }
  ports:
    - { port: 80 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - { name: web, image: web }
`,
      reports: ["spec.publishNotReadyAddresses"],
    },
    {
      name: "a cluster IP whose pods are not in the set",
      yaml: `
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  publishNotReadyAddresses: true
  selector: { app: web }
  ports:
    - { port: 80 }
`,
      reports: ["spec.publishNotReadyAddresses"],
    },
    {
      name: "the annotation that came before the field",
      yaml: `
apiVersion: v1
kind: Service
metadata:
  name: nacos
  annotations: { service.alpha.kubernetes.io/tolerate-unready-endpoints: "true" }
spec:
  clusterIP: None
  selector: { app: nacos }
  ports:
    - { port: 8848 }
`,
      reports: ['metadata.annotations["service.alpha.kubernetes.io/tolerate-unready-endpoints"]'],
    },
    {
      name: "a headless Service by which members find each other",
      yaml: `
apiVersion: v1
kind: Service
metadata:
  name: db-members
  annotations: { service.alpha.kubernetes.io/tolerate-unready-endpoints: "true" }
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: { app: db }
  ports:
    - { port: 5432 }
`,
    },
  ],
});

const longestStaying = memo((pods: readonly Pod[]) => pods.toSorted((a, b) => b.graceSeconds - a.graceSeconds)[0]);
