import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveObject } from "../../../linter/audit/live-object.ts";
import { defaultConfig } from "../../../policies/config.ts";
import { applyEdits } from "../../../policies/edit.ts";
import { formatPath, valueAt } from "../../../policies/path.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { isRecord } from "../../../policies/record.ts";
import { rules } from "../../../policies/rules/index.ts";
import { run } from "../../../policies/run.ts";
import { examplesOf } from "../../policies/admission/example-objects.ts";
import { kubectl } from "../kubectl.ts";
import { connect, type ApiServer } from "../webhook/api-server.ts";

const namespace = `audit-defaults-${crypto.randomUUID().slice(0, 8)}`;
const now = new Date("2026-11-22T12:00:00Z");

/** Where the kinds of Kubernetes are made; what is no kind of its own is not asked. */
const paths: Readonly<Record<string, string>> = {
  "v1/Pod": `/api/v1/namespaces/${namespace}/pods`,
  "v1/Service": `/api/v1/namespaces/${namespace}/services`,
  "v1/PodTemplate": `/api/v1/namespaces/${namespace}/podtemplates`,
  "v1/ReplicationController": `/api/v1/namespaces/${namespace}/replicationcontrollers`,
  "apps/v1/Deployment": `/apis/apps/v1/namespaces/${namespace}/deployments`,
  "apps/v1/StatefulSet": `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
  "apps/v1/DaemonSet": `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
  "apps/v1/ReplicaSet": `/apis/apps/v1/namespaces/${namespace}/replicasets`,
  "batch/v1/Job": `/apis/batch/v1/namespaces/${namespace}/jobs`,
  "batch/v1/CronJob": `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
  "policy/v1/PodDisruptionBudget": `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
  "autoscaling/v2/HorizontalPodAutoscaler": `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
  "networking.k8s.io/v1/Ingress": `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`,
  "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration":
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration":
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
};

/** An example with what the API server insists on and the rules do not look at. */
function completed(object: KubernetesObject): KubernetesObject {
  const { kind, value } = object;
  if (Array.isArray(value["webhooks"])) {
    const required = { sideEffects: "None", admissionReviewVersions: ["v1"] };
    return withValue(object, {
      ...value,
      webhooks: value["webhooks"].map((webhook: object) => ({ ...required, ...webhook })),
    });
  }
  const { spec } = value;
  if (!/^(Deployment|StatefulSet|DaemonSet|ReplicaSet)$/.test(kind) || !isRecord(spec) || "selector" in spec)
    return object;
  const matchLabels = valueAt(spec, ["template", "metadata", "labels"]) ?? { example: "x" };
  const selected = applyEdits(value, [
    { op: "set", at: ["spec", "template", "metadata", "labels"], value: matchLabels },
    { op: "set", at: ["spec", "selector"], value: { matchLabels } },
  ]);
  return withValue(object, selected);
}

const withValue = (object: KubernetesObject, value: Readonly<Record<string, unknown>>): KubernetesObject => ({
  ...object,
  value,
});

/** What the API server makes of an object, without making it; undefined where it takes no such object. */
async function served(api: ApiServer, object: KubernetesObject): Promise<KubernetesObject | undefined> {
  const path = paths[`${object.apiVersion}/${object.kind}`];
  if (path === undefined) return undefined;
  const metadata = object.value["metadata"] as Record<string, unknown>;
  const { namespace: _own, ...others } = metadata ?? {};
  const { status, body } = await api.post(`${path}?dryRun=All`, { ...object.value, metadata: others });
  if (status !== 201) return undefined;
  const live = liveObject(body as Record<string, unknown>, object)?.object;
  // The example's own, which need not exist here.
  return live && { ...live, namespace: object.namespace };
}

function findingsOf(objects: readonly KubernetesObject[], oldestMinor: number): string[] {
  const config = { ...defaultConfig, kubernetes: { oldestMinor } };
  const { findings, crashes } = run(objectSet(objects), objects, rules, config, now);
  expect(crashes.map(({ cause }) => cause)).toEqual([]);
  return findings
    .map(({ rule, verdict, severity, object, at, container }) =>
      [rule, severity, verdict, `${object.kind}/${object.name}`, container ?? "", formatPath(at)].join(" "),
    )
    .toSorted();
}

/** What the API server drops or changes when it takes an object, so that nobody can find it there any more (A25, D15). */
const dropped = [/^misplaced-field /, /^grace-not-zero .*negative/, /^stop-signal-effective .*lifecycle\.stopSignal$/];

describe("objects as an API server serves them", async () => {
  const examples = await examplesOf(rules);
  let api: ApiServer;

  beforeAll(async () => {
    await kubectl(["create", "namespace", namespace]);
    api = await connect(8);
  });
  afterAll(async () => {
    api.close();
    await kubectl(["delete", "namespace", namespace, "--wait=false"]);
  });

  it("get the same findings as the manifests that they come from", { timeout: 120_000 }, async () => {
    const compared = await Promise.all(
      examples.map(async ({ name, objects, oldestMinor }) => {
        const written = objects.map(completed);
        const live = await Promise.all(written.map((object) => served(api, object)));
        if (live.length === 0 || live.includes(undefined)) return undefined;
        const all = live.flatMap((object) => object ?? []);
        return { name, written: findingsOf(written, oldestMinor), live: findingsOf(all, oldestMinor) };
      }),
    );
    const taken = compared.filter((one) => one !== undefined);
    expect(taken.length).toBeGreaterThan(150);
    expect(
      taken.flatMap(({ name, written, live }) =>
        live.filter((each) => !written.includes(each)).map((each) => `${name}: ${each}`),
      ),
    ).toEqual([]);
    const lost = taken.flatMap(({ written, live }) => written.filter((each) => !live.includes(each)));
    expect(lost.filter((each) => !dropped.some((pattern) => pattern.test(each)))).toEqual([]);
  });
});
