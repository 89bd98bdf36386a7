import type { EnforcementSettings } from "../config.ts";
import type { CelKind } from "./cel-rule.ts";
import { quote } from "./cel-text.ts";
import type { Action, EnforcedCheck } from "./enforced-check.ts";
import type { ExportedRule } from "./exported-rule.ts";
import { inLines } from "./layout.ts";
import { variablesFor, type Variable } from "./variables.ts";
import { notWaived } from "./waived.ts";

export interface PolicySettings {
  /** What the names of all objects begin with. */
  readonly name: string;
  /** gracewarden's own. */
  readonly version: string;
  readonly today: string;
  /** Namespaces in which the policies hold; all but those of `leftOut` where empty. */
  readonly namespaces: readonly string[];
  /** Whether workloads are warned of, too, before their pods are made. */
  readonly workloads: boolean;
  readonly enforcement: Pick<EnforcementSettings, "locked" | "inlineWaivers">;
}

/** The webhook's own namespace is left out with the system's, as in its configuration. */
const leftOut = ["gracewarden-system", "kube-system"];

/** What a policy is asked about, and where the pod stands in it. */
interface Subject {
  /** What the policy's name ends in, where a rule has several. */
  readonly suffix: string;
  readonly root: string;
  readonly rules: readonly object[];
  readonly conditions: readonly { readonly name: string; readonly expression: string }[];
  /** Where annotations may waive. */
  readonly metadata: readonly string[];
  /** A workload is only warned of: its pods are judged themselves. */
  readonly denies: boolean;
}

/** The policies of a rule and their bindings: one pair for each action and kind of subject. */
export function validatingPolicies({ rule, exported, checks }: ExportedRule, settings: PolicySettings): object[] {
  if (exported.fidelity === "not-exportable" || checks.length === 0) return [];
  const subjects =
    exported.on === undefined
      ? [podsOf(exported.ephemeral === true), ...(settings.workloads ? workloads : [])]
      : exported.on.map(objectsOf);
  const annotations = {
    "gracewarden.io/rule": rule.id,
    "gracewarden.io/version": settings.version,
    "gracewarden.io/exported": settings.today,
    "gracewarden.io/fidelity": exported.fidelity,
    ...(exported.fidelity === "approximate" && { "gracewarden.io/misses": exported.misses.join("; ") }),
  };
  return subjects.flatMap((subject) => {
    const capped = checks.map((check) =>
      check.action === "deny" && !subject.denies ? { ...check, action: "warn" as const } : check,
    );
    const groups = Map.groupBy(capped, ({ action, where }) => `${action}\n${where ?? ""}`);
    return [...groups.values()].flatMap((group, index) => {
      const [{ action, where }] = group as [EnforcedCheck];
      const repeats = [...groups.values()].slice(0, index).filter(([first]) => first?.action === action).length;
      const metadata = {
        name: `${settings.name}-${rule.id}-${action}${subject.suffix}${repeats === 0 ? "" : `-${repeats + 1}`}`,
        labels: { "app.kubernetes.io/part-of": "gracewarden", "app.kubernetes.io/managed-by": "gracewarden-export" },
        annotations,
      };
      const waived = notWaived(rule.id, action, settings.enforcement, subject.metadata, settings.today);
      const conditions = [
        ...subject.conditions,
        ...(where === undefined ? [] : [{ name: "enforced-here", expression: where }]),
        ...(waived === undefined ? [] : [{ name: "not-waived", expression: waived }]),
      ].map(({ name, expression }) => ({ name, expression: inLines(expression) }));
      return [
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingAdmissionPolicy",
          metadata,
          spec: {
            // As the webhook: what cannot be judged is refused only where the rule denies.
            failurePolicy: action === "deny" ? "Fail" : "Ignore",
            matchConstraints: {
              namespaceSelector: { matchExpressions: [excludedNamespaces(settings)] },
              resourceRules: subject.rules,
            },
            ...(conditions.length > 0 && { matchConditions: conditions }),
            ...judging(group, exported.variables ?? [], subject.root, rule),
          },
        },
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingAdmissionPolicyBinding",
          metadata,
          spec: { policyName: metadata.name, validationActions: validationActions[action] },
        },
      ];
    });
  });
}

/** Deny and Warn exclude each other; what is denied is said by the denial. */
const validationActions: Readonly<Record<Action, readonly string[]>> = {
  deny: ["Deny", "Audit"],
  warn: ["Warn", "Audit"],
  audit: ["Audit"],
};

/** A list of sentences for each check; an object is content where it is empty. `own`: the rule's own variables. */
function judging(
  checks: readonly EnforcedCheck[],
  own: readonly Variable[],
  root: string,
  { id, title }: ExportedRule["rule"],
): object {
  const named = checks.map(({ problems }, index) => ({ name: `problems${index + 1}`, expression: problems }));
  const expressions = [...own, ...named].map(({ expression }) => expression);
  const variables = [...variablesFor(expressions, root), ...own, ...named];
  return {
    variables: variables.map(({ name, expression }) => ({ name, expression: inLines(expression) })),
    validations: named.map(({ name }) => ({
      expression: `variables.${name}.size() == 0`,
      messageExpression: `variables.${name}.join("; ") + ${quote(`; see: gracewarden explain ${id}`)}`,
      message: title,
    })),
  };
}

/** Where policies hold, as one expression of a selector of namespaces. */
export const excludedNamespaces = ({ namespaces }: Pick<PolicySettings, "namespaces">): object =>
  namespaces.length > 0
    ? { key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }
    : { key: "kubernetes.io/metadata.name", operator: "NotIn", values: leftOut };

const resourceRule = (group: string, operations: readonly string[], resources: readonly string[]): object => ({
  apiGroups: [group],
  apiVersions: ["v1"],
  operations,
  resources,
});

/** What the kubelet runs anyway is only shown to the API server (F13); the annotation can be written by anybody. */
export const notMirrored = {
  name: "not-a-mirror-pod",
  expression: `!object.metadata.?annotations[?"kubernetes.io/config.mirror"].hasValue() || !request.userInfo.?groups.orValue([]).exists(group, group == "system:nodes")`,
};
const newSpec = {
  name: "has-a-new-spec",
  expression: `request.operation == "CREATE" || object.spec != oldObject.spec`,
};
/** What a controller makes has been judged where somebody could read it. */
const notControlled = {
  name: "not-made-by-a-controller",
  expression: "object.metadata.?ownerReferences.orValue([]).all(owner, !owner.?controller.orValue(false))",
};

const podsOf = (ephemeral: boolean): Subject => ({
  suffix: "",
  root: "object",
  rules: [
    resourceRule("", ["CREATE"], ["pods"]),
    ...(ephemeral ? [resourceRule("", ["UPDATE"], ["pods/ephemeralcontainers"])] : []),
  ],
  conditions: [notMirrored],
  metadata: ["object.metadata"],
  denies: true,
});

const workloads: readonly Subject[] = [
  {
    suffix: "-workloads",
    root: "object.spec.template",
    rules: [
      resourceRule("apps", ["CREATE", "UPDATE"], ["deployments", "statefulsets", "daemonsets", "replicasets"]),
      resourceRule("batch", ["CREATE", "UPDATE"], ["jobs"]),
      resourceRule("", ["CREATE", "UPDATE"], ["replicationcontrollers"]),
    ],
    conditions: [newSpec, notControlled],
    metadata: ["object.metadata", "object.spec.template.?metadata"],
    denies: false,
  },
  {
    suffix: "-cronjobs",
    root: "object.spec.jobTemplate.spec.template",
    rules: [resourceRule("batch", ["CREATE", "UPDATE"], ["cronjobs"])],
    conditions: [newSpec, notControlled],
    metadata: ["object.metadata", "object.spec.jobTemplate.spec.template.?metadata"],
    denies: false,
  },
];

const objectsOf = ({ group, resources, root = "object" }: CelKind): Subject => ({
  suffix: "",
  root,
  rules: [resourceRule(group, ["CREATE", "UPDATE"], resources)],
  conditions: [],
  metadata: ["object.metadata"],
  denies: true,
});
