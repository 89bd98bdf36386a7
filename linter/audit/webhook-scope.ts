import { valueAt } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import type { Pod } from "../../policies/pods/pod.ts";
import { namespaceNameLabel, selectsLabels } from "../../policies/webhooks/selection.ts";
import { ruleFor, webhooksOf, type Webhook } from "../../policies/webhooks/webhook.ts";

/** Which pods gracewarden's webhook is asked about when they are created. */
export interface WebhookScope {
  /** Whether it is there at all; without it, what the chart would install decides. */
  readonly isInstalled: boolean;
  /** Undefined where the mutating side is not asked; else whether the namespace opted in. */
  mutates(pod: Pod, namespaceLabels: Labels): { readonly optedIn: boolean } | undefined;
  validates(pod: Pod, namespaceLabels: Labels): boolean;
}

type Labels = Readonly<Record<string, string>>;

/** Reads the scope out of the webhook configurations of a cluster: the chart's entries keep their names whatever is set. */
export function webhookScope(configurations: readonly KubernetesObject[]): WebhookScope {
  const entries = configurations.flatMap((configuration) =>
    webhooksOf(configuration).flatMap((webhook) => {
      const side = /\.(mutate|validate)\.gracewarden\.io$/.exec(webhook.name)?.[1];
      return side === undefined || ruleFor(webhook, podCreation) === undefined
        ? []
        : [{ side, webhook, path: valueAt(configuration.value, [...webhook.at, "clientConfig", "service", "path"]) }];
    }),
  );
  if (entries.length === 0) return chartScope;
  return {
    isInstalled: true,
    mutates(pod, labels) {
      const asked = entries.filter(({ side, webhook }) => side === "mutate" && selects(webhook, pod, labels));
      return asked.length === 0 ? undefined : { optedIn: asked.some(({ path }) => path === "/mutate/namespace") };
    },
    validates: (pod, labels) =>
      entries.some(
        ({ side, webhook }) =>
          side === "validate" &&
          selects(webhook, pod, labels) &&
          // Its other entries are for the pods that do not, by conditions in CEL.
          (pod.runsProxy || !webhook.name.startsWith("proxies.")),
      ),
  };
}

const podCreation = { group: "", resource: "pods", operation: "CREATE", namespaced: true } as const;

const selects = ({ namespaceSelector, objectSelector }: Webhook, pod: Pod, namespaceLabels: Labels): boolean =>
  selectsLabels(namespaceSelector, namespaceLabels) && selectsLabels(objectSelector, pod.labels);

/** The chart's own values. */
const chartScope: WebhookScope = {
  isInstalled: false,
  mutates: (_pod, labels) =>
    labels[namespaceNameLabel] === "kube-system" ? undefined : { optedIn: labels["gracewarden.io/inject"] === "true" },
  validates: (_pod, labels) => labels[namespaceNameLabel] !== "kube-system",
};
