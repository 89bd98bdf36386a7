import type { Fact } from "./fact.ts";
import { code, docs, kep, kubernetes } from "./sources.ts";

const awsController = "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues";

/** Chapter C: how and when traffic leaves a pod. */
export const endpoints = {
  "endpointslice-conditions": {
    ref: "C1",
    statement:
      "In an EndpointSlice, serving is the Pod's Ready condition, terminating means that deletionTimestamp is set, and ready means serving and not terminating. publishNotReadyAddresses on the Service forces ready to true.",
    consequence:
      "Deletion alone takes a pod out of ready; a readiness probe that fails during the drain also takes it out of serving.",
    since: [
      { version: "1.20", stage: "alpha", note: "serving and terminating" },
      { version: "1.22", stage: "beta", note: "serving and terminating" },
      { version: "1.26", stage: "stable", note: "serving and terminating" },
    ],
    evidence: ["source", "documentation", "measured"],
    sources: [code.endpoints, `${docs.endpointSlices}#conditions`, `${kep}/1672`],
  },
  "terminating-endpoints-stay-listed": {
    ref: "C2",
    statement:
      "A terminating pod is not removed from its EndpointSlices. It stays listed with ready false until it has ended or is gone: measured from 0.1 s to 12.3 s with a grace period of 12 s.",
    consequence:
      "Whoever reads EndpointSlices must filter by condition; a proxy that only looks at the addresses keeps sending traffic.",
    since: [],
    evidence: ["documentation", "source", "measured"],
    sources: [
      `${docs.podLifecycle}#pod-termination-flow`,
      docs.endpointTermination,
      `${kubernetes}/staging/src/k8s.io/endpointslice/util/controller_utils.go`,
    ],
  },
  "publishNotReady-keeps-ready": {
    ref: "C3",
    statement:
      "Behind a Service with publishNotReadyAddresses, a terminating pod stays ready and gets new connections until it is gone. Measured, the cluster IP led to such a pod for all 12 s of its termination.",
    consequence:
      "No preStop delay drains traffic there. Remove the flag from Services that carry client traffic; keep it for headless peer discovery.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.endpoints],
  },
  "kube-proxy-fallback": {
    ref: "C4",
    statement:
      "When a Service has no ready endpoint (in the cluster, or on the node under policy Local), kube-proxy sends new connections to endpoints that are terminating and still serving. Once readiness fails they get none: measured, connections were refused 0.2 s later.",
    consequence:
      "With a single replica, or on the last pod of a node, new connections arrive during the drain: keep serving. Failing readiness on SIGTERM opts out.",
    since: [
      { version: "1.22", stage: "alpha" },
      { version: "1.26", stage: "beta", note: "on by default" },
      { version: "1.28", stage: "stable" },
    ],
    evidence: ["source", "proposal", "documentation", "measured"],
    sources: [
      `${kubernetes}/pkg/proxy/topology.go`,
      `${kep}/1669`,
      `${docs.virtualIps}#traffic-to-terminating-endpoints`,
    ],
    documentationGap: "The page on virtual IPs describes only policy Local; the code does the same for policy Cluster.",
  },
  "etp-local-healthcheck": {
    ref: "C5",
    statement:
      "With externalTrafficPolicy Local, a node's health-check port fails as soon as it has only terminating endpoints, and the external load balancer takes the node out. Until it does, kube-proxy serves the stragglers from the terminating pods.",
    consequence:
      "The pod must go on accepting for at least the load balancer's check interval times its unhealthy threshold.",
    since: [
      { version: "1.26", stage: "beta", note: "kube-proxy serves terminating endpoints by default" },
      { version: "1.28", stage: "stable" },
    ],
    evidence: ["proposal", "documentation"],
    sources: [
      `${kep}/1669`,
      `${docs.virtualIps}#traffic-to-terminating-endpoints`,
      "https://kubernetes.io/blog/2022/12/30/advancements-in-kubernetes-traffic-engineering/",
    ],
  },
  "node-deletion-drain": {
    ref: "C6",
    statement:
      "Under externalTrafficPolicy Cluster, kube-proxy's health endpoint tells load balancers that a node is about to be deleted, so they can drain it. Nodes that are not ready for a moment are no longer taken out of load balancers.",
    consequence:
      "With autoscaled nodes, connections through a node that goes away are drained if the load balancer checks kube-proxy's health; this needs nothing in the pod.",
    since: [
      { version: "1.28", stage: "alpha", note: "draining of nodes marked for deletion" },
      {
        version: "1.30",
        stage: "beta",
        note: "draining of nodes marked for deletion; nodes not ready for a moment are kept (stable)",
      },
      { version: "1.31", stage: "stable", note: "draining of nodes marked for deletion" },
    ],
    evidence: ["proposal"],
    sources: [`${kep}/3836`, `${kep}/3458`],
  },
  "kube-proxy-batching": {
    ref: "C7",
    statement:
      "kube-proxy gathers changes and by default applies them at most once a second (minSyncPeriod 1 s, full resync 30 s). In big clusters one sync can take seconds.",
    consequence:
      "Allow at least 1 to 2 s until all nodes have stopped sending to a deleted pod, even without a load balancer.",
    since: [],
    evidence: ["source"],
    sources: [`${kubernetes}/pkg/proxy/apis/config/v1alpha1/defaults.go`],
  },
  "established-connections-survive": {
    ref: "C8",
    statement:
      "Taking an endpoint away does not cut its TCP connections; kube-proxy cleans up only UDP flows. A keep-alive connection through a cluster IP was answered to the pod's end while new ones were refused; HTTP/2, gRPC, WebSocket and SSE should behave alike.",
    consequence:
      "A preStop delay does not drain long-lived connections. On SIGTERM the application must stop accepting, answer with 'Connection: close' or GOAWAY, end or hand over its streams, and then exit.",
    since: [],
    evidence: ["source", "measured", "inferred"],
    sources: [`${kubernetes}/pkg/proxy/conntrack/cleanup.go`, "https://nodejs.org/api/http.html#serverclosecallback"],
  },
  "aws-elb-deregistration": {
    ref: "C9",
    statement:
      "AWS ALB and NLB target groups keep a deregistered target draining for 300 s by default (deregistration_delay.timeout_seconds, 0 to 3600). If an ALB target closes earlier, clients get 5xx; users of NLB with IP targets saw new connections for about 2 minutes after deregistration.",
    consequence:
      "Behind an ALB keep accepting for 15 to 60 s, behind an NLB with IP targets for 120 s or more, with a grace period above that.",
    since: [],
    evidence: ["reference", "issue"],
    sources: [
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay",
      `${awsController}/2366`,
      "https://github.com/aws/containers-roadmap/issues/470",
    ],
  },
  "aws-readiness-gate": {
    ref: "C10",
    statement:
      "The AWS Load Balancer Controller adds readiness gates to pods in namespaces labelled elbv2.k8s.aws/pod-readiness-gate-inject=enabled, for targets of type ip only. They hold a rollout back until new pods are healthy in the load balancer.",
    consequence: "The gate protects the start of pods, not their shutdown: a delay before SIGTERM is still needed.",
    since: [],
    evidence: ["reference"],
    sources: ["https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/"],
  },
  "gke-neg": {
    ref: "C11",
    statement:
      "With container-native load balancing on GKE, clients see 502 when a pod exits before its connections are closed and 503 when traffic goes to a pod already removed.",
    consequence:
      "Keep the pod alive, by preStop and grace period, until the load balancer has detached and drained its endpoint.",
    since: [],
    evidence: ["reference"],
    sources: ["https://cloud.google.com/kubernetes-engine/docs/troubleshooting/load-balancing"],
  },
  "who-recommends-what": {
    ref: "C12",
    statement:
      "Kubernetes fixes no number for how long a deleted pod should go on accepting. Published advice: 5 s (KEP-3960's example), 10 s (Envoy Gateway's minimum), 15 s (learnk8s), the health-check window (policy Local), 120 s or more (users of NLB with IP targets), the whole deregistration delay (AWS and ingress-nginx threads).",
    consequence:
      "Treat 5 to 15 s inside a cluster as a rule of thumb. Behind a load balancer work the number out from its own timers.",
    since: [],
    evidence: ["proposal", "reference", "issue"],
    sources: [
      `${kep}/3960`,
      `${kep}/1669`,
      "https://gateway.envoyproxy.io/docs/tasks/operations/graceful-shutdown/",
      "https://learnk8s.io/graceful-shutdown",
      `${awsController}/1719`,
      `${awsController}/2366`,
      "https://github.com/kubernetes/ingress-nginx/issues/11891",
    ],
  },
  "readiness-failing-is-not-required-to-leave": {
    ref: "C13",
    statement:
      "A deleted pod's endpoint turns unready by the deletion alone, 0.1 s after the DELETE when measured. No readiness probe has to fail for that.",
    consequence:
      "Do not wait for readiness to fail (period times threshold) before traffic leaves; it is slower and not needed. It matters only for the fallback to terminating endpoints.",
    since: [],
    evidence: ["documentation", "measured"],
    sources: [`${docs.podLifecycle}#when-should-you-use-a-readiness-probe`],
  },
  "dns-clients": {
    ref: "C14",
    statement:
      "Clients of a headless Service find pods through DNS, so a terminating pod likely stays known to them until the slice is updated, the DNS record's TTL has passed and their own cache has let go of it.",
    consequence:
      "Add the TTL to the delay for headless Services: 5 s by default in CoreDNS, often set to 30 s (see the Corefile).",
    since: [],
    evidence: ["inferred"],
    sources: ["https://coredns.io/plugins/kubernetes/"],
  },
  "sleep-saves-new-connections-only": {
    ref: "C15",
    statement:
      "During a preStop sleep the process does not know that it is leaving, so kept connections stay on it and are cut at SIGTERM. In rollouts with sleep 5 no new connection was lost, but up to 30 of 3,810 calls on kept ones; a server that lingered 5 s after SIGTERM with 'Connection: close' lost none.",
    consequence:
      "For servers of kept connections use a hook that the application answers (httpGet), or linger after SIGTERM. Size the delay by the slowest propagation: kube-proxy took 68 ms (worst 605 ms), load balancers take far longer.",
    since: [],
    evidence: ["measured"],
    sources: [`${docs.hooks}#hook-handler-execution`, code.killContainer],
  },
} as const satisfies Record<string, Fact>;
