import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPod } from "kubernetes-models/v1/Pod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubectl } from "../kubectl.ts";
import { connect, type ApiServer } from "./api-server.ts";
import { createNamespace, newInstallation, objectsOf, uninstall, type Installation } from "./installation.ts";
import { podsOf } from "./load.ts";
import { until } from "./until.ts";

// Which entry of the configurations sees what. Nobody answers here and every failurePolicy is Fail, so that each call
// shows by its failing. An API server alone will do.

const { KUBECONFIG } = process.env;
if (!KUBECONFIG) console.warn("SKIPPED: which pods the webhook sees is not proved, since KUBECONFIG names no cluster.");

/** Apart, since what the mutating side fails the validating one never sees. */
const mutating = newInstallation();
const validating = newInstallation();

const namespacesOf = ({ name, system, excluded }: Installation) => ({
  plain: `${name}-plain`,
  optedIn: `${name}-opted-in`,
  system,
  excluded,
});
type Where = keyof ReturnType<typeof namespacesOf>;

interface Case {
  readonly what: string;
  readonly container?: Partial<IContainer>;
  readonly initContainer?: IContainer;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  /** In which groups whoever asks is; otherwise the admin asks. */
  readonly groups?: readonly string[];
  readonly where?: Where;
  /** The entry that is called on the mutating side, and on the validating one. */
  readonly calls: readonly [mutating: string | undefined, validating: string | undefined];
}

const plain: Case["calls"] = [undefined, "pods"];
const optedIn: Case["calls"] = ["pods", "pods"];
const proxy: Case["calls"] = ["proxies", "proxies"];
const nobody: Case["calls"] = [undefined, undefined];
const inject = (value: string) => ({ "gracewarden.io/inject": value });
const digest = `sha256:${"0".repeat(64)}`;
const image = (name: string, calls: Case["calls"]): Case => ({
  what: `image ${name}`,
  container: { image: name },
  calls,
});
const words = (command: readonly string[], calls: Case["calls"]): Case => ({
  what: `command ${command.join(" ")}`,
  container: { command: [...command] },
  calls,
});

const cases: readonly Case[] = [
  { what: "a pod like any other", calls: plain },
  { what: "a pod that opted in", labels: inject("true"), calls: optedIn },
  { what: "a pod in a namespace that opted in", where: "optedIn", calls: ["namespaces", "pods"] },
  { what: "a pod that opted out in it", where: "optedIn", labels: inject("false"), calls: plain },
  image("registry.example/team/gracewarden-proxy:1", proxy),
  image("gracewarden-proxy", proxy),
  image(`registry.example:5000/gracewarden-proxy@${digest}`, proxy),
  image(`r/gracewarden-proxy:v1@${digest}`, proxy),
  image("r/gracewarden-proxy-ui:1", plain),
  image("r/my-gracewarden-proxy:1", plain),
  image("r/gracewarden-proxy/ui:1", plain),
  words(["gracewarden-proxy"], proxy),
  words(["tini", "--", "/usr/local/bin/gracewarden-proxy", "--config", "x"], proxy),
  words(["sh", "-c", "set -e; exec gracewarden-proxy --config /x"], proxy),
  words(["sh", "-c", "exec '/opt/gracewarden-proxy'"], proxy),
  words(["npx", "gracewarden-proxy@latest"], proxy),
  words(["app", "--upstream=http://gracewarden-proxy:8080/mcp"], plain),
  words(["app", "--upstream", "http://gracewarden-proxy/mcp"], plain),
  words(["app", "http://gracewarden-proxy"], plain),
  words(["app", "gracewarden-proxy.tools.svc:80"], plain),
  { what: "the proxy's label", labels: { "gracewarden.io/proxy": "a" }, calls: proxy },
  {
    what: "the proxy as a native sidecar",
    initContainer: { name: "i", image: "x/gracewarden-proxy:2", restartPolicy: "Always" },
    calls: proxy,
  },
  {
    what: "a proxy that opted out",
    container: { image: "gracewarden-proxy" },
    labels: inject("false"),
    calls: [undefined, "proxies"],
  },
  {
    what: "a mirror pod, shown by its node",
    container: { image: "gracewarden-proxy" },
    labels: inject("true"),
    annotations: { "kubernetes.io/config.mirror": "x" },
    nodeName: "no-such-node",
    groups: ["system:nodes", "system:masters"],
    calls: nobody,
  },
  {
    what: "a pod with the annotation of a mirror pod, created by another",
    container: { image: "gracewarden-proxy" },
    annotations: { "kubernetes.io/config.mirror": "x" },
    nodeName: "no-such-node",
    calls: proxy,
  },
  {
    what: "a proxy in our own namespace",
    container: { image: "gracewarden-proxy" },
    labels: inject("true"),
    where: "system",
    calls: nobody,
  },
  { what: "a proxy in kube-system", container: { image: "gracewarden-proxy" }, where: "excluded", calls: nobody },
];

const podOf = ({ container, initContainer, labels = {}, annotations = {}, nodeName }: Case): IPod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "asked-", labels, annotations },
  spec: {
    // Stays where it is: this is about the API server alone.
    ...(nodeName && { nodeName }),
    nodeSelector: { "gracewarden.test/no-such-node": "true" },
    // What our own namespace asks of its pods.
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "a",
        image: "app:1",
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        ...container,
      },
    ],
    ...(initContainer && {
      initContainers: [
        {
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          ...initContainer,
        },
      ],
    }),
  },
});

/** Which of our entries a text of the API server names as one that could not be called. */
const calledIn = (text: string): string | undefined => /failed calling webhook "(\w+)\./.exec(text)?.[1];

const existing = { proxy: "existing-proxy", plain: "existing-plain", deployment: "existing" };
const deployment = (name: string, owned = false): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: {
    name,
    ...(owned && {
      ownerReferences: [{ apiVersion: "example/v1", kind: "Rollout", name: "x", uid: "x", controller: true }],
    }),
  },
  spec: {
    replicas: 0,
    selector: { matchLabels: { a: "b" } },
    template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "a", image: "app:1" }] } },
  },
});
const { plain: place } = namespacesOf(validating);
const create = (body: object) => kubectl(["create", `--namespace=${place}`, "--filename=-"], body);

describe.skipIf(!KUBECONFIG)("which entry of the webhook configurations sees what", () => {
  let api: ApiServer;

  const called = async (path: string, body: object, groups?: readonly string[]): Promise<string | undefined> => {
    const answer = await api.post(path, body, groups);
    const text = JSON.stringify(answer.body);
    const entry = calledIn(text.replaceAll(String.raw`\"`, '"'));
    if (answer.status !== 201 && entry === undefined) throw new Error(text);
    return entry;
  };

  beforeAll(async () => {
    api = await connect(1);
    // An API server alone makes no ServiceAccounts, and asks for none.
    const withAccount = (await kubectl(["get", "nodes", "--output=name"])) !== "";
    for (const installation of [mutating, validating]) {
      const labels = { plain: {}, optedIn: inject("true"), system: {}, excluded: {} };
      for (const [where, name] of Object.entries(namespacesOf(installation)))
        await createNamespace(name, { ...installation.label, ...labels[where as Where] }, { withAccount });
    }
    for (const [name, container] of [
      [existing.proxy, { image: "gracewarden-proxy" }],
      [existing.plain, {}],
    ] as const)
      await create({ ...podOf({ what: "", calls: nobody, container }), metadata: { name } });
    await create(deployment(existing.deployment));
    for (const [installation, kind] of [
      [mutating, "MutatingWebhookConfiguration"],
      [validating, "ValidatingWebhookConfiguration"],
    ] as const) {
      const configuration = objectsOf(installation, { failurePolicy: "Fail" }).find((object) => object.kind === kind);
      await kubectl(["create", "--filename=-"], configuration);
      const pod = podOf({ what: "", calls: nobody, labels: inject("true") });
      await until(
        `${kind} in force`,
        () => called(podsOf(namespacesOf(installation).plain), pod),
        (entry) => entry === "pods",
      );
    }
  }, 120_000);

  afterAll(async () => {
    for (const installation of [mutating, validating])
      await uninstall(installation, Object.values(namespacesOf(installation)));
    api.close();
  }, 60_000);

  it.each(cases)("$what", async (one) => {
    const { where = "plain", calls } = one;
    const ask = (installation: Installation) =>
      called(podsOf(namespacesOf(installation)[where]), podOf(one), one.groups);
    expect([await ask(mutating), await ask(validating)]).toEqual(calls);
  });

  const debugContainer = '{"spec":{"ephemeralContainers":[{"name":"d","image":"busybox"}]}}';
  const debug = (pod: string): string[] => [
    "patch",
    `pod/${pod}`,
    "--subresource=ephemeralcontainers",
    "--type=strategic",
    `--patch=${debugContainer}`,
  ];
  const inFull: readonly (readonly [what: string, args: readonly string[], entry: string | undefined])[] = [
    ["a label on a proxy pod", ["label", "pod", existing.proxy, "x=y"], undefined],
    [
      "a finalizer on it",
      ["patch", "pod", existing.proxy, "--type=merge", '--patch={"metadata":{"finalizers":["a.b/c"]}}'],
      undefined,
    ],
    [
      "the finalizer off it",
      ["patch", "pod", existing.proxy, "--type=merge", '--patch={"metadata":{"finalizers":null}}'],
      undefined,
    ],
    [
      "its status",
      ["patch", "pod", existing.proxy, "--subresource=status", "--type=merge", '--patch={"status":{"message":"x"}}'],
      undefined,
    ],
    ["its image", ["set", "image", `pod/${existing.proxy}`, "a=gracewarden-proxy:2"], "proxies"],
    [
      "an image that becomes the proxy's",
      ["set", "image", `pod/${existing.plain}`, "a=gracewarden-proxy:2"],
      "proxies",
    ],
    ["any other image", ["set", "image", `pod/${existing.plain}`, "a=b:2"], "pods"],
    ["a debug container in a proxy pod", debug(existing.proxy), "proxies"],
    ["a debug container in any other", debug(existing.plain), "pods"],
    ["an annotation on a Deployment", ["annotate", "deployment", existing.deployment, "x=y"], undefined],
    ["its scale", ["scale", "deployment", existing.deployment, "--replicas=0"], undefined],
    ["its template", ["set", "image", `deployment/${existing.deployment}`, "a=x:3"], "workloads"],
    ["a CronJob", ["create", "cronjob", "made", "--image=x", "--schedule=* * * * *"], "workloads"],
    ["the deletion of a proxy pod", ["delete", "pod", existing.proxy, "--grace-period=0", "--force"], undefined],
  ];
  it.each(inFull)("%s, on the validating side", async (_what, args, entry) => {
    const said = await kubectl([...args, `--namespace=${place}`]).then(
      () => "",
      (error: unknown) => String(error),
    );
    const found = calledIn(said);
    if (said !== "" && found === undefined) throw new Error(said);
    expect(found).toBe(entry);
  });

  it.each([
    [false, "workloads"],
    [true, undefined],
  ])("a new Deployment, made by a controller: %s", async (owned, entry) => {
    const path = `/apis/apps/v1/namespaces/${place}/deployments?dryRun=All`;
    expect(await called(path, deployment("new", owned))).toBe(entry);
  });
});
