/**
 * What `gracewarden audit` takes for 2,000 pods of 200 Deployments on the API server of `KUBECONFIG`, beside kubectl reading
 * the pods alone. Nothing runs the pods: they wait for a gate that nobody opens. `node test/bench/audit.ts`
 */
import { resolve } from "node:path";
import { connect, type ApiServer } from "../cluster/webhook/api-server.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { interleave, median } from "./measure.ts";

if (!process.env["KUBECONFIG"]) {
  console.warn("SKIPPED: an audit of 2,000 pods is not measured, since KUBECONFIG names no API server.");
  process.exit(0);
}

const bin = resolve(import.meta.dirname, "../../dist/gracewarden.cjs");
const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 5);
const run = `gw-audit-${crypto.randomUUID().slice(0, 8)}`;
const namespaces = Array.from({ length: 10 }, (_, index) => `${run}-${index}`);
const [deploymentsEach, podsEach] = [20, 10];

const spec = {
  schedulingGates: [{ name: "gracewarden.io/bench" }],
  containers: ["app", "metrics"].map((name) => ({
    name,
    image: `registry.example/shop/${name}:1.2.3`,
    ports: [{ name: `http-${name}`.slice(0, 15), containerPort: 8080 }],
    env: Array.from({ length: 8 }, (_, each) => ({ name: `SETTING_${each}`, value: `value ${each}` })),
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
    readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
    livenessProbe: { httpGet: { path: "/live", port: 8080 }, initialDelaySeconds: 10 },
    volumeMounts: [{ name: "settings", mountPath: "/etc/settings" }],
  })),
  volumes: [{ name: "settings", configMap: { name: "settings" } }],
};

async function make(api: ApiServer, path: string, body: object): Promise<string> {
  const { status, body: made } = await api.post(path, body);
  if (status !== 201) throw new Error(`POST ${path}: HTTP ${status} ${JSON.stringify(made).slice(0, 300)}`);
  return (made as { readonly metadata: { readonly uid: string } }).metadata.uid;
}

const controlled = (kind: string, owner: string, uid: string): object => ({
  ownerReferences: [{ apiVersion: "apps/v1", kind, name: owner, uid, controller: true, blockOwnerDeletion: true }],
});

/** A Deployment with its ReplicaSet, its Service and its pods, owned as controllers own them. */
async function makeWorkload(api: ApiServer, namespace: string, name: string): Promise<void> {
  const labels = { app: name, "pod-template-hash": "5d9c7b6f4f" };
  const template = { metadata: { labels, annotations: { "example.com/notes": "x".repeat(2000) } }, spec };
  const shared = { replicas: podsEach, selector: { matchLabels: labels }, template };
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const core = `/api/v1/namespaces/${namespace}`;
  const deployment = await make(api, `${apps}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { ...shared, paused: true },
  });
  const set = `${name}-5d9c7b6f4f`;
  const replicaSet = await make(api, `${apps}/replicasets`, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: set, labels, ...controlled("Deployment", name, deployment) },
    spec: shared,
  });
  await make(api, `${core}/services`, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { clusterIP: "None", selector: { app: name }, ports: [{ port: 80 }] },
  });
  await Promise.all(
    Array.from({ length: podsEach }, (_, index) =>
      make(api, `${core}/pods`, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...template.metadata, name: `${set}-${index}`, ...controlled("ReplicaSet", set, replicaSet) },
        spec,
      }),
    ),
  );
}

const api = await connect(16);
try {
  for (const [index, name] of namespaces.entries()) {
    // Two of ten opted in, where every pod slipped through.
    const labels = index < 2 ? { "gracewarden.io/inject": "true" } : {};
    await make(api, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    await kubectl(["create", "serviceaccount", "default", `--namespace=${name}`]).catch(() => undefined);
    for (let each = 0; each < deploymentsEach; each++) await makeWorkload(api, name, `web-${each}`);
  }
  const audit = [process.execPath, bin, "audit", "--no-config", "--format", "json"];
  const contenders = {
    "gracewarden audit": audit,
    "gracewarden audit --format html": [process.execPath, bin, "audit", "--no-config", "--format", "html"],
    "kubectl get pods --output json": ["kubectl", "get", "pods", "--all-namespaces", "--output=json"],
  };
  const samples = await interleave(Object.values(contenders), rounds);
  const pods = namespaces.length * deploymentsEach * podsEach;
  console.log(`\n${pods} pods of ${namespaces.length * deploymentsEach} Deployments, ${rounds} interleaved rounds`);
  console.table(
    Object.fromEntries(
      Object.keys(contenders).map((name, index) => {
        const seconds = (samples[index] ?? []).map((sample) => sample.seconds);
        const peaks = (samples[index] ?? []).map(({ peakMebibytes = Number.NaN }) => peakMebibytes);
        return [
          name,
          {
            "min s": Math.min(...seconds).toFixed(2),
            "median s (audit: < 10)": median(seconds).toFixed(2),
            "peak MiB (audit: < 300)": Math.max(...peaks).toFixed(0),
          },
        ];
      }),
    ),
  );
} finally {
  api.close();
  // Without controllers nothing goes with its namespace.
  for (const name of namespaces)
    await kubectl([
      "delete",
      "pods,services,replicasets,deployments",
      "--all",
      `--namespace=${name}`,
      "--wait=false",
    ]).catch(console.error);
  await kubectl(["delete", "namespace", ...namespaces, "--ignore-not-found", "--wait=false"]).catch(console.error);
}
