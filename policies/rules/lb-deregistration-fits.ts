import type { FactId } from "../facts/facts.ts";
import { loadBalancerOf, podsBehind } from "../pods/load-balancer.ts";
import { nameOf } from "../pods/object.ts";
import { defineObjectRule } from "../rule.ts";
import { servesAfterSigterm } from "../shutdown/drain.ts";
import { exactly, formatSeconds, later, plus } from "../shutdown/interval.ts";

export default defineObjectRule({
  id: "lb-deregistration-fits",
  title: "A pod stays as long as its load balancer sends to it",
  category: "traffic",
  severity: "advice",
  why: `A cloud's load balancer learns of a leaving pod last, and goes on sending to it for a time of its own. AWS
documents that an ALB answers with a 5xx where a target closes its connections before the deregistration delay is
over; users of NLBs with pods as targets saw new connections for about two minutes, whatever that delay was; Google
documents 502 and 503 for pods that are gone before their endpoint is drained. Either the pod stays that long, or the
delay is set to what the pod needs. This rests on what the providers and their users say; it was not tried here.
It is judged only where the annotations say that pods are the targets.`,
  cites: ["aws-elb-deregistration", "gke-neg", "who-recommends-what"],
  options: {
    nlbSeconds: {
      type: "integer",
      default: 120,
      minimum: 0,
      description:
        "How long a pod behind an NLB that targets pods should go on accepting connections, in seconds; 0 not to ask for it.",
    },
  },
  needs: "set",
  kinds: ["Service", "Ingress"],
  *check(object, { nlbSeconds }, context) {
    const { set } = context;
    const balancer = loadBalancerOf(object, set);
    if (balancer === undefined) return;
    const { deregistration } = balancer;
    const facts: FactId[] = [balancer.name === "GKE load balancer" ? "gke-neg" : "aws-elb-deregistration"];
    const by = balancer.name === "GKE load balancer" ? "Google" : "AWS";
    const seen = new Set<string>();
    for (const pod of podsBehind(object, set)) {
      const { rows, end } = context.timeline(pod, { kind: "delete" });
      const workload = nameOf(pod.object);
      if (rows.length === 0 || seen.has(workload)) continue;
      seen.add(workload);
      if (deregistration !== undefined && end.max < deregistration.seconds) {
        yield {
          at: deregistration.at,
          message: `${deregistration.text}, but a pod of ${workload} is gone after at most ${end.max} s: what the ${balancer.name} still sends to it fails (documented by ${by}); let the pod stay longer or set the delay to what it needs`,
          facts,
        };
      } else if (deregistration !== undefined && end.min < deregistration.seconds) {
        yield {
          at: deregistration.at,
          verdict: "undetermined",
          message: `${deregistration.text}, and a pod of ${workload} is gone after ${formatSeconds(end)}: say with gracewarden.io/drain-seconds how long it needs`,
          facts,
        };
      } else if (balancer.name === "NLB" && deregistration === undefined) {
        const accepts = rows
          .filter(({ container }) => container.role === "main")
          .map(({ container, signal }) => plus(signal, servesAfterSigterm(pod, container)?.seconds ?? exactly(0)))
          .reduce(later, exactly(0));
        if (accepts.max >= nlbSeconds) continue;
        yield {
          at: balancer.at,
          message: `users of NLBs with pods as targets saw new connections for about ${nlbSeconds} s after deregistration, but a pod of ${workload} accepts them for ${formatSeconds(accepts)}: a preStop delay of ${nlbSeconds} s, and a grace period above it, would cover that`,
          facts: ["aws-elb-deregistration", "who-recommends-what"],
        };
      }
    }
  },
  examples: [
    {
      name: "an ALB that waits five minutes for a pod that is gone after half a minute",
      yaml: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/target-group-attributes: stickiness.enabled=true,deregistration_delay.timeout_seconds=300
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: web, port: { number: 80 } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
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
      reports: ['metadata.annotations["alb.ingress.kubernetes.io/target-group-attributes"]'],
    },
    {
      name: "an NLB with pods as targets and a delay of 15 s",
      yaml: `
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
spec:
  type: LoadBalancer
  selector: { app: web }
  ports:
    - { port: 443 }
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
        - name: web
          image: web
          lifecycle:
            preStop:
              sleep: { seconds: 15 }
`,
      reports: ['metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"]'],
    },
    {
      name: "a GKE backend that is drained for longer than the pod lives",
      yaml: `
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    cloud.google.com/neg: '{"ingress": true}'
    cloud.google.com/backend-config: '{"default": "web"}'
spec:
  selector: { app: web }
  ports:
    - { port: 80 }
---
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: { name: web }
spec:
  connectionDraining: { drainingTimeoutSec: 60 }
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
      reports: ['metadata.annotations["cloud.google.com/backend-config"]'],
    },
    {
      name: "a deregistration delay within the grace period, and nobody says how long the pod needs",
      yaml: `
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: nlb-ip
    service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: deregistration_delay.timeout_seconds=20
spec:
  type: LoadBalancer
  selector: { app: web }
  ports:
    - { port: 443 }
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
      reports: ['? metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-target-group-attributes"]'],
    },
    {
      name: "a delay of 120 s behind an NLB",
      yaml: `
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
spec:
  type: LoadBalancer
  selector: { app: web }
  ports:
    - { port: 443 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata:
      labels: { app: web }
    spec:
      terminationGracePeriodSeconds: 150
      containers:
        - name: web
          image: web
          lifecycle:
            preStop:
              sleep: { seconds: 120 }
`,
    },
    {
      name: "the ALB's own default, and nodes as targets",
      yaml: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations: { alb.ingress.kubernetes.io/target-type: ip }
spec:
  defaultBackend: { service: { name: web, port: { number: 80 } } }
---
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: instance
    service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: deregistration_delay.timeout_seconds=300
spec:
  type: LoadBalancer
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
    },
  ],
});
