import { valueAt } from "../../../policies/path.ts";
import { connect, type ApiServer, type Answer } from "../webhook/api-server.ts";
import { kubectl } from "../kubectl.ts";
import { until } from "../webhook/until.ts";

/** An API server that carries out policies, and what it says to an object. */
export interface Judge {
  readonly namespace: string;
  /** Creates an object for show and gives the answer; `path` as of its list. */
  dryRun(path: string, object: object): Promise<Answer<Record<string, unknown>>>;
}

/** Puts policies into force in a namespace of their own for as long as `use` lasts. */
export async function withPolicies<T>(
  policiesFor: (namespace: string) => readonly object[],
  use: (judge: Judge) => Promise<T>,
): Promise<T> {
  const namespace = `gracewarden-export-${crypto.randomUUID().slice(0, 8)}`;
  const server = await connect(4);
  const objects = [...policiesFor(namespace), ...sentinels(namespace)];
  const list = { apiVersion: "v1", kind: "List", items: objects };
  try {
    await kubectl(["create", "namespace", namespace]);
    // Where no controller runs nobody else makes it, and pods are refused without.
    await kubectl(["apply", "--filename=-"], {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default", namespace },
    });
    await kubectl(["create", "--filename=-"], list);
    const judge: Judge = {
      namespace,
      dryRun: (path, object) => server.post(`${path}?dryRun=All`, object) as Promise<Answer<Record<string, unknown>>>,
    };
    await inForce(server, namespace);
    return await use(judge);
  } finally {
    await kubectl(["delete", "--filename=-", "--ignore-not-found", "--wait=false"], list);
    await kubectl(["delete", "namespace", namespace, "--wait=false"]);
    server.close();
  }
}

const apiVersion = "admissionregistration.k8s.io/v1";

/**
 * One policy of each kind that marks every ConfigMap, made last: the API server hears of the objects of a kind in the
 * order in which they were made.
 */
function sentinels(namespace: string): object[] {
  const metadata = { name: `${namespace}-sentinel` };
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }];
  const matchConstraints = { namespaceSelector, resourceRules };
  const expression = 'Object{metadata: Object.metadata{labels: {"sentinel": "here"}}}';
  const mutations = [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }];
  const binding = { policyName: metadata.name };
  return [
    {
      kind: "ValidatingAdmissionPolicy",
      spec: { matchConstraints, validations: [{ expression: "false" }] },
    },
    { kind: "ValidatingAdmissionPolicyBinding", spec: { ...binding, validationActions: ["Warn"] } },
    {
      kind: "MutatingAdmissionPolicy",
      spec: { matchConstraints, mutations, reinvocationPolicy: "Never" },
    },
    { kind: "MutatingAdmissionPolicyBinding", spec: binding },
  ].map((object) => ({ apiVersion, metadata, ...object }));
}

async function inForce(server: ApiServer, namespace: string): Promise<void> {
  const probe = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "probe" } };
  await until(
    "policies in force",
    () => server.post(`/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, probe),
    ({ warnings, body }) => warnings.length > 0 && valueAt(body, ["metadata", "labels", "sentinel"]) === "here",
    { seconds: 120, everySeconds: 0.5 },
  );
}
