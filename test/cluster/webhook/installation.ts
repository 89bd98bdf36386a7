import { baseObjects, type Manifest } from "../../deploy/objects.ts";
import { kubectl } from "../kubectl.ts";

/** Names of one installation of its own, on a cluster that others use as well. */
export interface Installation {
  /** The name of its Deployment, Service and webhook configurations. */
  readonly name: string;
  /** Where its pods run. */
  readonly system: string;
  /** What its configurations leave alone in the place of kube-system. */
  readonly excluded: string;
  /** On the namespaces that it sees: all others are none of its business. */
  readonly label: Readonly<Record<string, string>>;
}

export const configurationKinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;
export type FailurePolicy = "Fail" | "Ignore";

export interface Webhook {
  readonly name: string;
  readonly failurePolicy: FailurePolicy;
  readonly namespaceSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
}

export function newInstallation(): Installation {
  const name = `gw-${crypto.randomUUID().slice(0, 8)}`;
  return { name, system: `${name}-system`, excluded: `${name}-excluded`, label: { "gracewarden.test/run": name } };
}

/**
 * The kustomize base, which is the chart's output with its default values, under other names; its webhooks see the
 * namespaces with the label alone. `failurePolicy` overrides that of all webhooks.
 */
export function objectsOf(
  { name, system, excluded, label }: Installation,
  { image, failurePolicy }: { readonly image?: string; readonly failurePolicy?: FailurePolicy } = {},
): Manifest[] {
  const text = JSON.stringify(baseObjects(), (key, value: unknown) =>
    key === "image" && image !== undefined ? image : value,
  );
  const renamed = text
    .replaceAll(/"gracewarden-webhook(?=["-])/g, `"${name}`)
    .replaceAll(/=gracewarden-webhook(?=["-])/g, `=${name}`)
    .replaceAll("gracewarden-system", system)
    .replaceAll("kube-system", excluded);
  return (JSON.parse(renamed) as (Manifest & { readonly webhooks?: readonly Webhook[] })[]).map((object) => {
    if (object.kind === "Namespace")
      return { ...object, metadata: { ...object.metadata, labels: { ...labelsOf(object), ...label } } };
    return object.webhooks === undefined
      ? object
      : {
          ...object,
          webhooks: object.webhooks.map((webhook) => ({
            ...webhook,
            failurePolicy: failurePolicy ?? webhook.failurePolicy,
            namespaceSelector: {
              ...webhook.namespaceSelector,
              matchLabels: { ...webhook.namespaceSelector.matchLabels, ...label },
            },
          })),
        };
  });
}

const labelsOf = ({ metadata }: Manifest): object =>
  (metadata as { readonly labels?: Readonly<Record<string, string>> }).labels ?? {};

/** Makes a namespace that the installation sees, with the ServiceAccount that each pod needs. */
export async function createNamespace(
  name: string,
  labels: Readonly<Record<string, string>>,
  { withAccount = true } = {},
): Promise<string> {
  await kubectl(["create", "--filename=-"], { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  if (withAccount)
    await kubectl(["wait", "--for=create", "serviceaccount/default", `--namespace=${name}`, "--timeout=30s"]);
  return name;
}

/** Takes away all that `objectsOf` lists and the namespaces: first of all what could hold up anybody else. */
export async function uninstall(installation: Installation, namespaces: readonly string[]): Promise<void> {
  const ofCluster = [...configurationKinds, "ClusterRoleBinding", "ClusterRole", "PriorityClass"];
  const problems: unknown[] = [];
  const attempt = async (...args: string[]): Promise<void> => {
    await kubectl(args).catch((error: unknown) => problems.push(error));
  };
  for (const kind of ofCluster) {
    const names = kind.startsWith("ClusterRole") ? [`${installation.name}-certs`] : [installation.name];
    await attempt("delete", kind, ...names, "--ignore-not-found");
  }
  const present = [installation.system, ...namespaces];
  await Promise.all(
    present.map((namespace) =>
      attempt("delete", "pods", "--all", "--grace-period=1", "--wait=false", `--namespace=${namespace}`),
    ),
  );
  await attempt("delete", "namespace", ...present, "--ignore-not-found", "--wait=false");
  if (problems.length > 0) throw new AggregateError(problems, `${installation.name} was not removed as a whole`);
}
