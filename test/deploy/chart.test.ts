import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gracewarden } from "../linter/program.ts";
import { helm, render } from "./helm.ts";
import { byName, objectsIn, type Manifest } from "./objects.ts";
import { validate } from "./validate.ts";

const skipped = helm === undefined ? " (SKIPPED: no helm on the PATH)" : "";

/** What the chart makes of these values, by kind and name. */
function objectsWith(values: object): Readonly<Record<string, Manifest>> {
  const { code, stdout, stderr } = render(values);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return byName(objectsIn(stdout));
}

const variants: readonly (readonly [string, object])[] = [
  ["cert-manager", { certManager: { enabled: true } }],
  ["cert-manager with an issuer", { certManager: { enabled: true, issuerRef: { name: "ca", kind: "ClusterIssuer" } } }],
  ["one replica", { replicas: 1 }],
  [
    "no network policy, a given priority",
    { networkPolicy: { enabled: false }, priorityClass: { create: false, name: "system-cluster-critical" } },
  ],
  ["proxies alone", { validate: { otherPods: false, workloads: false } }],
  [
    "more workloads",
    { validate: { extraWorkloads: [{ apiGroups: ["argoproj.io"], apiVersions: ["*"], resources: ["rollouts"] }] } },
  ],
  ["no inline waivers", { inlineWaivers: false }],
  ["a token for /prestop", { preStopToken: true }],
  ["a long drain", { shutdown: { propagationSeconds: 15, drainSeconds: 60 } }],
  [
    "everything that a pod may carry",
    {
      imagePullSecrets: [{ name: "registry" }],
      tolerations: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
      affinity: { nodeAffinity: {} },
      podAnnotations: { team: "platform" },
      podLabels: { team: "platform" },
      excludedNamespaces: ["kube-system", "cilium"],
    },
  ],
];

describe.skipIf(helm === undefined)(`the chart${skipped}`, () => {
  it.each(variants)("renders valid and polite objects: %s", async (_name, values) => {
    const rendered = objectsWith(values);
    const ours = Object.values(rendered).filter(({ apiVersion }) => !apiVersion.startsWith("cert-manager.io/"));
    for (const object of ours) expect(() => validate(object)).not.toThrow();

    const folder = mkdtempSync(join(tmpdir(), "gracewarden-chart-"));
    try {
      writeFileSync(join(folder, "rendered.yaml"), render(values).stdout);
      const { stdout } = await gracewarden(["lint", "--no-config", "--format", "json", "."], { cwd: folder });
      expect(JSON.parse(stdout)).toMatchObject({ findings: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("leaves certificates to cert-manager where it is told so", () => {
    const rendered = objectsWith({ certManager: { enabled: true } });
    const names = Object.keys(rendered).filter((name) => /certs|cert-manager|Issuer|Certificate/.test(name));
    expect(names.toSorted()).toEqual([
      "Certificate/gracewarden-webhook",
      "Certificate/gracewarden-webhook-ca",
      "Issuer/gracewarden-webhook-ca",
      "Issuer/gracewarden-webhook-selfsigned",
    ]);
    for (const kind of ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])
      expect(rendered[`${kind}/gracewarden-webhook`]).toMatchObject({
        metadata: { annotations: { "cert-manager.io/inject-ca-from": "gracewarden-system/gracewarden-webhook" } },
      });
  });

  it("makes a Job of a new name when its pod changes, since a Job cannot be changed", () => {
    const jobs = [{}, { image: { tag: "0.2.0" } }, { replicas: 3 }].map((values) =>
      Object.keys(objectsWith(values)).find((name) => name.startsWith("Job/")),
    );
    const [first, otherImage, otherReplicas] = jobs;
    expect(otherImage).not.toBe(first);
    expect(otherReplicas).toBe(first);
  });

  it("takes a digest before a tag", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    expect(JSON.stringify(objectsWith({ image: { repository: "r.example/w", tag: "1", digest } }))).toContain(
      `"image":"r.example/w@${digest}"`,
    );
  });

  it.each([
    ["a name that is not there", { replicaCount: 3 }, "replicaCount"],
    ["an unknown policy", { validate: { failurePolicy: "Deny" } }, "failurePolicy"],
    ["one policy for both sides", { failurePolicy: "Fail" }, "failurePolicy"],
    ["kube-system in scope", { excludedNamespaces: ["cilium"] }, "excludedNamespaces"],
    ["a priority that only Kubernetes may make", { priorityClass: { name: "system-webhook" } }, "priorityClass"],
    ["no replica", { replicas: 0 }, "replicas"],
    ["a drain that ends before endpoints have left", { shutdown: { propagationSeconds: 30 } }, "drainSeconds"],
    ["a tag for a digest", { image: { digest: "1.0" } }, "digest"],
  ])("refuses %s", (_name, values, named) => {
    const { code, stderr } = render(values);
    expect(code).not.toBe(0);
    expect(stderr).toContain(named);
  });
});
