import { celMutations } from "../mutations/cel-policy.ts";
import { gatekeeperMutations } from "../mutations/gatekeeper.ts";
import { kyvernoMutations } from "../mutations/kyverno.ts";
import type { Mutation } from "../mutations/mutation.ts";
import { nameOf, type KubernetesObject } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import { defineObjectRule, type Problem, type RuleContext } from "../rule.ts";
import { raiseGrace } from "../shutdown/needed-grace.ts";
import { formatSum } from "../shutdown/way-out.ts";

export default defineObjectRule({
  id: "policy-conflict",
  title: "No other policy takes away the time that a pod needs",
  category: "budget",
  severity: "error",
  why: `A policy that changes pods as they are created (Kyverno, Gatekeeper, a MutatingAdmissionPolicy) has the last
word: the manifest says 60 s, the pod in the cluster has 50, and nothing in the repository of the workload shows it.
Caps on the grace period are mostly written without a look at hooks and drains, and one that replaces a preStop hook
undoes what its author made sure of. Whoever reviews the workload sees neither.`,
  cites: ["order", "prestop-counts-against-grace", "object-is-defaulted"],
  needs: "set",
  kinds: [
    "ClusterPolicy",
    "Policy",
    "MutatingPolicy",
    "NamespacedMutatingPolicy",
    "Assign",
    "ModifySet",
    "MutatingAdmissionPolicy",
  ],
  *check(policy, _options, context) {
    for (const mutation of mutationsOf(policy)) {
      const problem = mutation.field === "grace" ? caps(mutation, context) : replaces(mutation, context);
      if (problem !== undefined) yield problem;
    }
  },
  examples: [
    {
      name: "Kyverno cuts every grace period to 50 s under a pod that needs 61 s",
      yaml: `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: no-long-grace }
spec:
  rules:
    - name: cap
      match:
        any:
          - resources: { kinds: [Pod] }
      preconditions:
        all:
          - key: "{{request.object.spec.terminationGracePeriodSeconds}}"
            operator: GreaterThan
            value: 50
      mutate:
        patchStrategicMerge:
          spec:
            terminationGracePeriodSeconds: 50
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec:
  template:
    metadata:
      annotations: { gracewarden.io/drain-seconds: "45" }
    spec:
      terminationGracePeriodSeconds: 70
      containers:
        - name: orders
          image: registry.example/orders:1
          lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
      reports: ["spec.rules[0].mutate.patchStrategicMerge.spec.terminationGracePeriodSeconds"],
    },
    {
      name: "Gatekeeper sets 10 s where a hook alone takes 15 s",
      yaml: `
apiVersion: mutations.gatekeeper.sh/v1
kind: Assign
metadata: { name: short }
spec:
  applyTo: [{ groups: [""], versions: [v1], kinds: [Pod] }]
  location: spec.terminationGracePeriodSeconds
  parameters: { assign: { value: 10 } }
---
apiVersion: v1
kind: Pod
metadata: { name: orders }
spec:
  containers:
    - name: orders
      image: registry.example/orders:1
      lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
      reports: ["spec.parameters.assign.value"],
    },
    {
      name: "a MutatingAdmissionPolicy caps it, and another takes hooks away",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: { name: cap }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: "Object{spec: Object.spec{terminationGracePeriodSeconds: 20}}"
    - patchType: JSONPatch
      jsonPatch:
        expression: |
          [JSONPatch{op: "remove", path: "/spec/containers/0/lifecycle"}]
---
apiVersion: v1
kind: Pod
metadata:
  name: orders
  annotations: { gracewarden.io/drain-seconds: "12" }
spec:
  containers:
    - name: orders
      image: registry.example/orders:1
      lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
      reports: ["spec.mutations[0].applyConfiguration.expression", "spec.mutations[1].jsonPatch.expression"],
    },
    {
      name: "a grace period that CEL computes, and a condition that is not read",
      yaml: `
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: { name: computed }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  matchConditions:
    - name: batch
      expression: object.metadata.labels["tier"] == "batch"
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: "Object{spec: Object.spec{terminationGracePeriodSeconds: variables.seconds}}"
---
apiVersion: v1
kind: Pod
metadata: { name: orders }
spec:
  containers:
    - name: orders
      image: registry.example/orders:1
      lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
      reports: ["? spec.mutations[0].applyConfiguration.expression"],
    },
    {
      name: "a cap under which the pod would fit only if its program needs less than is assumed",
      yaml: `
apiVersion: mutations.gatekeeper.sh/v1
kind: Assign
metadata: { name: short }
spec:
  applyTo: [{ groups: [""], versions: [v1], kinds: [Pod] }]
  location: spec.terminationGracePeriodSeconds
  parameters: { assign: { value: 20 } }
---
apiVersion: v1
kind: Pod
metadata: { name: orders }
spec:
  containers:
    - name: orders
      image: registry.example/orders:1
      lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
      reports: ["? spec.parameters.assign.value"],
    },
    {
      name: "JSON Patches: a number, and a path that CEL puts together",
      yaml: `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: patches }
spec:
  rules:
    - name: cap
      match: { any: [{ resources: { kinds: [Pod] } }] }
      exclude: {}
      mutate:
        patchesJson6902: |-
          - op: add
            path: /metadata/labels/capped
            value: "99"
          - op: replace
            path: "/spec/terminationGracePeriodSeconds"
            value: 12
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: { name: hooks }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  mutations:
    - patchType: JSONPatch
      jsonPatch:
        expression: |
          [0].map(i, JSONPatch{op: "remove", path: "/spec/containers/" + string(i) + "/lifecycle"})
---
apiVersion: v1
kind: Pod
metadata: { name: orders }
spec:
  containers:
    - name: orders
      image: registry.example/orders:1
      lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
      reports: [
        "spec.rules[0].mutate.patchesJson6902",
        "MutatingAdmissionPolicy/hooks: spec.mutations[0].jsonPatch.expression",
      ],
    },
    {
      name: "a cap that leaves enough, one for another namespace, and one that only fills in",
      yaml: `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: caps }
spec:
  rules:
    - name: enough
      match: { any: [{ resources: { kinds: [Pod] } }] }
      mutate: { patchStrategicMerge: { spec: { terminationGracePeriodSeconds: 45 } } }
    - name: elsewhere
      match: { any: [{ resources: { kinds: [Pod], namespaces: [batch] } }] }
      mutate: { patchStrategicMerge: { spec: { terminationGracePeriodSeconds: 5 } } }
    - name: missing
      match: { any: [{ resources: { kinds: [Pod] } }] }
      mutate: { patchStrategicMerge: { spec: { +(terminationGracePeriodSeconds): 5 } } }
---
apiVersion: v1
kind: Pod
metadata:
  name: orders
  namespace: shop
  annotations: { gracewarden.io/drain-seconds: "20" }
spec:
  terminationGracePeriodSeconds: 60
  containers:
    - name: orders
      image: registry.example/orders:1
      lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
    },
    {
      name: "a hook for containers that have none, and policies about something else",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: { name: delay }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: >-
          Object{spec: Object.spec{containers: object.spec.containers.filter(c, !has(c.lifecycle)).map(c,
          Object.spec.containers.item{name: c.name, lifecycle: Object.spec.containers.item.lifecycle{
          preStop: Object.spec.containers.item.lifecycle.preStop{sleep:
          Object.spec.containers.item.lifecycle.preStop.sleep{seconds: 5}}}})}}
---
apiVersion: mutations.gatekeeper.sh/v1
kind: Assign
metadata: { name: pull }
spec:
  applyTo: [{ groups: [""], versions: [v1], kinds: [Pod] }]
  location: "spec.containers[name:*].imagePullPolicy"
  parameters: { assign: { value: Always } }
---
apiVersion: v1
kind: Pod
metadata: { name: orders }
spec:
  containers:
    - name: orders
      image: registry.example/orders:1
      lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
    },
  ],
});

/** Kinds of the same name stand in other groups, too. */
function mutationsOf(policy: KubernetesObject): readonly Mutation[] {
  const group = policy.apiVersion.split("/")[0] ?? "";
  if (group === "kyverno.io") return kyvernoMutations(policy);
  if (group === "mutations.gatekeeper.sh") return gatekeeperMutations(policy);
  return group === "policies.kyverno.io" || group === "admissionregistration.k8s.io" ? celMutations(policy) : [];
}

interface Hit {
  readonly pod: Pod;
  readonly isSure: boolean;
  readonly why: string;
}

function caps(mutation: Mutation, { set, budget }: RuleContext): Problem | undefined {
  const { value } = mutation;
  const hits = set.objects
    .flatMap((object) => set.podsIn(object))
    .flatMap((pod): Hit[] => {
      const applies = mutation.applies(pod);
      const { needed } = raiseGrace(pod, budget);
      if (applies === "no" || needed.seconds === Infinity) return [];
      // What the pod lacks anyway is grace-covers-shutdown's finding.
      if (typeof value !== "number") return [{ pod, isSure: false, why: `needs ${needed.seconds} s` }];
      if (value >= pod.graceSeconds || value >= needed.seconds) return [];
      const sure = needed.terms.filter(({ known, term }) => known && term !== "margin");
      const seconds = sure.reduce((sum, term) => sum + term.seconds.max, 0);
      return [{ pod, isSure: applies === "yes" && seconds > value, why: `needs ${formatSum(needed.terms)}` }];
    });
  const does =
    typeof value === "number"
      ? `sets terminationGracePeriodSeconds to ${value}`
      : "sets terminationGracePeriodSeconds to a value that only its expression knows";
  return told(mutation, hits, does, `give it at least what the pod needs, or leave the pod out of the policy`);
}

function replaces(mutation: Mutation, { set }: RuleContext): Problem | undefined {
  const hits = set.objects
    .flatMap((object) => set.podsIn(object))
    .flatMap((pod): Hit[] => {
      const hooked = pod.containers.find(({ preStop }) => preStop !== undefined);
      const applies = mutation.applies(pod);
      if (hooked === undefined || applies === "no") return [];
      // Of a value that is not read nobody can tell whether it is the same hook.
      const isSure = applies === "yes" && mutation.value !== undefined;
      return [{ pod, isSure, why: `has a preStop hook of its own in ${hooked.name}` }];
    });
  const does = mutation.value === null ? "removes preStop hooks" : "writes over preStop hooks";
  return told(mutation, hits, does, "have it add a hook only where there is none, or leave the pod out of the policy");
}

function told({ at }: Mutation, hits: readonly Hit[], does: string, remedy: string): Problem | undefined {
  const sure = hits.filter(({ isSure }) => isSure);
  const [first] = sure.length > 0 ? sure : hits;
  if (first === undefined) return undefined;
  const others = new Set((sure.length > 0 ? sure : hits).map(({ pod }) => nameOf(pod.object))).size - 1;
  const more = others === 0 ? "" : ` (so ${others === 1 ? "does 1 more workload" : `do ${others} more workloads`})`;
  const pod = `${nameOf(first.pod.object)} ${first.why}${more}`;
  return sure.length > 0
    ? { at, message: `this policy ${does}, but ${pod}; ${remedy}` }
    : {
        at,
        verdict: "undetermined",
        message: `this policy ${does}, and ${pod}: whether the two meet cannot be read from the manifests; ${remedy}`,
      };
}
