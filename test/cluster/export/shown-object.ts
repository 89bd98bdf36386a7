import { defaultedPod } from "../../../policies/admission/defaulted-pod.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { isRecord } from "../../../policies/record.ts";

/** An object to create, and where. */
export interface Shown {
  readonly what: string;
  readonly path: string;
  readonly object: Readonly<Record<string, unknown>>;
}

const paths: Readonly<Record<string, string>> = {
  "v1/Pod": "/api/v1/namespaces/NS/pods",
  "v1/Service": "/api/v1/namespaces/NS/services",
  "v1/ReplicationController": "/api/v1/namespaces/NS/replicationcontrollers",
  "apps/v1/Deployment": "/apis/apps/v1/namespaces/NS/deployments",
  "apps/v1/StatefulSet": "/apis/apps/v1/namespaces/NS/statefulsets",
  "apps/v1/DaemonSet": "/apis/apps/v1/namespaces/NS/daemonsets",
  "apps/v1/ReplicaSet": "/apis/apps/v1/namespaces/NS/replicasets",
  "batch/v1/Job": "/apis/batch/v1/namespaces/NS/jobs",
  "batch/v1/CronJob": "/apis/batch/v1/namespaces/NS/cronjobs",
  "policy/v1/PodDisruptionBudget": "/apis/policy/v1/namespaces/NS/poddisruptionbudgets",
  "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration":
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
  "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration":
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
};

/** An object as it is, and the Pod that would be made from it; nothing of a kind that the policies are not about. */
export function shownObjects(object: KubernetesObject, namespace: string): Shown[] {
  const path = paths[`${object.apiVersion}/${object.kind}`];
  if (path === undefined) return [];
  const place = (value: object, kind: string, of: string): Shown => {
    const record = value as Record<string, unknown>;
    const metadata = isRecord(record["metadata"]) ? record["metadata"] : {};
    const where = of.includes("/NS/") ? { namespace } : {};
    return {
      what: `${kind}/${object.name}`,
      path: of.replace("/NS/", `/${namespace}/`),
      object: { ...record, metadata: { ...metadata, ...where } },
    };
  };
  const itself = place(completed(object), object.kind, path);
  if (object.kind === "Pod") return [itself];
  const pods = objectSet([object])
    .podsIn(object)
    .map(defaultedPod)
    .filter((pod) => pod !== undefined);
  return [itself, ...pods.map((pod) => place(withUids(pod), "Pod of", paths["v1/Pod"] ?? ""))];
}

/** What the examples leave out for brevity, and the API server wants: nothing that a rule looks at. */
function completed({ kind, value }: KubernetesObject): object {
  const spec = value["spec"];
  if (kind.endsWith("WebhookConfiguration")) {
    const { webhooks } = value;
    const entries = Array.isArray(webhooks) ? webhooks.filter(isRecord) : [];
    return {
      ...value,
      webhooks: entries.map((entry) => ({ sideEffects: "None", admissionReviewVersions: ["v1"], ...entry })),
    };
  }
  if (!isRecord(spec) || !["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].includes(kind)) return value;
  const template = isRecord(spec["template"]) ? spec["template"] : {};
  const metadata = isRecord(template["metadata"]) ? template["metadata"] : {};
  const labels = isRecord(metadata["labels"]) ? metadata["labels"] : { example: "export" };
  return {
    ...value,
    spec: {
      selector: { matchLabels: labels },
      ...spec,
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

function withUids(pod: Readonly<Record<string, unknown>>): object {
  const metadata = pod["metadata"];
  const owners = isRecord(metadata) && Array.isArray(metadata["ownerReferences"]) ? metadata["ownerReferences"] : [];
  return {
    ...pod,
    metadata: {
      ...(isRecord(metadata) ? metadata : {}),
      ...(owners.length > 0 && { ownerReferences: owners.filter(isRecord).map((owner) => ({ ...owner, uid: "0" })) }),
    },
  };
}
