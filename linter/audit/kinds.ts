/** A kind that an audit reads from a cluster, by its API group and plural name. */
export interface AuditedKind {
  readonly group: string;
  readonly resource: string;
  /**
   * `workload`: pods and what makes them. `relation`: what says something about how they stop. `webhook`: a relation that
   * tells as well which pods gracewarden's webhook is asked about. `namespace`: read for its labels alone.
   */
  readonly role: "workload" | "relation" | "webhook" | "namespace";
  /** What cannot be judged without it. Where a workload is missing, it is missing itself. */
  readonly rules: readonly string[];
}

/** The finding about a pod that the webhook would have changed or refused. */
export const slippedThrough = "slipped-through";

/** Stands for the rules of the configuration's own, which may look at anything a pod's data holds. */
export const ownRules = "customRules";

const workload = (group: string, ...resources: readonly string[]): AuditedKind[] =>
  resources.map((resource) => ({
    group,
    resource,
    role: "workload",
    rules: resource === "pods" ? [slippedThrough] : [],
  }));

const relation = (group: string, resource: string, ...rules: readonly string[]): AuditedKind => ({
  group,
  resource,
  role: "relation",
  rules,
});

/** Everything that is read; deploy/audit.yaml grants this and nothing else. */
export const auditedKinds: readonly AuditedKind[] = [
  ...workload("", "pods", "podtemplates", "replicationcontrollers"),
  ...workload("apps", "daemonsets", "deployments", "replicasets", "statefulsets"),
  ...workload("batch", "cronjobs", "jobs"),
  ...workload("argoproj.io", "rollouts"),
  relation(
    "",
    "services",
    "lb-deregistration-fits",
    "not-ready-addresses",
    "prestop-delay",
    "prestop-tells-the-app",
    "rollout-keeps-capacity",
    "webhook-can-block-cluster",
    ownRules,
  ),
  relation("policy", "poddisruptionbudgets", "pdb-allows-one"),
  ...["autoscaling/horizontalpodautoscalers", "keda.sh/scaledobjects"].map((name) => {
    const [group = "", resource = ""] = name.split("/");
    return relation(group, resource, "pdb-allows-one", "proxy-replicas-share-a-key", "rollout-keeps-capacity");
  }),
  relation("networking.k8s.io", "ingresses", "lb-deregistration-fits"),
  relation("cloud.google.com", "backendconfigs", "lb-deregistration-fits"),
  ...["mutatingwebhookconfigurations", "validatingwebhookconfigurations"].map((resource): AuditedKind => ({
    group: "admissionregistration.k8s.io",
    resource,
    role: "webhook",
    rules: ["webhook-can-block-cluster", slippedThrough],
  })),
  relation("admissionregistration.k8s.io", "mutatingadmissionpolicies", "policy-conflict"),
  relation("kyverno.io", "clusterpolicies", "policy-conflict"),
  relation("kyverno.io", "policies", "policy-conflict"),
  relation("policies.kyverno.io", "mutatingpolicies", "policy-conflict"),
  relation("policies.kyverno.io", "namespacedmutatingpolicies", "policy-conflict"),
  relation("mutations.gatekeeper.sh", "assign", "policy-conflict"),
  relation("mutations.gatekeeper.sh", "modifyset", "policy-conflict"),
  { group: "", resource: "namespaces", role: "namespace", rules: [slippedThrough] },
];

/** `deployments.apps`, as kubectl calls it. */
export const resourceName = ({ group, resource }: Pick<AuditedKind, "group" | "resource">): string =>
  group === "" ? resource : `${resource}.${group}`;
