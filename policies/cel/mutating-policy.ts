import type { Config } from "../config.ts";
import { injection, injectionVariables } from "./injection.ts";
import { inLines } from "./layout.ts";
import { excludedNamespaces, notMirrored, type PolicySettings } from "./validating-policy.ts";
import { isProxyAmong, unseenProxy, variablesFor } from "./variables.ts";
import { notWaived } from "./waived.ts";

/** How the policies differ from the webhook's mutating side, a clause each. */
export const mutationMisses: readonly string[] = [
  "of the safe fixes there are the preStop delay, the grace period that it needs, a grace period of 0, and what the proxy is told of its budget; no probe is changed",
  "how long a program needs is known from annotations only; others are counted as one that nothing is known of",
  "a program that is documented to go on accepting after SIGTERM, as an Istio gateway does, gets the delay all the same",
  "a hook that is a script of several commands is counted with the delay's seconds",
  "what a container is (a log shipper, a proxy, idle) is told by its name, image and first command alone",
  "a proxy whose admin address is set by flags gets a sleep, and no token is made for its /prestop",
  unseenProxy,
  "nobody is warned where no hook is added",
];

/**
 * What the webhook puts into a pod at its creation, as policies: for pods and namespaces that opt in, and for those that
 * run the proxy. A second admission changes nothing. None where the configuration wants no delay.
 */
export function mutatingPolicies(config: Config, settings: PolicySettings): object[] {
  if (config.rules["prestop-delay"]?.severity === "off" || config.budget.delaySeconds < 1) return [];
  const added = injectionVariables(config);
  const variables = [
    ...variablesFor(
      added.map(({ expression }) => expression),
      "object",
    ),
    ...added,
  ];
  const waived = notWaived("prestop-delay", "warn", settings.enforcement, ["object.metadata"], settings.today);
  const optedIn = { matchLabels: { "gracewarden.io/inject": "true" } };
  const unsaid = { matchExpressions: [{ key: "gracewarden.io/inject", operator: "NotIn", values: ["true", "false"] }] };
  const runsProxy = `object.spec.containers.exists(c, ${isProxyAmong("c", `object.metadata.?labels[?"gracewarden.io/proxy"].orValue("")`, "object.spec.containers")})`;
  return [
    ...policy(
      "delay",
      [],
      [
        ["pods", { objectSelector: optedIn, namespaceSelector: namespaces([]) }],
        [
          "namespaces",
          { objectSelector: unsaid, namespaceSelector: namespaces([{ operator: "In", values: ["true"] }]) },
        ],
      ],
    ),
    ...policy(
      "delay-proxies",
      [{ name: "runs-the-proxy", expression: runsProxy }],
      [["", { objectSelector: unsaid, namespaceSelector: namespaces([{ operator: "NotIn", values: ["true"] }]) }]],
    ),
  ];

  function policy(
    name: string,
    conditions: readonly { readonly name: string; readonly expression: string }[],
    bindings: readonly (readonly [suffix: string, matchResources: object])[],
  ): object[] {
    const own = `${settings.name}-${name}`;
    const metadata = (full: string): object => ({
      name: full,
      labels: { "app.kubernetes.io/part-of": "gracewarden", "app.kubernetes.io/managed-by": "gracewarden-export" },
      annotations: {
        "gracewarden.io/rule": "prestop-delay",
        "gracewarden.io/version": settings.version,
        "gracewarden.io/exported": settings.today,
        "gracewarden.io/fidelity": "approximate",
        "gracewarden.io/misses": mutationMisses.join("; "),
      },
    });
    return [
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "MutatingAdmissionPolicy",
        metadata: metadata(own),
        spec: {
          // As the webhook: it never rejects.
          failurePolicy: "Ignore",
          reinvocationPolicy: "IfNeeded",
          matchConstraints: {
            resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
          },
          matchConditions: [
            notMirrored,
            served,
            ...(waived === undefined ? [] : [{ name: "not-waived", expression: waived }]),
            ...conditions,
          ].map((one) => ({ ...one, expression: inLines(one.expression) })),
          variables: variables.map((one) => ({ name: one.name, expression: inLines(one.expression) })),
          mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression: injection } }],
        },
      },
      ...bindings.map(([suffix, matchResources]) => ({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "MutatingAdmissionPolicyBinding",
        metadata: metadata(suffix === "" ? own : `${own}-${suffix}`),
        spec: { policyName: own, matchResources },
      })),
    ];
  }

  function namespaces(inject: readonly { readonly operator: string; readonly values: readonly string[] }[]): object {
    return {
      matchExpressions: [
        excludedNamespaces(settings),
        ...inject.map((each) => ({ key: "gracewarden.io/inject", ...each })),
      ],
    };
  }
}

/** Neither a Job's pod nor one on Windows. */
const served = {
  name: "is-a-linux-server",
  expression:
    `object.spec.?restartPolicy.orValue("Always") == "Always" && ` +
    `!object.metadata.?ownerReferences.orValue([]).exists(o, o.kind == "Job") && ` +
    `object.spec.?os.?name.orValue("") != "windows" && object.spec.?nodeSelector[?"kubernetes.io/os"].orValue("") != "windows"`,
};
