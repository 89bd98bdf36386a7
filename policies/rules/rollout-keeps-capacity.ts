import { memo } from "../memo.ts";
import { valueAt } from "../path.ts";
import { holdsExclusively } from "../pods/exclusive.ts";
import { recreates } from "../pods/goes-first.ts";
import { nearest } from "../pods/nearest.ts";
import { nameOf, type KubernetesObject } from "../pods/object.ts";
import type { ObjectSet } from "../pods/object-set.ts";
import type { Pod } from "../pods/pod.ts";
import { leastReplicas, percentOf } from "../pods/replicas.ts";
import { rollingUpdateOf } from "../pods/rolling-update.ts";
import { isHeadless } from "../pods/service.ts";
import { forRequests, trafficPath } from "../pods/traffic-path.ts";
import { defineObjectRule, type Problem } from "../rule.ts";
import { floorSeconds } from "../shutdown/timeline.ts";

export default defineObjectRule({
  id: "rollout-keeps-capacity",
  title: "A rollout leaves pods that serve",
  category: "availability",
  severity: "warn",
  why: `A rollout that may stop every pod at once leaves a Service without endpoints for as long as the old pods take to
stop and the new ones to start. A budget for disruptions does not help: it limits evictions, not rollouts. And a
container without a readiness probe counts as ready the moment it runs, so a rollout takes the old pods away before
the new ones listen. Silent where no Service reaches the pods, and where a pod holds a disk or a port of the node
that its successor needs.`,
  cites: [
    "maxUnavailable-and-single-replica",
    "deployment-terminating-not-counted",
    "daemonset-rollout",
    "no-readiness-means-ready",
    "minReadySeconds-role",
  ],
  needs: "set",
  kinds: ["Deployment", "StatefulSet", "DaemonSet", "Rollout"],
  *check(workload, _options, { set }) {
    const [pod] = set.podsIn(workload);
    if (pod === undefined) return;
    const services = forRequests(set.servicesOf(pod));
    const service = nearest(workload.kind === "StatefulSet" ? withAddress(services) : services, workload);
    if (service === undefined) return;
    const stop = holdsExclusively(pod) ? undefined : stopsAll(workload, pod, service, set);
    if (stop !== undefined) yield stop;
    const ready = isReadyAtOnce(workload, pod, service);
    if (ready !== undefined) yield ready;
  },
  examples: [
    {
      name: "Recreate with three replicas behind a Service",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  strategy: { type: Recreate }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: web
          image: web
          readinessProbe: { httpGet: { port: 8080 } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports:
    - { port: 80 }
`,
      reports: ["spec.strategy.type"],
    },
    {
      name: "every pod may be unavailable, and nothing says when a new one is ready",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  strategy:
    rollingUpdate: { maxUnavailable: 100% }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - { name: web, image: web }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports:
    - { port: 80 }
`,
      reports: ["spec.strategy.rollingUpdate.maxUnavailable", "spec.template.spec.containers[0].readinessProbe"],
    },
    {
      name: "no surge: of one replica 25 % is rounded to 0, and then Kubernetes takes 1",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  strategy:
    rollingUpdate: { maxSurge: 0 }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: web
          image: web
          readinessProbe: { httpGet: { port: 8080 } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports:
    - { port: 80 }
`,
      reports: ["spec.strategy.rollingUpdate.maxSurge"],
    },
    {
      name: "a DaemonSet that is replaced on all nodes at once",
      yaml: `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: dns }
spec:
  updateStrategy:
    rollingUpdate: { maxUnavailable: 100% }
  template:
    metadata:
      labels: { app: dns }
    spec:
      containers:
        - name: dns
          image: dns
---
apiVersion: v1
kind: Service
metadata: { name: dns }
spec:
  selector: { app: dns }
  ports:
    - { port: 53 }
`,
      reports: ["spec.updateStrategy.rollingUpdate.maxUnavailable"],
    },
    {
      name: "Recreate because the disk can be mounted once",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: db }
spec:
  strategy: { type: Recreate }
  template:
    metadata:
      labels: { app: db }
    spec:
      containers:
        - name: db
          image: db
          readinessProbe: { tcpSocket: { port: 5432 } }
      volumes:
        - name: data
          persistentVolumeClaim: { claimName: data }
---
apiVersion: v1
kind: Service
metadata: { name: db }
spec:
  selector: { app: db }
  ports:
    - { port: 5432 }
`,
    },
    {
      name: "Recreate that no Service reaches",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: controller }
spec:
  strategy: { type: Recreate }
  template:
    metadata:
      labels: { app: controller }
    spec:
      containers:
        - { name: controller, image: controller }
`,
    },
    {
      name: "a Service that is there to measure a controller",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: controller }
spec:
  strategy: { type: Recreate }
  template:
    metadata:
      labels: { app: controller }
    spec:
      containers:
        - { name: controller, image: controller }
---
apiVersion: v1
kind: Service
metadata: { name: controller-metrics }
spec:
  selector: { app: controller }
  ports:
    - { port: 9090 }
`,
    },
    {
      name: "one replica and the defaults: the new pod starts first",
      yaml: `
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
          startupProbe: { httpGet: { port: 8080 } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports:
    - { port: 80 }
`,
    },
    {
      name: "a StatefulSet and its headless Service",
      yaml: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 1
  serviceName: db
  template:
    metadata:
      labels: { app: db }
    spec:
      containers:
        - { name: db, image: db }
---
apiVersion: v1
kind: Service
metadata: { name: db }
spec:
  clusterIP: None
  selector: { app: db }
  ports:
    - { port: 5432 }
`,
    },
  ],
});

/** Every StatefulSet has a headless Service, for names and not for traffic. */
const withAddress = memo((services: readonly KubernetesObject[]) => services.filter((service) => !isHeadless(service)));

/** The setting by which a rollout may stop all pods before one of the new serves. */
function stopsAll(
  workload: KubernetesObject,
  pod: Pod,
  service: KubernetesObject,
  set: ObjectSet,
): Problem | undefined {
  const gap = `up to ${pod.graceSeconds + floorSeconds} s of shutdown and the start of the new one`;
  const replicas = leastReplicas(workload, set);
  if (replicas?.count === 0) return undefined;
  const single = replicas?.count === 1;
  const severity = single ? "advice" : "warn";
  const typeAt = ["spec", "strategy", "type"];
  if (recreates(workload)) {
    const pods = single ? "the only pod" : "every pod";
    return {
      at: typeAt,
      severity,
      message: `strategy Recreate stops ${pods} before it starts a new one: nobody answers for ${nameOf(service)} during ${gap}`,
      facts: ["maxUnavailable-and-single-replica"],
    };
  }
  const rolling = rollingUpdateOf(workload, replicas?.count);
  if (rolling === undefined) return undefined;
  if (workload.kind === "DaemonSet") {
    if ((percentOf(rolling.maxUnavailable) ?? 0) < 100) return undefined;
    return {
      at: rolling.unavailableAt,
      message: `maxUnavailable ${rolling.maxUnavailable} stops the pod on every node at once: nobody answers for ${nameOf(service)} during ${gap}`,
      facts: ["daemonset-rollout"],
    };
  }
  // A single pod of a StatefulSet has a name that only one can bear: it always goes before the next one comes.
  if (replicas === undefined || rolling.missing < replicas.count || (single && workload.kind === "StatefulSet"))
    return undefined;
  const setting = rolling.isForced
    ? "maxSurge 0 and a maxUnavailable that rounds to 0, for which Kubernetes takes 1,"
    : `maxUnavailable ${rolling.maxUnavailable}`;
  return {
    at: rolling.isForced ? rolling.surgeAt : rolling.unavailableAt,
    severity,
    message: `${setting} with ${replicas.count} ${single ? "replica" : "replicas"} lets a rollout stop ${single ? "the only pod" : "every pod"} before a new one is ready: nobody may answer for ${nameOf(service)} during ${gap}`,
    facts: ["maxUnavailable-and-single-replica"],
  };
}

/** That nothing tells the rollout when a new pod serves. */
function isReadyAtOnce(workload: KubernetesObject, pod: Pod, service: KubernetesObject): Problem | undefined {
  // A DaemonSet's pods are agents of their node as a rule; its Service is there to scrape them.
  if (workload.kind === "DaemonSet" || Number(valueAt(workload.value, ["spec", "minReadySeconds"]) ?? 0) > 0)
    return undefined;
  const gates: unknown = pod.spec.readinessGates;
  if (pod.containers.some((container) => container.readinessProbe ?? container.startupProbe)) return undefined;
  if (Array.isArray(gates) && gates.length > 0) return undefined;
  const goesOn = recreates(workload) ? "" : " and the rollout stops an old pod";
  const [first] = trafficPath(pod, [service]);
  if (first === undefined) return undefined;
  return {
    at: first.path("readinessProbe"),
    container: first.name,
    severity: "advice",
    message: `no readiness probe: a new pod counts as ready as soon as it runs, so ${nameOf(service)} sends it connections${goesOn} before it listens`,
    facts: ["no-readiness-means-ready", "minReadySeconds-role"],
  };
}
