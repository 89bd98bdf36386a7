import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBundle } from "../../../webhook/certs/certificate.ts";
import { runCerts } from "../../webhook/certs/run-certs.ts";
import { kubectl } from "../kubectl.ts";

/** Of this run alone, so that any cluster will do. */
const name = `gw-certs-${crypto.randomUUID().slice(0, 8)}`;
const folder = mkdtempSync(join(tmpdir(), `${name}-`));
const kubeconfig = join(folder, "kubeconfig");
const names = { tls: "gracewarden-webhook-tls", ca: "gracewarden-webhook-tls-ca" };
const kinds = ["mutatingwebhookconfiguration", "validatingwebhookconfiguration"] as const;

interface Secret {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  readonly metadata: { readonly resourceVersion: string; readonly labels?: Readonly<Record<string, string>> };
}
interface Configuration {
  readonly metadata: { readonly resourceVersion: string; readonly generation: number };
  readonly webhooks: readonly { readonly name: string; readonly clientConfig: Readonly<Record<string, string>> }[];
}

const get = async <T>(...what: readonly string[]): Promise<T> =>
  JSON.parse(await kubectl(["get", ...what, "--output=json"])) as T;
const secret = (of: string) => get<Secret>("secret", of, `--namespace=${name}`);
const configuration = (kind: string) => get<Configuration>(kind, name);
const text = (base64: string | undefined): string => Buffer.from(base64 ?? "", "base64").toString();
const authorities = (pem: string): readonly string[] => readBundle(pem).authorities.map(({ pem: one }) => one);

const versions = async () =>
  (await Promise.all([secret(names.tls), secret(names.ca), ...kinds.map(configuration)])).map(
    ({ metadata }) => metadata.resourceVersion,
  );

/** Asks the API server to ask a webhook. */
const create = (short: string): Promise<string> =>
  kubectl(["create", "--dry-run=server", "--filename=-"], {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { generateName: "asked-", namespace: name, labels: { "gracewarden.test/webhook": short } },
  });

/** A webhook that is asked about config maps with our label in our namespace, and nothing else. */
const webhook = (short: string, url: string) => ({
  name: `${short}.gracewarden.test`,
  clientConfig: { url },
  rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
  namespaceSelector: { matchLabels: { "gracewarden.test/name": name } },
  objectSelector: { matchLabels: { "gracewarden.test/webhook": short } },
  failurePolicy: "Fail",
  sideEffects: "None",
  timeoutSeconds: 2,
  admissionReviewVersions: ["v1"],
});

const rule = (verbs: readonly string[], resources: readonly string[], resourceNames?: readonly string[]) => ({
  apiGroups: [resources[0] === "secrets" ? "" : "admissionregistration.k8s.io"],
  verbs,
  resources,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});

const manifests = (url: string) => {
  const rbac = "rbac.authorization.k8s.io";
  const metadata = { name, namespace: name };
  const subjects = [{ kind: "ServiceAccount", name, namespace: name }];
  const webhooks = [webhook("second", url), webhook("first", url)];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "gracewarden.test/name": name } } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata,
      rules: [rule(["create"], ["secrets"]), rule(["get", "patch"], ["secrets"], [names.tls, names.ca])],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name },
      rules: [rule(["get", "patch"], ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"], [name])],
    },
    ...["Role", "ClusterRole"].map((kind) => ({
      apiVersion: `${rbac}/v1`,
      kind: `${kind}Binding`,
      metadata: kind === "Role" ? metadata : { name },
      subjects,
      roleRef: { apiGroup: rbac, kind, name },
    })),
    ...["Mutating", "Validating"].map((kind) => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: `${kind}WebhookConfiguration`,
      metadata: { name },
      webhooks,
    })),
  ];
};

/** A kubeconfig of the ServiceAccount, which may no more than the chart grants. */
async function asServiceAccount(): Promise<void> {
  interface View {
    readonly clusters: readonly [{ readonly cluster: object }];
  }
  const { clusters } = JSON.parse(
    await kubectl(["config", "view", "--minify", "--raw", "--flatten", "--output=json"]),
  ) as View;
  const token = (await kubectl(["create", "token", name, `--namespace=${name}`])).trim();
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: clusters[0].cluster }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: name } }],
    "current-context": "c",
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
}

interface Wish {
  readonly days?: number;
  readonly args?: readonly string[];
}

/** Runs the command as the ServiceAccount, `days` from now. */
function certs({ days = 0, args = [] }: Wish = {}) {
  const configurations = [`--mutating-configuration=${name}`, `--validating-configuration=${name}`];
  return runCerts([...configurations, "--settle-seconds=1", ...args], {
    env: { KUBECONFIG: kubeconfig },
    now: () => new Date(Date.now() + days * 86_400_000),
  });
}

/** What everybody who calls the webhook trusts. */
async function bundles(): Promise<readonly string[]> {
  const found = await Promise.all(kinds.map(configuration));
  return found.flatMap(({ webhooks }) => webhooks.map(({ clientConfig }) => text(clientConfig["caBundle"])));
}

const cluster = process.env["KUBECONFIG"] ?? "";
if (cluster === "") console.warn("NO CLUSTER: KUBECONFIG is not set, the tests of certs on an API server are skipped");

describe.skipIf(cluster === "")("certs on an API server", () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.setEncoding("utf8");
      let body = "";
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        const review = JSON.parse(body) as { readonly request: { readonly uid: string } };
        response.setHeader("content-type", "application/json").setHeader("connection", "close");
        response.end(
          JSON.stringify({
            apiVersion: "admission.k8s.io/v1",
            kind: "AdmissionReview",
            response: { uid: review.request.uid, allowed: true },
          }),
        );
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const [namespace, ...others] = manifests(url);
    await kubectl(["create", "--filename=-"], namespace);
    for (const one of others.filter(({ kind }) => !kind.endsWith("WebhookConfiguration")))
      await kubectl(["create", "--filename=-"], one);
    await asServiceAccount();
  }, 60_000);

  afterAll(async () => {
    server.close();
    rmSync(folder, { recursive: true });
    for (const kind of [...kinds, "clusterrolebinding", "clusterrole", "namespace"])
      await kubectl(["delete", kind, name, "--ignore-not-found", "--wait=false"]);
    // An API server alone has nobody who empties the namespace.
    for (const kind of ["secret", "configmap", "role", "rolebinding", "serviceaccount"])
      await kubectl(["delete", kind, "--all", `--namespace=${name}`, "--wait=false"]);
  }, 60_000);

  it("says that the configurations come first, and writes nothing", async () => {
    const { exit, stderr } = await certs();
    expect(stderr).toMatch(/^gracewarden-webhook: there is no MutatingWebhookConfiguration gw-certs-\w+: install/);
    expect(exit).toBe(1);
    await expect(secret(names.ca)).rejects.toThrow(/not found/);
  });

  it("makes the Secrets before the configurations where it is told to", async () => {
    const { exit, stdout } = await certs({ args: ["--allow-missing-configurations"] });
    expect(stdout).toMatch(/^made a CA: there is none\nmade a leaf: there is none\nin order: .*no configuration/);
    expect(exit).toBe(0);
    const [tls, ca] = [await secret(names.tls), await secret(names.ca)];
    expect(tls.type).toBe("kubernetes.io/tls");
    expect(Object.keys(tls.data).sort()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
    expect(Object.keys(ca.data).sort()).toEqual(["ca.crt", "ca.key"]);
  });

  it("puts the CA into every webhook of both and changes nothing else", async () => {
    for (const one of manifests(url).filter(({ kind }) => kind.endsWith("WebhookConfiguration")))
      await kubectl(["create", "--filename=-"], one);
    const before = await configuration(kinds[0]);
    const { exit, stdout } = await certs();
    expect(stdout).toContain("wrote the caBundle of ValidatingWebhookConfiguration");
    expect(exit).toBe(0);
    const { webhooks } = await configuration(kinds[0]);
    const ca = text((await secret(names.ca)).data["ca.crt"]);
    expect(await bundles()).toEqual([ca, ca, ca, ca]);
    expect(webhooks).toEqual(
      before.webhooks.map((one) => ({
        ...one,
        clientConfig: { ...one.clientConfig, caBundle: Buffer.from(ca).toString("base64") },
      })),
    );
  });

  it("writes nothing when all is in order", async () => {
    const before = await versions();
    const { stdout } = await certs();
    expect(stdout).toMatch(/^in order: leaf until [^\n]+, trusted by every configuration\n$/);
    expect(await versions()).toEqual(before);
  });

  /** Serves by a leaf for the address that an API server outside of the cluster's network can reach. */
  const serve = async (): Promise<void> => {
    const { issueLeaf } = await import("../../../webhook/certs/issue.ts");
    const { data } = await secret(names.ca);
    const authority = { certPem: text(data["ca.crt"]), keyPem: text(data["ca.key"]) };
    const { certPem, keyPem } = issueLeaf(authority, { dnsNames: ["127.0.0.1"], days: 1, now: new Date() });
    server.setSecureContext({ cert: certPem, key: keyPem });
  };
  it("lets the API server itself call by it, before, while and after the CA changes", async () => {
    await serve();
    await expect.poll(() => create("first"), { timeout: 10_000 }).toContain("created");

    // The old leaf is still served while the new CA is already made and trusted.
    await kubectl(["delete", "secret", names.ca, `--namespace=${name}`]);
    const { exit, stdout } = await certs();
    expect(exit).toBe(0);
    expect(stdout).toMatch(/made a CA: .*\nwrote the caBundle of Mut.*\nwrote the caBundle of Val.*\nmade a leaf: /);
    expect(stdout).toContain("an old CA beside it until the overlap is over");
    await expect(create("first")).resolves.toContain("created");
    await serve();
    await expect(create("second")).resolves.toContain("created");

    const twoDaysOn = await certs({ days: 2 });
    expect(twoDaysOn.stdout).toContain("the overlap is over, and it trusts a CA of the past");
    expect(new Set(await bundles())).toEqual(new Set([text((await secret(names.ca)).data["ca.crt"])]));
    await expect(create("first")).resolves.toContain("created");
  });

  it("renews a leaf by the same CA", async () => {
    const before = await secret(names.tls);
    const { stdout } = await certs({ days: 25 });
    expect(stdout).toMatch(/^made a leaf: the present one ends at [^\n]+\nin order: /);
    const after = await secret(names.tls);
    expect(after.data["tls.crt"]).not.toBe(before.data["tls.crt"]);
    expect(after.data["ca.crt"]).toBe(before.data["ca.crt"]);
    const leaf = new X509Certificate(text(after.data["tls.crt"]));
    expect(leaf.checkHost(`gracewarden-webhook.${name}.svc`)).toBeDefined();
    // Back in the present a leaf of the future is replaced.
    expect((await certs()).stdout).toMatch(/^made a leaf: the present one holds only from /);
  });

  it("mends a caBundle that was reset and a Secret edited into garbage, and keeps what others added", async () => {
    const reset = [{ op: "remove", path: "/webhooks/1/clientConfig/caBundle" }];
    await kubectl(["patch", kinds[1], name, "--type=json", `--patch=${JSON.stringify(reset)}`]);
    const garbage = { metadata: { labels: { theirs: "kept" } }, stringData: { "tls.crt": "garbage", theirs: "kept" } };
    await kubectl(["patch", "secret", names.tls, `--namespace=${name}`, `--patch=${JSON.stringify(garbage)}`]);
    const { exit, stdout } = await certs();
    expect(stdout).toMatch(/wrote the caBundle of ValidatingWebhookConfiguration/);
    expect(stdout).toContain("made a leaf: the one in its Secret cannot be used: its tls.crt is no certificate");
    expect(exit).toBe(0);
    expect(new Set(await bundles()).size).toBe(1);
    const tls = await secret(names.tls);
    expect(text(tls.data["theirs"])).toBe("kept");
    expect(tls.metadata.labels).toMatchObject({ theirs: "kept" });
  });

  it("three runs at once make one CA and trust it", async () => {
    await kubectl(["delete", "secret", names.tls, names.ca, `--namespace=${name}`]);
    const results = await Promise.all([certs(), certs(), certs()]);
    expect(results.map(({ exit, stderr }) => [exit, stderr])).toEqual([0, 0, 0].map((exit) => [exit, ""]));
    const ca = text((await secret(names.ca)).data["ca.crt"]);
    for (const bundle of await bundles()) expect(authorities(bundle)[0]).toBe(ca);
    expect((await certs()).stdout).toMatch(/^in order: /);
  });

  it.each([
    ["patch", "configurations", /not allowed to patch the (?:Mut|Valid)atingWebhookConfiguration gw-certs-/],
    ["get", "Secrets", /not allowed to get the Secret gracewarden-webhook-tls/],
  ])("names the missing permission to %s %s", async (verb, what, message) => {
    const kind = what === "Secrets" ? "role" : "clusterrole";
    const scope = what === "Secrets" ? [`--namespace=${name}`] : [];
    const role = JSON.parse(await kubectl(["get", kind, name, "--output=json", ...scope])) as {
      readonly rules: readonly { readonly verbs: readonly string[] }[];
    };
    const without = role.rules.map((one) => ({ ...one, verbs: one.verbs.filter((other) => other !== verb) }));
    const patchRole = (rules: readonly object[]) =>
      kubectl(["patch", kind, name, "--type=merge", `--patch=${JSON.stringify({ rules })}`, ...scope]);
    const allowed = without.filter(({ verbs }) => verbs.length > 0);
    await patchRole(allowed);
    try {
      const reset = [{ op: "add", path: "/webhooks/0/clientConfig/caBundle", value: "" }];
      await kubectl(["patch", kinds[0], name, "--type=json", `--patch=${JSON.stringify(reset)}`]);
      await expect.poll(async () => (await certs()).stderr, { timeout: 10_000 }).toMatch(message);
      expect((await certs()).exit).toBe(1);
    } finally {
      await patchRole(role.rules);
    }
    await expect.poll(async () => (await certs()).exit, { timeout: 10_000 }).toBe(0);
  });

  it("names a namespace that is not there", async () => {
    const { exit, stderr } = await runCerts([`--mutating-configuration=${name}`, "--namespace=not-there"], {
      env: { KUBECONFIG: cluster },
      now: () => new Date(),
    });
    expect(stderr).toContain("there is no namespace not-there: create it, or name another by --namespace");
    expect(exit).toBe(1);
  });
});
