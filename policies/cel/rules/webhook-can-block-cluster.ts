import { namespaceNameLabel } from "../../webhooks/selection.ts";
import type { Request } from "../../webhooks/webhook.ts";
import { quote, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const any = (list: string, wanted: readonly string[]): string =>
  `(${wanted.map((one) => `${quote(one)} in r.?${list}.orValue([])`).join(" || ")})`;

const among = (when: string, text: string): string => `object.?webhooks.orValue([]).filter(w, ${when}).map(w, ${text})`;

const newPod: Request = { group: "", resource: "pods", operation: "CREATE", namespaced: true };
const lease: Request = { group: "coordination.k8s.io", resource: "leases", operation: "UPDATE", namespaced: true };
const node: Request = { group: "", resource: "nodes", operation: "UPDATE", namespaced: false };

/** CEL: whether the webhook `w` is asked about a request. */
function isAsked({ group, resource, operation, namespaced }: Request): string {
  const [plain = "", sub] = resource.split("/");
  const resources = sub === undefined ? ["*", "*/*", plain] : ["*/*", resource, `${plain}/*`, `*/${sub}`];
  const tests = [
    any("apiGroups", ["*", group]),
    `(w.?matchPolicy.orValue("Equivalent") != "Exact" || ${any("apiVersions", ["*", "v1"])})`,
    any("operations", ["*", operation]),
    any("resources", resources),
    `r.?scope.orValue("*") in ["*", ${quote(namespaced ? "Namespaced" : "Cluster")}]`,
  ];
  return `w.?rules.orValue([]).exists(r, ${tests.join(" && ")})`;
}

/** CEL: whether a selector surely takes in everybody who carries no label that is asked for. */
const everybody = (selector: string): string =>
  `(${selector}.?matchLabels.orValue({}).size() == 0 && ${selector}.?matchExpressions.orValue([]).all(e, e.operator in ["NotIn", "DoesNotExist"]))`;

/** CEL: whether a namespaceSelector surely takes in a namespace, of which only the name is known. */
function takesIn(selector: string, namespace: string): string {
  const name = quote(namespace);
  const label = quote(namespaceNameLabel);
  return (
    `(${selector}.?matchLabels.orValue({}).all(k, k == ${label} && ${selector}.matchLabels[k] == ${name}) && ` +
    `${selector}.?matchExpressions.orValue([]).all(e, e.key == ${label} && (e.operator == "In" ? ${name} in e.?values.orValue([]) : ` +
    `e.operator == "NotIn" ? !(${name} in e.?values.orValue([])) : e.operator == "Exists")))`
  );
}

const rule: CelRule = () => {
  const fails = `w.?failurePolicy.orValue("Fail") == "Fail"`;
  const isCertain = "w.?matchConditions.orValue([]).size() == 0";
  const forEverybody = everybody("w.?objectSelector");
  const reaches = (namespace: string): string => `${isCertain} && ${takesIn("w.?namespaceSelector", namespace)}`;
  const own = takesIn("w.?namespaceSelector", "$").replaceAll('"$"', "w.clientConfig.service.namespace");
  const closes = [
    `(w.clientConfig.?service.hasValue() && ${isAsked(newPod)} && ${isCertain} && ${own})`,
    `(${isAsked(newPod)} && ${reaches("kube-system")})`,
    `(${isAsked(lease)} && ${reaches("kube-system")})`,
    `(${isAsked(lease)} && ${reaches("kube-node-lease")})`,
  ].join(" || ");
  const nodes = `${isCertain} && (${isAsked({ ...node, resource: "nodes/status" })} || ${isAsked(node)})`;
  const evictions = isAsked({ ...newPod, resource: "pods/eviction" });
  const deletions = isAsked({ ...newPod, operation: "DELETE" });
  // Those who opt in hold up their own pods only.
  const anywhere = `w.?namespaceSelector.?matchLabels.orValue({}).size() == 0 && w.?namespaceSelector.?matchExpressions.orValue([]).all(e, e.operator in ["NotIn", "DoesNotExist"])`;
  const drains = `${isCertain} && (${evictions} || ${deletions}) && (${anywhere})`;
  const slows = `w.?timeoutSeconds.orValue(10) >= 10 && ${isCertain} && ${isAsked(lease)} && ${forEverybody} && ${takesIn("w.?namespaceSelector", "kube-system")}`;
  const recovery = "until somebody deletes the webhook configuration by hand";
  return {
    fidelity: "approximate",
    on: [
      {
        group: "admissionregistration.k8s.io",
        resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
      },
    ],
    misses: [
      "the labels of the webhook's own pods are not known: a selector of objects by which it leaves them out is taken to, one that opts in to leave out all",
      "a webhook with matchConditions is not judged",
    ],
    checks: [
      {
        severity: "error",
        problems: among(
          `${fails} && ${forEverybody} && (${closes})`,
          sentence`${"w.name"} has failurePolicy Fail: while it does not answer, no pod of its own namespace or of kube-system starts, or leases are lost, ${`"${recovery}"`}; leave these namespaces out in the namespaceSelector`,
        ),
      },
      {
        severity: "error",
        problems: among(
          `${fails} && ${forEverybody} && ${nodes}`,
          sentence`${"w.name"} has failurePolicy Fail and is asked about nodes, which no namespaceSelector leaves out: while it does not answer, nodes cannot report, join or be drained, ${`"${recovery}"`}; name the resources that it needs, or set failurePolicy to Ignore`,
        ),
      },
      {
        severity: "warn",
        problems: among(
          `${fails} && ${forEverybody} && ${drains}`,
          sentence`${"w.name"} has failurePolicy Fail: while it does not answer, no pod can be evicted or deleted; set failurePolicy to Ignore, or do without pods/eviction and DELETE of pods`,
        ),
      },
      {
        severity: "warn",
        problems: among(
          `!(${fails}) && ${slows}`,
          sentence`${"w.name"} is asked about every renewal of a lease in kube-system: one that hangs holds it up for ${"w.?timeoutSeconds.orValue(10)"} s, and leader election gives up after 10 s; leave kube-system out, or set timeoutSeconds to 3`,
        ),
      },
    ],
  };
};
export default rule;
