import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectsIn } from "../../deploy/objects.ts";
import { makeCertificate } from "../../webhook/certificates.ts";
import { parseFindings, type Findings } from "../../linter/findings.ts";
import { gracewarden } from "../../linter/program.ts";
import { kubectl } from "../kubectl.ts";
import { connect, type ApiServer } from "../webhook/api-server.ts";
import { until } from "../webhook/until.ts";
import { configurationKinds, createNamespace, newInstallation, objectsOf } from "../webhook/installation.ts";

const { KUBECONFIG } = process.env;
if (!KUBECONFIG) console.warn("SKIPPED: the audit of a cluster is not proved, since KUBECONFIG names none.");

/** The webhook's configurations as the chart installs them, without anybody behind them: every pod slips through. */
const installation = newInstallation();
const { name: run, label } = installation;
const [shop, optedIn, many] = [`${run}-shop`, `${run}-opted-in`, `${run}-many`] as const;
const folder = mkdtempSync(join(tmpdir(), "gracewarden-audit-"));
let api: ApiServer;

interface Audit extends Findings {
  readonly code: number | null;
  readonly stderr: string;
  /** `shop/Deployment/web prestop-fits-grace error` */
  readonly brief: readonly string[];
}

async function audit(args: readonly string[], kubeconfig = KUBECONFIG ?? ""): Promise<Audit> {
  const read = await gracewarden(["audit", "--no-config", "--format", "json", ...args], {
    cwd: folder,
    env: { KUBECONFIG: kubeconfig },
  });
  if (read.stdout === "") throw new Error(read.stderr);
  const parsed = parseFindings(read.stdout);
  const brief = parsed.findings.map(({ file, rule, severity }) => `${file} ${rule} ${severity}`);
  return { ...parsed, code: read.code, stderr: read.stderr, brief };
}

async function refused(args: readonly string[], kubeconfig = KUBECONFIG ?? ""): Promise<string> {
  const { code, stdout, stderr } = await gracewarden(["audit", ...args], {
    cwd: folder,
    env: { KUBECONFIG: kubeconfig },
  });
  expect([code, stdout]).toEqual([2, ""]);
  return stderr;
}

const apply = async (...objects: readonly object[]): Promise<unknown> =>
  kubectl(["create", "--filename=-"], { apiVersion: "v1", kind: "List", items: objects });

/** Nobody may open the gate, so no pod ever runs. */
const gated = { schedulingGates: [{ name: "gracewarden.test/never" }], serviceAccountName: "audited" };
const container = (name: string, more: object = {}): object => ({ name, image: "registry.example/app:1", ...more });
const hasty = { preStop: { exec: { command: ["sleep", "30"] } } };

const workload = (kind: string, namespace: string, name: string, podSpec: object, more: object = {}): object => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { ...gated, ...podSpec } },
    ...more,
  },
});

const pod = (namespace: string, name: string, podSpec: object, metadata: object = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, ...metadata },
  spec: { ...gated, ...podSpec },
});

const ownedBy = (kind: string, name: string, uid: string): object => ({
  ownerReferences: [{ apiVersion: "apps/v1", kind, name, uid, controller: true }],
});

async function uidOf(namespace: string, kind: string, name: string): Promise<string> {
  return kubectl(["get", kind, name, `--namespace=${namespace}`, "--output=jsonpath={.metadata.uid}"]);
}

/** A kubeconfig with the token of a ServiceAccount in place of the user's credentials. */
async function kubeconfigOf(namespace: string, account: string): Promise<string> {
  const token = (await kubectl(["create", "token", account, `--namespace=${namespace}`])).trim();
  return changedKubeconfig(account, (config) => ({
    ...config,
    users: [{ name: config.users[0].name, user: { token } }],
  }));
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly name: string; readonly cluster: object }];
  readonly users: readonly [{ readonly name: string; readonly user: object }];
}

async function changedKubeconfig(name: string, change: (config: Kubeconfig) => object): Promise<string> {
  const text = await kubectl(["config", "view", "--minify", "--raw", "--flatten", "--output=json"]);
  const file = join(folder, `${name}.kubeconfig`);
  writeFileSync(file, JSON.stringify(change(JSON.parse(text) as Kubeconfig)));
  return file;
}

/** What a script prints; throws with its stderr where one of its commands fails. */
const runScript = (script: string): string =>
  execFileSync("sh", ["-e", "-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The commands in a review as Markdown. */
const commandsIn = (markdown: string): string => /```sh\n([^]*?)```/.exec(markdown)?.[1] ?? "";

const proxyPod = { containers: [{ name: "proxy", image: "registry.example/gracewarden-proxy:1" }] };

describe.skipIf(!KUBECONFIG)("audit", () => {
  beforeAll(async () => {
    api = await connect(8);
    for (const namespace of [shop, optedIn, many]) {
      const labels = namespace === optedIn ? { ...label, "gracewarden.io/inject": "true" } : label;
      await createNamespace(namespace, labels, { withAccount: false });
      await kubectl(["create", "serviceaccount", "audited", `--namespace=${namespace}`]);
    }
    const configurations = objectsOf(installation, { failurePolicy: "Ignore" });
    await apply(...configurations.filter(({ kind }) => configurationKinds.some((one) => one === kind)));

    await apply(
      // Paused, so that where there are controllers they leave the ReplicaSet to us.
      workload("Deployment", shop, "web", { containers: [container("app", { lifecycle: hasty })] }, { paused: true }),
      workload(
        "StatefulSet",
        shop,
        "db",
        { terminationGracePeriodSeconds: 0, containers: [container("db")] },
        { replicas: 0 },
      ),
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: shop },
        spec: { publishNotReadyAddresses: true, selector: { app: "web" }, ports: [{ port: 80 }] },
      },
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "web", namespace: shop },
        spec: { maxUnavailable: 0, selector: { matchLabels: { app: "web" } } },
      },
      pod(shop, "bare", { terminationGracePeriodSeconds: 0, containers: [container("app", { lifecycle: hasty })] }),
    );
    const made = { lifecycle: hasty };
    await apply({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: "web-1",
        namespace: shop,
        labels: { app: "web" },
        ...ownedBy("Deployment", "web", await uidOf(shop, "deployment", "web")),
      },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { ...gated, containers: [container("app", made)] } },
      },
    });
    const foreign = ownedBy("Machine", "robot", crypto.randomUUID());
    await apply(
      ...["robot-a", "robot-b"].map((name) =>
        pod(
          shop,
          name,
          { terminationGracePeriodSeconds: 0, containers: [container("app", { lifecycle: hasty })] },
          foreign,
        ),
      ),
    );
    const isServerAlone = (await kubectl(["get", "nodes", "--output=name"])) === "";
    const owner = ownedBy("ReplicaSet", "web-1", await uidOf(shop, "replicaset", "web-1"));
    if (isServerAlone)
      await apply(
        ...["web-a", "web-b"].map((name) =>
          pod(
            shop,
            name,
            { containers: [container("app", { lifecycle: hasty })] },
            { ...owner, labels: { app: "web" } },
          ),
        ),
      );
    const ofWeb = ["get", "pods", `--namespace=${shop}`, "--selector=app=web", "--output=name"];
    await until(
      "two pods of the ReplicaSet",
      () => kubectl(ofWeb),
      (names) => names.trim().split("\n").length === 2,
    );
  }, 120_000);

  afterAll(async () => {
    api.close();
    rmSync(folder, { recursive: true, force: true });
    for (const kind of configurationKinds) await kubectl(["delete", kind, run, "--ignore-not-found"]);
    await kubectl(["delete", "clusterrole,clusterrolebinding", "--selector", `gracewarden.test/run=${run}`]);
    // Without controllers nothing goes with its namespace.
    for (const namespace of [shop, optedIn, many])
      await kubectl([
        "delete",
        "deployments,statefulsets,replicasets,pods",
        "--all",
        "--wait=false",
        `--namespace=${namespace}`,
      ]);
    await kubectl(["delete", "namespace", shop, optedIn, many, "--wait=false"]);
  }, 120_000);

  it("judges what a controller made once, as its maker, and pods of an unknown maker once", async () => {
    const { code, brief, cluster, objects } = await audit(["--namespace", shop]);
    expect(code).toBe(1);
    expect(brief.filter((line) => line.endsWith(" error"))).toEqual([
      `${shop}/Deployment/web prestop-fits-grace error`,
      `${shop}/Pod/bare prestop-fits-grace error`,
      `${shop}/Pod/robot-a prestop-fits-grace error`,
      `${shop}/StatefulSet/db grace-not-zero error`,
    ]);
    expect(brief.filter((line) => /\/(Service|PodDisruptionBudget)\//.test(line))).toEqual([
      `${shop}/PodDisruptionBudget/web pdb-allows-one warn`,
      `${shop}/Service/web not-ready-addresses warn`,
    ]);
    // The ReplicaSet, its two pods, and one of the two robots.
    expect(cluster).toMatchObject({ throughMaker: 4, over: 0, pods: 5, slipped: 0, notEvaluated: [] });
    // Three pods and templates more would be more than what stands above, and the Service and the budget.
    expect(objects.checked).toBe(6);
  });

  it("reads relations but reports on workloads alone where labels choose", async () => {
    const { brief, objects } = await audit(["--namespace", shop, "--selector", "app=web"]);
    expect(new Set(brief.map((line) => line.split(" ")[0]))).toEqual(new Set([`${shop}/Deployment/web`]));
    // Service web reaches it, which makes a warning of the missing readiness probe.
    expect(brief).toContain(`${shop}/Deployment/web rollout-keeps-capacity advice`);
    expect(objects.checked).toBe(1);
    expect(await refused(["--namespace", shop, "--selector", "app=none"])).toBe(
      `gracewarden: nothing to audit: there is no workload in namespace ${shop} with labels app=none\n`,
    );
    expect(await refused(["--selector", "app in"])).toContain("unable to parse requirement");
  });

  it("lets only what is new count against a baseline", async () => {
    const known = ["--namespace", shop, "--baseline", "known.json"];
    expect((await audit([...known, "--update-baseline"])).code).toBe(0);
    expect(await audit(known)).toMatchObject({ code: 0, brief: [], stderr: "" });
    const spec = { terminationGracePeriodSeconds: 0, containers: [container("new")] };
    await apply(workload("StatefulSet", shop, "new", spec, { replicas: 0 }));
    const { code, brief } = await audit(known);
    expect(code).toBe(1);
    expect(brief).toContain(`${shop}/StatefulSet/new grace-not-zero error`);
    expect(brief.filter((line) => !line.startsWith(`${shop}/StatefulSet/new `))).toEqual([]);
    expect((await audit([...known, "--update-baseline"])).code).toBe(0);
    await kubectl(["delete", "statefulset", "new", `--namespace=${shop}`]);
    const stale = await audit(known);
    expect(stale.code).toBe(1);
    expect(stale.stderr).toContain(`knows what is not there: grace-not-zero ${shop}/StatefulSet/new `);
    expect(await audit([...known, "--prune-baseline"])).toMatchObject({ code: 0, stderr: "" });
  });

  it("reads lists of many pages", async () => {
    const names = Array.from({ length: 260 }, (_, index) => `bare-${index}`);
    await Promise.all(
      names.map((name) =>
        api.post(
          `/api/v1/namespaces/${many}/pods`,
          pod(many, name, { containers: [container("app", { lifecycle: hasty })] }),
        ),
      ),
    );
    const { brief, cluster } = await audit(["--namespace", many]);
    const found = brief.filter((line) => line.endsWith(" prestop-fits-grace error"));
    expect(new Set(found).size).toBe(names.length);
    expect(cluster?.pods).toBe(names.length);
  });

  it("finds the pods that the webhook never saw, by its own decision and scope", async () => {
    const note = { annotations: { "gracewarden.io/injected": JSON.stringify({ rules: ["prestop-delay"] }) } };
    const app = { containers: [container("app", { readinessProbe: { httpGet: { path: "/", port: 80 } } })] };
    const shared = { shareProcessNamespace: true, containers: [...proxyPod.containers, container("helper")] };
    await apply(
      pod(optedIn, "unseen", app),
      pod(optedIn, "seen", app, note),
      pod(optedIn, "declined", app, { labels: { "gracewarden.io/inject": "false" } }),
      pod(optedIn, "refused-though-seen", shared, note),
      pod(shop, "proxy", proxyPod),
      pod(shop, "asks", app, { labels: { "gracewarden.io/inject": "true" } }),
      pod(shop, "left-alone", app),
    );
    const { findings, cluster } = await audit(["--namespace", shop, "--namespace", optedIn]);
    const slipped = findings.filter(({ rule }) => rule === "slipped-through");
    expect(slipped.map(({ file, severity }) => `${file} ${severity}`)).toEqual([
      `${optedIn}/Pod/refused-though-seen error`,
      `${optedIn}/Pod/unseen error`,
      `${shop}/Pod/asks error`,
      `${shop}/Pod/proxy error`,
    ]);
    expect(cluster?.slipped).toBe(4);
    expect(slipped[0]?.message).toMatch(/^the webhook would refuse this pod by no-unsafe-shared-pid-namespace: /);
    expect(slipped[1]?.message).toMatch(/^the webhook has left no note on this pod and would .*\(prestop-delay\)/);
  });

  it("takes what the webhook's configuration leaves out for out of its scope", async () => {
    // The chart's configurations see the namespaces with the label alone.
    await kubectl(["label", "namespace", optedIn, "gracewarden.test/run-"]);
    const { brief } = await audit(["--namespace", optedIn]);
    await kubectl(["label", "namespace", optedIn, `gracewarden.test/run=${run}`]);
    expect(brief.filter((line) => line.includes("slipped-through"))).toEqual([]);
  });

  it("judges policies of kinds that others define", { timeout: 60_000 }, async () => {
    const crd = "clusterpolicies.kyverno.io";
    const isThere = await kubectl(["get", "crd", crd, "--ignore-not-found", "--output=name"]);
    if (isThere === "")
      await apply({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: crd },
        spec: {
          group: "kyverno.io",
          scope: "Cluster",
          names: { plural: "clusterpolicies", singular: "clusterpolicy", kind: "ClusterPolicy" },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
          ],
        },
      });
    try {
      await kubectl(["wait", "--for=condition=Established", `crd/${crd}`, "--timeout=30s"]);
      const policy = {
        apiVersion: "kyverno.io/v1",
        kind: "ClusterPolicy",
        metadata: { name: run },
        spec: {
          rules: [
            {
              name: "cap",
              match: { any: [{ resources: { kinds: ["Pod"], namespaces: [shop] } }] },
              mutate: { patchStrategicMerge: { spec: { terminationGracePeriodSeconds: 5 } } },
            },
          ],
        },
      };
      await until(
        "the policy",
        () => apply(policy).then(() => "made", String),
        (answer) => answer === "made",
      );
      const { brief } = await audit(["--namespace", shop]);
      expect(brief).toContain(`ClusterPolicy/${run} policy-conflict error`);
    } finally {
      await kubectl(["delete", "clusterpolicies.kyverno.io", run, "--ignore-not-found"]);
      if (isThere === "") await kubectl(["delete", "crd", crd]);
    }
  });

  it("works with the rights of deploy/audit.yaml, which let nothing be written and no Secret be read", async () => {
    const text = readFileSync(resolve(import.meta.dirname, "../../../deploy/audit.yaml"), "utf8");
    const renamed = text.replaceAll("gracewarden-system", shop).replaceAll("name: gracewarden-audit", `name: ${run}`);
    await apply(
      ...objectsIn(renamed).map((object) => ({ ...object, metadata: { ...object.metadata, labels: label } })),
    );
    const kubeconfig = await kubeconfigOf(shop, run);
    const [withRights, asAdmin] = [await audit(["--namespace", shop], kubeconfig), await audit(["--namespace", shop])];
    expect(withRights.cluster?.notEvaluated).toEqual([]);
    expect(withRights.brief).toEqual(asAdmin.brief);
    expect((await audit([], kubeconfig)).cluster?.notEvaluated).toEqual([]);

    const list = await kubectl(["auth", "can-i", "--list", `--as=system:serviceaccount:${shop}:${run}`]);
    const [, ...rows] = list.trim().split("\n");
    // What every authenticated user may: ask about itself, and read what paths there are.
    const own = rows.filter((row) => !/^selfsubject|^ {10}|^clustertrustbundles/.test(row));
    expect(
      own.map((row) => /\[([^\]]*)\]$/.exec(row)?.[1]).filter((verbs) => !/^(get|list| )*$/.test(verbs ?? "?")),
    ).toEqual([]);
    expect(own.filter((row) => /^(secrets|configmaps)\b/.test(row))).toEqual([]);
    const writing = kubectl(["--kubeconfig", kubeconfig, "create", "configmap", "x", `--namespace=${shop}`]);
    await expect(writing).rejects.toThrow(/cannot create resource "configmaps"/);
  });

  it("asks the credential plugin of a kubeconfig, and again for a token that the API server takes no longer", async () => {
    const script = join(folder, "get-token");
    const made = `kubectl --kubeconfig '${KUBECONFIG}' create token audited --namespace ${shop}`;
    writeFileSync(
      script,
      `#!/bin/sh
echo x >> '${script}.calls'
token=$([ "$(wc -l < '${script}.calls')" -eq 1 ] && echo expired || ${made})
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'"$token"'"}}'
`,
      { mode: 0o755 },
    );
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "./get-token",
      interactiveMode: "Never",
      env: [{ name: "PATH", value: process.env["PATH"] }],
    };
    const kubeconfig = await changedKubeconfig("plugin", (config) => ({
      ...config,
      users: [{ name: config.users[0].name, user: { exec } }],
    }));
    const { code, cluster } = await audit(["--namespace", shop], kubeconfig);
    expect(code).toBe(2);
    expect(cluster?.notEvaluated[0]?.refused).toContain(`system:serviceaccount:${shop}:audited`);
    expect(readFileSync(`${script}.calls`, "utf8")).toBe("x\nx\n");
  });

  it("names what it may not read, with the right that is missing and the rules, and never is clean", async () => {
    const account = `${run}-few`;
    await kubectl(["create", "serviceaccount", account, `--namespace=${many}`]);
    const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: account };
    await apply(
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: account, labels: label },
        rules: [
          { apiGroups: [""], resources: ["pods", "podtemplates", "replicationcontrollers"], verbs: ["list"] },
          { apiGroups: ["apps"], resources: ["daemonsets", "replicasets", "statefulsets"], verbs: ["list"] },
          { apiGroups: ["batch"], resources: ["*"], verbs: ["list"] },
        ],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: account, namespace: shop },
        roleRef: role,
        subjects: [{ kind: "ServiceAccount", name: account, namespace: many }],
      },
    );
    const kubeconfig = await kubeconfigOf(many, account);
    const few = await audit(["--namespace", shop, "--fail-on", "off"], kubeconfig);
    expect(few.code).toBe(2);
    const missing = few.cluster?.notEvaluated ?? [];
    expect(missing.map(({ what }) => what).toSorted()).toEqual(
      [
        `deployments.apps in namespace ${shop}`,
        `horizontalpodautoscalers.autoscaling in namespace ${shop}`,
        `ingresses.networking.k8s.io in namespace ${shop}`,
        "mutatingadmissionpolicies.admissionregistration.k8s.io",
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        `namespace ${shop}`,
        `poddisruptionbudgets.policy in namespace ${shop}`,
        `services in namespace ${shop}`,
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
      ].toSorted(),
    );
    expect(missing.find(({ what }) => what.startsWith("services"))).toMatchObject({
      grant: `list services in namespace ${shop}`,
      rules: expect.arrayContaining(["prestop-delay", "rollout-keeps-capacity"]) as unknown,
    });
    expect(few.stderr).toContain("no clean audit: grant ");
    expect(few.stderr).toContain(`list deployments.apps in namespace ${shop}`);
    // What needs what is missing says nothing rather than something wrong, and what is there is judged.
    expect(few.brief.filter((line) => /prestop-delay|slipped-through|rollout-keeps-capacity/.test(line))).toEqual([]);
    expect(few.brief).toContain(`${shop}/StatefulSet/db grace-not-zero error`);
    // What was made stands for a maker that may not be read.
    expect(few.brief.filter((line) => line.endsWith("/ReplicaSet/web-1 prestop-fits-grace error"))).toHaveLength(1);

    const without = missing.flatMap(({ what }) => [
      "--without",
      what.startsWith("namespace ") ? "namespaces" : (what.split(" ")[0] ?? ""),
    ]);
    expect((await audit(["--namespace", shop, "--fail-on", "off", ...without], kubeconfig)).code).toBe(0);
    expect((await audit(["--namespace", shop, ...without], kubeconfig)).code).toBe(1);
    const everywhere = await audit(["--fail-on", "off"], kubeconfig);
    expect(everywhere.code).toBe(2);
    expect(everywhere.findings).toEqual([]);
  });

  it("says by which commands objects are mended, which mend them, and are refused where they have changed", async () => {
    const markdown = async (): Promise<string> =>
      (
        await gracewarden(["audit", "--no-config", "--namespace", shop, "--format", "markdown"], {
          cwd: folder,
          env: { KUBECONFIG: KUBECONFIG ?? "" },
        })
      ).stdout;
    const readinessProbe = { httpGet: { path: "/", port: 80 } };
    const hooked = { readinessProbe, lifecycle: { preStop: { sleep: { seconds: 5 } } } };
    const containers = [
      container("front", hooked),
      container("back", { readinessProbe, ports: [{ containerPort: 80 }] }),
    ];
    await apply(workload("Deployment", shop, "api", { containers }, { paused: true }), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "api", namespace: shop },
      spec: { selector: { app: "api" }, ports: [{ port: 80 }] },
    });
    const before = await markdown();
    const found = commandsIn(before);
    for (const name of ["Deployment.v1.apps web", "StatefulSet.v1.apps db", "Deployment.v1.apps api"])
      expect(found).toContain(`--namespace ${shop} patch ${name} `);
    expect(found).toContain('{"op":"test","path":"/spec/template/spec/containers/1/name","value":"back"}');
    expect(before).toContain(`not in the patch: ${shop}/Pod/bare: the spec of a pod cannot be changed`);
    expect(runScript(found.replaceAll("--type=json", "--type=json --dry-run=server"))).toContain("web patched");
    expect(commandsIn(await markdown())).toBe(found);
    runScript(found);
    expect(commandsIn(await markdown())).toBe("");
    expect(() => runScript(found)).toThrow(/the server rejected our request|testing value|Invalid/);
  });

  it("says what is wrong with where it is to look", async () => {
    expect(await refused(["--namespace", `${run}-typo`])).toBe(
      `gracewarden: nothing to audit: the cluster has no namespace "${run}-typo"\n`,
    );
    const { caPem } = makeCertificate();
    const foreign = await changedKubeconfig("foreign", (config) => {
      const [{ name, cluster }] = config.clusters;
      return {
        ...config,
        clusters: [
          { name, cluster: { ...cluster, "certificate-authority-data": Buffer.from(caPem).toString("base64") } },
        ],
      };
    });
    expect(await refused([], foreign)).toMatch(
      /cannot be reached: its certificate is not signed by an authority that the kubeconfig trusts/,
    );
    const stale = await changedKubeconfig("stale", (config) => ({
      ...config,
      users: [{ name: config.users[0].name, user: { token: "expired" } }],
    }));
    expect(await refused([], stale)).toMatch(/does not take these credentials \(401, Unauthorized\)/);
  });
});
