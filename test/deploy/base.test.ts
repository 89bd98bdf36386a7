import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { readConfig } from "../../policies/config-file.ts";
import { defaultConfig } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { parseArguments } from "../../linter/command-line/arguments.ts";
import { readOptions } from "../../webhook/certs/options.ts";
import { command as serve } from "../../webhook/commands/serve.ts";
import { gracewarden } from "../linter/program.ts";
import { chart, helm, namespace, programOnPath, render } from "./helm.ts";
import { baseObjects, byName, listedFiles, objectsIn, type Manifest } from "./objects.ts";
import { base, baseFiles } from "./render.ts";
import { validate } from "./validate.ts";

const objects = baseObjects();
const kubectl = programOnPath("kubectl", ["version", "--client"]);
const unless = (program: string | undefined, name: string): string =>
  program === undefined ? ` (SKIPPED: no ${name} on the PATH)` : "";

/** One object of the base, to look into. */
function object(kind: string, name = "gracewarden-webhook"): Manifest {
  const found = byName(objects)[`${kind}/${name}`];
  if (found === undefined) throw new Error(`the base has no ${kind} ${name}`);
  return found;
}

describe("the kustomize base", () => {
  it("lists every file that it has", () => {
    const files = readdirSync(base).filter((file) => file !== "kustomization.yaml");
    expect(listedFiles().map((file) => basename(file))).toEqual(expect.arrayContaining(files));
    expect(listedFiles()).toHaveLength(files.length);
  });

  it.each(objects.map((one) => [one.kind, one.metadata.name, one] as const))("has a valid %s %s", (_k, _n, one) => {
    expect(() => validate(one)).not.toThrow();
    const clusterWide = /^(Namespace|PriorityClass|Cluster.*|.*WebhookConfiguration)$/.test(one.kind);
    expect(one.metadata.namespace).toBe(clusterWide ? undefined : namespace);
  });

  it("is found polite by our own linter", async () => {
    const { stdout, stderr } = await gracewarden(["lint", "--no-render", "--no-config", "--format", "json", base], {
      cwd: base,
    });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ findings: [] });
  });

  it("has its version from the chart, and the chart from the package", () => {
    const [about] = objectsIn(readFileSync(`${chart}/Chart.yaml`, "utf8"));
    expect(about).toMatchObject({ version: manifest.version, appVersion: manifest.version });
    expect(JSON.stringify(objects)).toContain(`"image":"gracewarden-webhook:${manifest.version}"`);
  });

  it.skipIf(helm === undefined)(`is what the chart renders with its defaults${unless(helm, "helm")}`, () => {
    for (const [name, text] of baseFiles())
      expect(readFileSync(`${base}/${name}`, "utf8"), `${name}: run \`node test/deploy/render.ts\``).toBe(text);
    expect([...baseFiles().keys(), "namespace.yaml"].toSorted()).toEqual(
      listedFiles()
        .map((file) => basename(file))
        .toSorted(),
    );
  });

  const both = helm === undefined ? unless(helm, "helm") : unless(kubectl, "kubectl");
  it.skipIf(both !== "")(`is built by kubectl into the same objects as the chart's${both}`, () => {
    const { status, stdout, stderr } = spawnSync(kubectl ?? "", ["kustomize", base], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { [`Namespace/${namespace}`]: itsNamespace, ...built } = byName(objectsIn(stdout));
    expect(itsNamespace).toBeDefined();
    expect(built).toEqual(byName(objectsIn(render().stdout)));
  });

  const cluster = process.env["KUBECONFIG"] === undefined ? " (SKIPPED: no KUBECONFIG)" : unless(kubectl, "kubectl");
  it.skipIf(cluster !== "")(`is accepted by an API server, field names and CEL included${cluster}`, () => {
    // Into a namespace that is there: a dry run makes none.
    const items = objects.map((one) =>
      one.metadata.namespace === undefined ? one : { ...one, metadata: { ...one.metadata, namespace: "default" } },
    );
    const { stdout, stderr } = spawnSync(
      kubectl ?? "",
      ["create", "--dry-run=server", "--validate=strict", "--output=name", "--filename=-"],
      { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }), encoding: "utf8" },
    );
    const lines = [stdout, stderr].map((text) => text.split("\n").filter((line) => line !== ""));
    const [created = [], said = []] = lines;
    // An installed one has them already.
    expect(said.filter((line) => !line.includes("(AlreadyExists)"))).toEqual([]);
    expect(created.length + said.length).toBe(items.length);
  });
});

const mutatingAndValidating = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;

interface Workload {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
}
interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: object;
  readonly volumes?: readonly object[];
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly securityContext: object;
    readonly resources: object;
    readonly volumeMounts?: readonly object[];
  }[];
}

const jobName = objects.find(({ kind }) => kind === "Job")?.metadata.name ?? "";
const serving = (object("Deployment") as Manifest & Workload).spec.template;
const certs = (object("Job", jobName) as Manifest & Workload).spec.template;

describe("the pods", () => {
  it.each([
    ["serving", serving, "320Mi"],
    ["certs", certs, "192Mi"],
  ])("%s: are restricted, read-only and bounded", (_name, { spec }, memory) => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    for (const container of spec.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources).toMatchObject({ limits: { memory } });
    }
  });

  it("serve without a token, under an account that no binding names", () => {
    expect(serving.spec.automountServiceAccountToken).toBe(false);
    const bound = objects.filter(({ kind }) => kind.endsWith("Binding"));
    expect(bound).toHaveLength(2);
    for (const binding of bound)
      expect(binding).toMatchObject({
        subjects: [{ name: certs.spec.serviceAccountName, namespace }],
      });
    expect(serving.spec.serviceAccountName).not.toBe(certs.spec.serviceAccountName);
  });

  it("have a grace period that their own drain fits, from one set of numbers", () => {
    const [container] = serving.spec.containers;
    const seconds = (flag: string): number =>
      Number(container?.args.find((argument) => argument.startsWith(`--${flag}=`))?.split("=")[1]);
    // From SIGTERM to the end of accepting, and 2 s for the last answers (webhook/serving/leave.ts).
    const served = seconds("drain-seconds") + 2;
    expect(serving.metadata.annotations).toMatchObject({
      "gracewarden.io/serves-after-sigterm-seconds": String(seconds("propagation-seconds")),
      "gracewarden.io/drain-seconds": String(served),
    });
    expect(serving.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(served + 2);
  });

  it("are started with options that the program knows, and that name the same objects", () => {
    const [, ...serveArguments] = serving.spec.containers[0]?.args ?? [];
    const [, ...certsArguments] = certs.spec.containers[0]?.args ?? [];
    const { options } = parseArguments(serve.syntax, serveArguments);
    expect(options).toMatchObject({ "tls-cert": "/etc/gracewarden/tls/tls.crt" });
    expect(readOptions(certsArguments)).toMatchObject({
      namespace,
      service: object("Service").metadata.name,
      names: { tlsSecret: "gracewarden-webhook-tls", caSecret: "gracewarden-webhook-ca" },
      configurations: mutatingAndValidating.map((kind) => ({ kind, name: object(kind).metadata.name })),
    });
  });

  it("mount folders, since a file that is mounted alone is never renewed", () => {
    expect(JSON.stringify(serving.spec.containers)).not.toContain("subPath");
  });

  it("keep the CA's key to themselves: the serving ones see neither it nor its Secret", () => {
    expect(JSON.stringify(serving.spec.volumes)).not.toMatch(/webhook-ca|ca\.key/);
  });

  it("make certificates by the same pod, at the installation and later", () => {
    expect(object("CronJob", "gracewarden-webhook-certs")).toMatchObject({
      spec: { jobTemplate: { spec: { template: certs } } },
    });
  });

  it("read a configuration that the linter reads too", () => {
    const { data } = object("ConfigMap") as Manifest & { readonly data: Readonly<Record<string, string>> };
    const [config] = objectsIn(data["gracewarden.yaml"] ?? "");
    expect(readConfig(config, rules)).toEqual({ config: defaultConfig });
  });
});

interface Configuration {
  readonly webhooks: readonly {
    readonly name: string;
    readonly failurePolicy: string;
    readonly clientConfig: {
      readonly service: { readonly path: string; readonly name: string };
      readonly caBundle?: string;
    };
    readonly namespaceSelector: { readonly matchExpressions: readonly unknown[] };
    readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  }[];
}

const mutating = (object("MutatingWebhookConfiguration") as Manifest & Configuration).webhooks;
const validating = (object("ValidatingWebhookConfiguration") as Manifest & Configuration).webhooks;

describe("the webhook configurations", () => {
  it.each([...mutating, ...validating].map((webhook) => [webhook.name, webhook] as const))(
    "%s: is quick, has no side effects, and leaves its own namespace and kube-system alone",
    (_name, webhook) => {
      expect(webhook).toMatchObject({ timeoutSeconds: 3, sideEffects: "None", admissionReviewVersions: ["v1"] });
      expect(webhook.namespaceSelector.matchExpressions).toContainEqual({
        key: "kubernetes.io/metadata.name",
        operator: "NotIn",
        values: [namespace, "kube-system"],
      });
    },
  );

  it("name no caBundle, so that an upgrade leaves the one that is there", () => {
    for (const { clientConfig } of [...mutating, ...validating]) expect(clientConfig).not.toHaveProperty("caBundle");
  });

  it("fail closed for pods that run the proxy, and for nothing else", () => {
    expect([...mutating, ...validating].filter(({ failurePolicy }) => failurePolicy === "Fail")).toEqual([
      expect.objectContaining({
        name: "proxies.validate.gracewarden.io",
        matchConditions: expect.arrayContaining([expect.objectContaining({ name: "runs-the-proxy" })]),
      }),
    ]);
  });

  it("tell the path that a namespace opted in, and only then", () => {
    expect(mutating.map(({ name, clientConfig }) => [name, clientConfig.service.path])).toEqual([
      ["pods.mutate.gracewarden.io", "/mutate"],
      ["namespaces.mutate.gracewarden.io", "/mutate/namespace"],
      ["proxies.mutate.gracewarden.io", "/mutate"],
    ]);
  });

  it("ask one question of a pod, on both sides", () => {
    const questions = [...mutating, ...validating].flatMap(({ matchConditions }) =>
      matchConditions.filter(({ name }) => name.endsWith("the-proxy")).map(({ expression }) => expression),
    );
    const [question = ""] = questions;
    expect(questions).toEqual([question, question, `!( ${question})`]);
  });
});
