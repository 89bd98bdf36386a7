import type { Edit } from "../edit.ts";
import { valueAt } from "../path.ts";
import type { ObjectSet } from "../pods/object-set.ts";
import { defineObjectRule, type Problem } from "../rule.ts";
import {
  namespaceNameLabel,
  selectsEverybody,
  selectsLabels,
  selectsNamespace,
  type Selection,
} from "../webhooks/selection.ts";
import { leavesOut, ruleFor, webhooksOf, type Request, type Webhook } from "../webhooks/webhook.ts";

export default defineObjectRule({
  id: "webhook-can-block-cluster",
  title: "A webhook that is down stops neither the cluster nor itself",
  category: "availability",
  severity: "error",
  why: `With failurePolicy Fail, which is the default, every request that matches a webhook is refused while nobody
answers. If those are the pods of kube-system, the heartbeats of nodes or the webhook's own pods, the outage keeps
itself up: what would end it is refused too, until somebody deletes the configuration by hand. A namespaceSelector
says nothing about nodes and other objects without a namespace. With Ignore a webhook that hangs still holds each
request up for its timeout.`,
  cites: ["failurePolicy", "timeout", "own-namespace-deadlock"],
  needs: "set",
  kinds: ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
  *check(configuration, _options, { set }) {
    for (const webhook of webhooksOf(configuration)) {
      if (!webhook.fails) {
        yield* slows(webhook);
        continue;
      }
      yield* closesNamespaces(webhook, set);
      yield* holdsNodes(webhook);
      yield* holdsDrains(webhook);
    }
  },
  examples: [
    {
      name: "every pod of every namespace, its own and kube-system's among them",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: pods.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }
`,
      reports: ["webhooks[0].namespaceSelector"],
    },
    {
      name: "everything: no namespaceSelector keeps nodes and evictions out of it",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: all.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    failurePolicy: Fail
    timeoutSeconds: 30
    rules:
      - { apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] }
    namespaceSelector:
      matchExpressions:
        - { key: kubernetes.io/metadata.name, operator: NotIn, values: [guard, kube-system, kube-node-lease] }
`,
      reports: ["webhooks[0].rules[0]", "webhooks[0].rules[0].operations"],
    },
    {
      name: "kube-system is left out, its own namespace is not",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: pods.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods] }
    namespaceSelector:
      matchExpressions:
        - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }
`,
      reports: ["webhooks[0].namespaceSelector"],
    },
    {
      name: "a label that lets a namespace opt out may or may not be set",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: pods.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }
    namespaceSelector:
      matchExpressions:
        - { key: guard.example/ignore, operator: DoesNotExist }
`,
      reports: ["? webhooks[0].namespaceSelector"],
    },
    {
      name: "a condition that is not read",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: nodes.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [nodes] }
    matchConditions:
      - name: not-by-nodes
        expression: '!("system:nodes" in request.userInfo.groups)'
`,
      reports: ["? webhooks[0].rules[0]"],
    },
    {
      name: "an eviction that is refused while the webhook is down",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: drains }
webhooks:
  - name: evictions.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods/eviction] }
`,
      reports: ["webhooks[0].rules[0].operations"],
    },
    {
      name: "it never refuses, but may hold up the leases of leader election for as long as they last",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: all.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    failurePolicy: Ignore
    rules:
      - { apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: ["*"] }
`,
      reports: ["webhooks[0].timeoutSeconds"],
    },
    {
      name: "all pods but its own and those of kube-system",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: pods.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }
    namespaceSelector:
      matchExpressions:
        - { key: kubernetes.io/metadata.name, operator: NotIn, values: [guard, kube-system] }
`,
    },
    {
      name: "the same by conditions in so many words",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: pods.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }
    matchConditions:
      - name: others
        expression: request.namespace != "kube-system" && !(request.namespace in ['guard', 'dns'])
`,
    },
    {
      name: "namespaces and pods that ask for it",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: mesh }
webhooks:
  - name: namespaces.mesh.example
    clientConfig: { service: { name: mesh, namespace: mesh } }
    rules: &pods
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }
    namespaceSelector: { matchLabels: { mesh.example/inject: enabled } }
  - name: pods.mesh.example
    clientConfig: { service: { name: mesh, namespace: mesh } }
    rules: *pods
    objectSelector: { matchLabels: { mesh.example/inject: "true" } }
`,
    },
    {
      name: "its own pods carry the label that leaves them out, and kube-system is left out by name",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: pods.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    rules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }
    namespaceSelector:
      matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }]
    objectSelector:
      matchExpressions: [{ key: app, operator: NotIn, values: [guard] }]
---
apiVersion: v1
kind: Service
metadata: { name: guard, namespace: guard }
spec: { selector: { app: guard } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: guard, namespace: guard }
spec:
  template:
    metadata: { labels: { app: guard } }
    spec:
      containers: [{ name: guard, image: guard }]
`,
    },
    {
      name: "custom resources of its own",
      yaml: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: things.guard.example
    clientConfig: { service: { name: guard, namespace: guard } }
    timeoutSeconds: 30
    rules:
      - { apiGroups: [guard.example], apiVersions: ["*"], operations: ["*"], resources: ["*"] }
`,
    },
  ],
});

const newPod: Request = { group: "", resource: "pods", operation: "CREATE", namespaced: true };
const lease: Request = { group: "coordination.k8s.io", resource: "leases", operation: "UPDATE", namespaced: true };
const node: Request = { group: "", resource: "nodes", operation: "UPDATE", namespaced: false };
const nodeStatus: Request = { ...node, resource: "nodes/status" };
const eviction: Request = { ...newPod, resource: "pods/eviction" };
const deletion: Request = { ...newPod, operation: "DELETE" };

const recovery = "until somebody deletes the webhook configuration by hand";

/** What it can refuse in a namespace, and what follows. */
const inNamespaces: readonly { readonly namespace: string; readonly request: Request; readonly harm: string }[] = [
  { namespace: "kube-system", request: newPod, harm: "no pod of kube-system (DNS, network, storage) starts" },
  { namespace: "kube-system", request: lease, harm: "the controllers of kube-system lose their leases" },
  { namespace: "kube-node-lease", request: lease, harm: "nodes cannot renew their leases and count as dead" },
];

function* closesNamespaces(webhook: Webhook, set: ObjectSet): Iterable<Problem> {
  const { service } = webhook;
  const own: typeof inNamespaces =
    service === undefined || !meetsOwnPods(webhook, set)
      ? []
      : [
          {
            namespace: service.namespace,
            request: newPod,
            harm: `no pod of its own namespace ${service.namespace} starts, so it cannot come back`,
          },
        ];
  const others = selectsEverybody(webhook.objectSelector) ? inNamespaces : [];
  const closed = [...own, ...others].flatMap((one) => {
    const selection = ruleFor(webhook, one.request) === undefined ? "no" : reaches(webhook, one.namespace);
    return selection === "no" ? [] : [{ ...one, selection }];
  });
  if (closed.length === 0) return;
  const certain = closed.filter(({ selection }) => selection === "yes");
  const told = certain.length > 0 ? certain : closed;
  const namespaces = [...new Set(told.map(({ namespace }) => namespace))].toSorted();
  const harms = [...new Set(told.map(({ harm }) => harm))].join("; ");
  const at = [...webhook.at, "namespaceSelector"];
  const subject = `${webhook.name} has failurePolicy Fail: while it does not answer (${webhook.timeoutSeconds} s for each request)`;
  yield {
    at,
    ...(certain.length > 0
      ? { message: `${subject}, ${harms}, ${recovery}; leave out ${namespaces.join(", ")}` }
      : {
          verdict: "undetermined" as const,
          message: `${subject} it may be that ${harms}: whether ${namespaces.join(", ")} ${namespaces.length === 1 ? "is" : "are"} left out depends on ${doubt(webhook)}; leave out by the label ${namespaceNameLabel} to have this judged`,
        }),
    fix: {
      title: `Leave out ${namespaces.join(", ")} in the namespaceSelector`,
      // What guards a cluster may be meant to guard those, too.
      safe: false,
      edits: leaveOut(webhook, namespaces),
    },
  };
}

/** Whether the webhook's own pods are among the objects that it selects; where they are not in the set, whether everybody's are. */
function meetsOwnPods({ service, objectSelector }: Webhook, set: ObjectSet): boolean {
  const own = set.objects.find(
    ({ kind, name, namespace = service?.namespace }) =>
      kind === "Service" && name === service?.name && namespace === service.namespace,
  );
  const pods = own === undefined ? [] : set.podsSelectedBy(own);
  return pods.length === 0
    ? selectsEverybody(objectSelector)
    : pods.some(({ labels }) => selectsLabels(objectSelector, labels));
}

/** Whether a request in a namespace gets to the webhook. */
function reaches(webhook: Webhook, namespace: string): Selection {
  if (leavesOut(webhook, namespace)) return "no";
  const selected = selectsNamespace(webhook.namespaceSelector, namespace);
  return selected === "yes" && webhook.conditions.length > 0 ? "unknown" : selected;
}

function doubt({ conditions, namespaceSelector }: Webhook): string {
  const byLabel = selectsNamespace(namespaceSelector, "") === "unknown";
  const by = [...(byLabel ? ["the namespace's labels"] : []), ...(conditions.length > 0 ? ["matchConditions"] : [])];
  return by.join(" and ");
}

function leaveOut({ at, namespaceSelector }: Webhook, namespaces: readonly string[]): Edit[] {
  const expressions = valueAt(namespaceSelector, ["matchExpressions"]);
  const index = Array.isArray(expressions) ? expressions.length : 0;
  const value = { key: namespaceNameLabel, operator: "NotIn", values: namespaces };
  return [{ op: "set", at: [...at, "namespaceSelector", "matchExpressions", index], value }];
}

/** Nodes have no namespace that a selector could leave out. */
function* holdsNodes(webhook: Webhook): Iterable<Problem> {
  const rule = ruleFor(webhook, nodeStatus) ?? ruleFor(webhook, node);
  if (rule === undefined || !selectsEverybody(webhook.objectSelector)) return;
  const harm = `${webhook.name} has failurePolicy Fail and is asked about nodes, which no namespaceSelector leaves out: while it does not answer, nodes cannot report`;
  yield {
    at: [...webhook.at, "rules", rule],
    ...(webhook.conditions.length === 0
      ? {
          message: `${harm}, join or be drained, ${recovery}; name the resources that it needs, or set failurePolicy to Ignore`,
        }
      : {
          verdict: "undetermined" as const,
          message: `${harm} unless its matchConditions, which are not read, leave them out; name the resources that it needs`,
        }),
  };
}

/** Evictions and deletions of pods anywhere (F23). */
function* holdsDrains(webhook: Webhook): Iterable<Problem> {
  const evicts = ruleFor(webhook, eviction);
  const rule = evicts ?? ruleFor(webhook, deletion);
  if (rule === undefined || !selectsEverybody(webhook.objectSelector)) return;
  // Those who opt in hold up their own pods only.
  if (selectsNamespace(webhook.namespaceSelector, "some-namespace") === "no") return;
  const what = evicts === undefined ? "no pod can be deleted" : "no pod can be evicted, so every node drain hangs";
  const isCertain = webhook.conditions.length === 0;
  yield {
    at: [...webhook.at, "rules", rule, "operations"],
    severity: "warn",
    facts: ["failurePolicy", "delete-admission"],
    ...(isCertain ? {} : { verdict: "undetermined" as const }),
    message: `${webhook.name} has failurePolicy Fail: while it does not answer, ${what}${isCertain ? "" : ", as far as its matchConditions let it, which are not read"}; set failurePolicy to Ignore, or do without ${evicts === undefined ? "DELETE of pods" : "pods/eviction"}`,
  };
}

/** For how long leader election of Kubernetes' own controllers tries to renew a lease before it gives up. */
const renewDeadlineSeconds = 10;

/** What a webhook that hangs holds up although its failures are ignored. */
function* slows(webhook: Webhook): Iterable<Problem> {
  if (webhook.timeoutSeconds < renewDeadlineSeconds || webhook.conditions.length > 0) return;
  if (ruleFor(webhook, lease) === undefined || !selectsEverybody(webhook.objectSelector)) return;
  if (reaches(webhook, "kube-system") !== "yes") return;
  yield {
    at: [...webhook.at, "timeoutSeconds"],
    severity: "warn",
    facts: ["timeout"],
    message: `${webhook.name} is asked about every renewal of a lease in kube-system: one that hangs holds it up for ${webhook.timeoutSeconds} s, and leader election gives up after ${renewDeadlineSeconds} s; leave kube-system out, or set timeoutSeconds to 3`,
  };
}
