import { memo } from "../memo.ts";
import { valueAt, type Path } from "../path.ts";
import { nameOf, type KubernetesObject } from "../pods/object.ts";
import type { ObjectSet } from "../pods/object-set.ts";
import type { Pod } from "../pods/pod.ts";
import { isShare, leastReplicas, percentOf, shareOf, type Replicas } from "../pods/replicas.ts";
import { sameNamespace } from "../pods/traffic.ts";
import { defineObjectRule, type Problem } from "../rule.ts";

export default defineObjectRule({
  id: "pdb-allows-one",
  title: "A disruption budget lets one pod go",
  category: "availability",
  severity: "warn",
  why: `A PodDisruptionBudget that never allows one eviction makes every node drain hang: the eviction API answers 429
until somebody deletes the pod or the budget by hand, or the drain gives up and takes the pod without asking. Two
budgets on one pod are an error of the API (500), so that pod can never be evicted. A budget limits evictions
alone, never rollouts or crashes; unhealthyPodEvictionPolicy: AlwaysAllow at least lets pods go that are not ready.`,
  cites: ["pdb-scope", "eviction-api-grace"],
  needs: "set",
  kinds: ["PodDisruptionBudget"],
  *check(budget, _options, { set }) {
    const blocked = refusesAll(budget, set);
    if (blocked !== undefined) yield blocked;
    const double = sharesPod(budget, set);
    if (double !== undefined) yield double;
  },
  examples: [
    {
      name: "no pod may be missing",
      yaml: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 0
  selector: { matchLabels: { app: web } }
`,
      reports: ["spec.maxUnavailable"],
    },
    {
      name: "as many as there are",
      yaml: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  minAvailable: 1
  selector: { matchLabels: { app: web } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - { name: web, image: web }
`,
      reports: ["spec.minAvailable"],
    },
    {
      name: "a percentage that is rounded up to all that the autoscaler keeps",
      yaml: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  minAvailable: 60%
  selector: { matchLabels: { app: web } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 10
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - { name: web, image: web }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 20
`,
      reports: ["spec.minAvailable"],
    },
    {
      name: "two budgets on one pod",
      yaml: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 1
  selector: { matchLabels: { app: web } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: everything-on-the-web }
spec:
  maxUnavailable: 1
  selector: { matchExpressions: [{ key: app, operator: In, values: [web, shop] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - { name: web, image: web }
`,
      reports: ["PodDisruptionBudget/everything-on-the-web: spec.selector"],
    },
    {
      name: "one of one may go: a percentage of maxUnavailable is rounded up",
      yaml: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 10%
  selector: { matchLabels: { app: web } }
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
    {
      name: "two of three must stay",
      yaml: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  minAvailable: 2
  selector: { matchLabels: { app: web } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web }
spec:
  replicas: 3
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - { name: web, image: web }
`,
    },
    {
      name: "pods that are not in the set",
      yaml: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  minAvailable: 1
  selector: { matchLabels: { app: web } }
`,
    },
  ],
});

/** The setting by which the budget refuses every eviction. */
function refusesAll(budget: KubernetesObject, set: ObjectSet): Problem | undefined {
  const unavailableAt = ["spec", "maxUnavailable"];
  const unavailable = valueAt(budget.value, unavailableAt);
  if (isShare(unavailable) && shareOf(unavailable, 100, Math.ceil) === 0) {
    return problem(unavailableAt, `maxUnavailable is ${unavailable}`);
  }
  const availableAt = ["spec", "minAvailable"];
  const available = valueAt(budget.value, availableAt);
  if (!isShare(available)) return undefined;
  if ((percentOf(available) ?? 0) >= 100) return problem(availableAt, `minAvailable is ${available}`);
  const replicas = replicasBehind(set)(set.podsSelectedBy(budget));
  if (replicas === undefined || replicas.count === 0) return undefined;
  const needed = shareOf(available, replicas.count, Math.ceil);
  if (needed < replicas.count) return undefined;
  const rounded = typeof available === "number" ? "" : `, rounded up to ${needed}`;
  const setting = `minAvailable is ${available}${rounded}, of ${replicas.count} ${replicas.count === 1 ? "pod" : "pods"} (${replicas.text})`;
  return problem(availableAt, setting, replicas.isMinimum);
}

function problem(at: Path, setting: string, isMinimum = false): Problem {
  const harm = isMinimum
    ? "while there are no more, no pod may be evicted, so a node drain hangs until the autoscaler adds one or somebody steps in"
    : "no pod may ever be evicted, so every node drain hangs until somebody deletes the pod or the budget";
  return {
    at,
    message: `${setting}: ${harm}`,
    fix: {
      title: "Let one pod go at a time: set maxUnavailable to 1",
      // A singleton may be guarded so on purpose, to be moved by hand.
      safe: false,
      edits: [
        { op: "remove", at: ["spec", "minAvailable"] },
        { op: "set", at: ["spec", "maxUnavailable"], value: 1 },
      ],
    },
  };
}

/** The pods that a budget counts, at their fewest; undefined where one of its workloads does not tell. A drain leaves DaemonSets alone. */
const replicasBehind = memo((set: ObjectSet) => memo((pods: readonly Pod[]) => replicasOf(pods, set)));

function replicasOf(pods: readonly Pod[], set: ObjectSet): Replicas | undefined {
  const workloads = new Map<string, Replicas | undefined>();
  for (const { object } of pods) {
    if (object.kind === "DaemonSet") continue;
    const replicas = leastReplicas(object, set);
    const other = workloads.get(identity(object));
    // A base and its overlay are one object in two files: the larger number cannot be wrong about a deadlock.
    if (other === undefined || (replicas !== undefined && replicas.count > other.count))
      workloads.set(identity(object), replicas);
  }
  const all = [...workloads.values()];
  const known = all.filter((replicas) => replicas !== undefined);
  const [first] = known;
  if (first === undefined || known.length < all.length) return undefined;
  return {
    count: known.reduce((sum, { count }) => sum + count, 0),
    text: known.length === 1 ? first.text : `replicas of ${known.length} workloads`,
    isMinimum: known.some(({ isMinimum }) => isMinimum),
  };
}

/** That the budget is not the first on one of its pods. */
function sharesPod(budget: KubernetesObject, set: ObjectSet): Problem | undefined {
  const seen = new Set<readonly KubernetesObject[]>();
  for (const pod of set.podsSelectedBy(budget)) {
    const budgets = set.disruptionBudgetsOf(pod);
    if (seen.has(budgets)) continue;
    seen.add(budgets);
    const other = budgets.find(
      (one) => one === budget || (sameNamespace(one, budget) && identity(one) !== identity(budget)),
    );
    if (other === undefined || other === budget) continue;
    const double = `${nameOf(other)} selects the pods of ${nameOf(pod.object)} too: with two budgets on one pod the eviction API answers 500, so no drain can move it`;
    const found = { at: ["spec", "selector"], facts: ["eviction-api-grace" as const] };
    return together(budget, other)
      ? { ...found, severity: "error", message: double }
      : {
          ...found,
          verdict: "undetermined",
          message: `${double}, if both are applied to one namespace; write metadata.namespace to have this judged`,
        };
  }
  return undefined;
}

/** Whether two objects are sure to meet in a cluster: overlays for different clusters often leave the namespace out. */
function together(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.namespace === undefined || b.namespace === undefined
    ? folderOf(a) === folderOf(b)
    : a.namespace === b.namespace;
}

const folderOf = ({ file }: KubernetesObject): string => file?.slice(0, file.lastIndexOf("/") + 1) ?? "";
const identity = ({ kind, name }: KubernetesObject): string => `${kind}/${name}`;
