import type { Edit, Fix } from "../edit.ts";
import { valueAt } from "../path.ts";
import { fieldHomes, isHome, type Level } from "../pods/field-homes.ts";
import type { KubernetesObject } from "../pods/object.ts";
import { defaultGraceSeconds } from "../pods/read-pod.ts";
import { strayFields, type StrayField } from "../pods/stray-fields.ts";
import { defineObjectRule } from "../rule.ts";

export default defineObjectRule({
  id: "misplaced-field",
  title: "A field stands where the API server looks for it",
  category: "manifest",
  severity: "error",
  why: `The API server drops a field that it does not know at its place: a grace period in a container, a preStop hook
without its lifecycle, a name in the wrong case. Unless the client asks for strict validation nobody is told, the
object is stored, and the pod stops as if the line were not there. Only kinds of Kubernetes itself are judged; a custom
resource may have fields of these names.`,
  cites: ["default-30", "liveness-kill-grace-order", "no-readiness-means-ready"],
  needs: "pod",
  *check(object) {
    const found = strayFields(object);
    for (const stray of found) {
      // Two strays that want the same place contradict each other; which is meant is for the author to say.
      const alone = found.every((other) => other === stray || other.home?.join("\n") !== stray.home?.join("\n"));
      const fix = alone ? move(stray, object) : undefined;
      yield { at: stray.at, message: explain(stray, object), ...(fix && { fix }) };
    }
  },
  examples: [
    {
      name: "a grace period in a container",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: web
          image: web
          terminationGracePeriodSeconds: 60
`,
      reports: ["spec.template.spec.containers[0].terminationGracePeriodSeconds"],
    },
    {
      name: "beside the pod spec, in the workload's spec, and in metadata",
      yaml: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, terminationGracePeriodSeconds: 60 }
spec:
  terminationGracePeriodSeconds: 60
  template:
    terminationGracePeriodSeconds: 60
    spec:
      containers:
        - { name: db, image: db }
`,
      reports: [
        "metadata.terminationGracePeriodSeconds",
        "spec.terminationGracePeriodSeconds",
        "spec.template.terminationGracePeriodSeconds",
      ],
    },
    {
      name: "preStop without its lifecycle, and lifecycle in the pod spec",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  lifecycle:
    preStop:
      sleep: { seconds: 5 }
  containers:
    - name: web
      image: web
      preStop:
        sleep: { seconds: 5 }
`,
      reports: ["spec.lifecycle", "spec.containers[0].preStop"],
    },
    {
      name: "the wrong case, other names, and a letter too few",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      terminationGracePeriod: 60
      sharedProcessNamespace: true
      containers:
        - name: web
          image: web
          livenessprobe: { httpGet: { port: 8080 } }
          lifecycle:
            prestop:
              sleep: { seconds: 5 }
        - name: other
          image: other
          readinesProbe: { httpGet: { port: 8080 } }
          lifecycle:
            preStopHook:
              sleep: { seconds: 5 }
`,
      reports: [
        "spec.template.spec.terminationGracePeriod",
        "spec.template.spec.sharedProcessNamespace",
        "spec.template.spec.containers[0].livenessprobe",
        "spec.template.spec.containers[0].lifecycle.prestop",
        "spec.template.spec.containers[1].readinesProbe",
        "spec.template.spec.containers[1].lifecycle.preStopHook",
      ],
    },
    {
      name: "a readiness probe has no grace period: it never restarts anything",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: web
      readinessProbe:
        httpGet: { port: 8080 }
        terminationGracePeriodSeconds: 10
`,
      reports: ["spec.containers[0].readinessProbe.terminationGracePeriodSeconds"],
    },
    {
      name: "the shared PID namespace in the security context, and a rollout's settings in the pod spec",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      minReadySeconds: 10
      strategy: { type: Recreate }
      securityContext: { shareProcessNamespace: true }
      containers:
        - { name: web, image: web }
`,
      reports: [
        "spec.template.spec.minReadySeconds",
        "spec.template.spec.strategy",
        "spec.template.spec.securityContext.shareProcessNamespace",
      ],
    },
    {
      name: "a StatefulSet's strategy has another name",
      yaml: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  strategy: { type: RollingUpdate }
  template:
    spec:
      containers:
        - { name: db, image: db }
`,
      reports: ["spec.strategy"],
    },
    {
      name: "each at its place",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: { terminationGracePeriodSeconds: "60" }
spec:
  minReadySeconds: 5
  strategy: { type: RollingUpdate }
  template:
    metadata:
      labels: { lifecycle: spot }
    spec:
      terminationGracePeriodSeconds: 60
      shareProcessNamespace: false
      containers:
        - name: web
          image: web
          env:
            - { name: terminationGracePeriodSeconds, value: "60" }
          lifecycle:
            preStop:
              sleep: { seconds: 5 }
          livenessProbe:
            httpGet: { port: 8080 }
            terminationGracePeriodSeconds: 10
          readinessProbe: { httpGet: { port: 8080 } }
`,
    },
    {
      name: "a custom resource has fields of its own",
      yaml: `
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: { name: kafka }
spec:
  kafka:
    template:
      pod:
        terminationGracePeriodSeconds: 120
`,
    },
  ],
});

/**
 * Puts the field where it was meant to be. Never safe: what was dropped until now was never tried, and a longer grace
 * period, a hook or a shared namespace changes how the pod runs. Only a field that makes the API server refuse the
 * object can be taken away unattended, since such an object never ran.
 */
function move({ at, key, field, level, value, home }: StrayField, object: KubernetesObject): Fix | undefined {
  const remove: Edit = { op: "remove", at };
  if (level === "readiness probe" && key === "terminationGracePeriodSeconds") {
    return { title: "Remove the grace period of the readiness probe", safe: true, edits: [remove] };
  }
  if (home === undefined || valueAt(object.value, home) !== undefined) return undefined;
  const parent = home.slice(0, -1);
  const holder = valueAt(object.value, parent);
  if (holder !== undefined && (typeof holder !== "object" || holder === null)) return undefined;
  const isRename = parent.join("\n") === at.slice(0, -1).join("\n");
  return {
    title: isRename ? `Rename it to ${field}` : `Move it to ${field} in ${homeText(field)}`,
    safe: false,
    edits: [remove, { op: "set", at: home, value }],
  };
}

function homeText(field: string): string {
  switch (fieldHomes[field]?.[0]) {
    case "container":
      return "the container";
    case "lifecycle":
      return "lifecycle of the container";
    case "workload":
      return "the workload's spec";
    default:
      return "the pod spec";
  }
}

function explain(stray: StrayField, object: KubernetesObject): string {
  const { key, field, level, home } = stray;
  if (level === "readiness probe") {
    return `${key} is forbidden in a readiness probe, which never restarts anything: the API server refuses the object; liveness and startup probes may have one`;
  }
  const inPlace =
    home !== undefined && home.join("\n") !== stray.at.join("\n") && valueAt(object.value, home) !== undefined;
  const harm = inPlace ? `only ${field} at its own place counts` : effect(field);
  return `${key} is no field of ${placeText(level, object)}: the API server drops it, usually without a word, so ${harm}; ${advice(stray, object)}`;
}

function placeText(level: Level, { kind }: KubernetesObject): string {
  switch (level) {
    case "object":
      return `a ${kind} beside its spec`;
    case "workload":
      return `the spec of a ${kind}`;
    case "metadata":
    case "lifecycle":
      return level;
    case "handler":
      return "a hook";
    default:
      return `a ${level}`;
  }
}

function advice({ key, field, home, level }: StrayField, object: KubernetesObject): string {
  const sameThere = { strategy: "updateStrategy", updateStrategy: "strategy" }[field];
  if (sameThere !== undefined && isHome(sameThere, "workload", object.kind)) {
    return `a ${object.kind} has ${sameThere} in its spec`;
  }
  if (fieldHomes[field]?.includes("workload") === true && !isHome(field, "workload", object.kind)) {
    return `a ${object.kind} has nothing like it`;
  }
  if (isHome(field, level, object.kind)) return `it is called ${field}`;
  const called = key === field ? "it belongs" : `it is called ${field} and belongs`;
  return `${called} in ${homeText(field)}${home === undefined ? " it is meant for" : ""}`;
}

/** What happens because the field is not there. */
function effect(field: string): string {
  switch (field) {
    case "terminationGracePeriodSeconds":
      return `the grace period is ${defaultGraceSeconds} s, the default`;
    case "shareProcessNamespace":
      return "each container keeps a PID namespace of its own";
    case "hostPID":
      return "the pod does not see the node's processes";
    case "readinessGates":
      return "readiness does not wait for them";
    case "readinessProbe":
      return "a container counts as ready as soon as it runs";
    case "livenessProbe":
      return "nothing restarts a container that hangs";
    case "startupProbe":
      return "the other probes do not wait for the start";
    case "stopSignal":
      return "the stop signal is the image's";
    case "minReadySeconds":
      return "a new pod counts as available at once";
    case "strategy":
    case "updateStrategy":
      return "the default strategy applies";
    default:
      return "no hook runs";
  }
}
