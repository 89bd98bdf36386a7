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
  const objects = [...policiesFor(namespace), ...sentinel(namespace)];
  const list = { apiVersion: "v1", kind: "List", items: objects };
  try {
    await kubectl(["create", "namespace", namespace]);
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

/** Made last: the API server hears of policies and of bindings in the order in which they were made. */
function sentinel(namespace: string): object[] {
  const metadata = { name: `${namespace}-sentinel` };
  const apiVersion = "admissionregistration.k8s.io/v1";
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }];
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: { matchConstraints: { namespaceSelector, resourceRules }, validations: [{ expression: "false" }] },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: metadata.name, validationActions: ["Warn"] },
    },
  ];
}

async function inForce(server: ApiServer, namespace: string): Promise<void> {
  const probe = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "probe" } };
  await until(
    "policies in force",
    () => server.post(`/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, probe),
    ({ warnings }) => warnings.length > 0,
    { seconds: 120, everySeconds: 0.5 },
  );
}
