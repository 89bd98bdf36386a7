import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { objectsIn } from "../../deploy/objects.ts";
import { parseFindings } from "../../linter/findings.ts";
import { kubectl, withNamespace } from "../kubectl.ts";

const { KUBECONFIG, GRACEWARDEN_WEBHOOK_IMAGE: image } = process.env;
if (!KUBECONFIG || !image)
  console.warn("SKIPPED: the audit's CronJob is not proved: KUBECONFIG or GRACEWARDEN_WEBHOOK_IMAGE is not set.");

const deploy = resolve(import.meta.dirname, "../../../deploy");
const label = { "gracewarden.test/audit": "in-cluster" };

interface CronJob {
  readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } } };
}
interface PodSpec {
  readonly containers: readonly [{ readonly args: readonly string[] }];
}

/** The objects of deploy/audit.yaml and the Job that the CronJob makes, in a namespace of their own. */
function objectsFor(namespace: string): readonly object[] {
  const read = (file: string) =>
    objectsIn(
      readFileSync(resolve(deploy, file), "utf8")
        .replaceAll("gracewarden-system", namespace)
        .replaceAll("name: gracewarden-audit", `name: ${namespace}`)
        .replaceAll("serviceAccountName: gracewarden-audit", `serviceAccountName: ${namespace}`),
    );
  const [cronJob] = read("audit-cronjob.yaml") as unknown as readonly CronJob[];
  const template = cronJob?.spec.jobTemplate.spec.template;
  if (template === undefined) throw new Error("the CronJob has no template");
  const [container] = template.spec.containers;
  const changed = {
    ...container,
    image,
    imagePullPolicy: "Never",
    // The image `linter` is made of the same files.
    command: ["node", "/app/dist/gracewarden.cjs"],
    args: [...container.args, "--namespace", namespace, "--format", "json"],
  };
  return [
    ...read("audit.yaml").map((object) => ({ ...object, metadata: { ...object.metadata, labels: label } })),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "gracewarden-webhook", namespace },
      data: { "gracewarden.yaml": "extends: [recommended]\n" },
    },
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "audit", namespace },
      spec: {
        ...cronJob?.spec.jobTemplate.spec,
        template: { ...template, spec: { ...template.spec, containers: [changed] } },
      },
    },
  ];
}

describe.skipIf(!KUBECONFIG || !image)("the audit's CronJob", () => {
  it("audits the cluster that it runs in, by its ServiceAccount, inside its limits", { timeout: 120_000 }, async () => {
    await withNamespace("gw-audit", async (namespace) => {
      try {
        await kubectl(["create", "--filename=-"], { apiVersion: "v1", kind: "List", items: objectsFor(namespace) });
        await kubectl(["wait", "--for=condition=Complete", "job/audit", `--namespace=${namespace}`, "--timeout=90s"]);
        const { objects, cluster } = parseFindings(await kubectl(["logs", "job/audit", `--namespace=${namespace}`]));
        expect(objects.checked).toBe(1);
        expect(cluster).toMatchObject({ context: "inClusterContext", pods: 1, throughMaker: 1, notEvaluated: [] });
      } finally {
        const [[key, value] = []] = Object.entries(label);
        await kubectl(["delete", "clusterrole,clusterrolebinding", `--selector=${key}=${value}`]);
      }
    });
  });
});
