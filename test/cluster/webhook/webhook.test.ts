import type { IPod } from "kubernetes-models/v1/Pod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { injectedAnnotation } from "../../../policies/admission/injected.ts";
import { kubectl, kubectlOutput } from "../kubectl.ts";
import { connect, type Answer, type ApiServer } from "./api-server.ts";
import {
  configurationKinds,
  createNamespace,
  newInstallation,
  objectsOf,
  uninstall,
  type FailurePolicy,
  type Webhook,
} from "./installation.ts";
import { leavingPods, watchLeaving } from "./leaving-pods.ts";
import { describeTally, perSecondOf, podsOf, toBePatched, toBeRefused, underLoad, type Tally } from "./load.ts";
import { countFailOpens, servingPodsOf } from "./serving-pods.ts";
import { until } from "./until.ts";

// Settings: KUBECONFIG (any cluster), GRACEWARDEN_WEBHOOK_IMAGE (the webhook, as deploy/Dockerfile makes it),
// GRACEWARDEN_TEST_IMAGE (Node with sh and coreutils), GRACEWARDEN_CLUSTER_ROLLOUTS (5 for the whole proof).
const {
  KUBECONFIG = "",
  GRACEWARDEN_WEBHOOK_IMAGE: image = "",
  GRACEWARDEN_TEST_IMAGE = "gracewarden-node:24",
  GRACEWARDEN_CLUSTER_ROLLOUTS = "2",
} = process.env;
const rollouts = Number(GRACEWARDEN_CLUSTER_ROLLOUTS);
const isWhole = rollouts >= 5;
const missing = Object.entries({ KUBECONFIG, GRACEWARDEN_WEBHOOK_IMAGE: image }).filter(([, value]) => value === "");
if (missing.length > 0)
  console.warn(
    `SKIPPED: the webhook is not proved on a cluster, for want of ${missing.map(([name]) => name).join(", ")}.`,
  );

/** Connections that ask at the same time. */
const ways = 12;
const rule = "no-unsafe-shared-pid-namespace";
const installation = newInstallation();
const { name, system } = installation;
const pods = servingPodsOf(installation, 2);
const namespace = `${name}-pods`;
const inSystem = `--namespace=${system}`;
const inPods = `--namespace=${namespace}`;

const unsafe = (podName: string, annotations: Readonly<Record<string, string>> = {}): IPod => ({
  ...toBeRefused,
  metadata: { name: podName, annotations },
});
const waiver = { [`waive.gracewarden.io/${rule}`]: "tried on a cluster; owner=test; expires=2099-01-31" };

const createPod = (pod: IPod, ...args: string[]): Promise<string> =>
  kubectl(["create", inPods, "--filename=-", ...args], pod);
const deletePod = (podName: string): Promise<string> =>
  kubectl(["delete", "pod", podName, inPods, "--grace-period=0", "--force"]);
/** What kubectl tells its user, whether it succeeds or not. */
const told = (running: Promise<string>): Promise<string> => running.catch((error: unknown) => String(error));
const anyNode = (): Promise<string> => kubectl(["get", "nodes", "--output=jsonpath={.items[0].metadata.name}"]);
const preStopOf = (pod: unknown): unknown => (pod as IPod).spec?.containers[0]?.lifecycle?.preStop;

interface Configuration {
  readonly webhooks: readonly (Webhook & { readonly clientConfig: { readonly caBundle?: string } })[];
}
const webhooksOf = async (kind: (typeof configurationKinds)[number]): Promise<Configuration["webhooks"]> =>
  (JSON.parse(await kubectl(["get", kind, name, "--output=json"])) as Configuration).webhooks;

async function failValidationBy(policies: readonly FailurePolicy[]): Promise<void> {
  const patch = policies.map((value, index) => ({ op: "replace", path: `/webhooks/${index}/failurePolicy`, value }));
  await kubectl(["patch", configurationKinds[1], name, "--type=json", `--patch=${JSON.stringify(patch)}`]);
}

async function configure(text: string): Promise<void> {
  const patch = JSON.stringify({ data: { "gracewarden.yaml": text } });
  await kubectl(["patch", "configmap", name, inSystem, "--type=merge", `--patch=${patch}`]);
}

const bundles = async (): Promise<readonly string[]> =>
  (await Promise.all(configurationKinds.map(webhooksOf))).flat().map(({ clientConfig }) => clientConfig.caBundle ?? "");

async function rollOut(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await kubectl(["rollout", "restart", inSystem, `deployment/${name}`]);
    await pods.rolledOut();
  }
}

/** Sets the parts of leaving and waits until all pods have them. */
const setDrain = async (...seconds: readonly number[]): Promise<void> => {
  const names = ["propagation", "quiet", "drain"];
  const patch = names.map((one, index) => ({
    op: "replace",
    path: `/spec/template/spec/containers/0/args/${6 + index}`,
    value: `--${one}-seconds=${seconds[index]}`,
  }));
  await kubectl(["patch", "deployment", name, inSystem, "--type=json", `--patch=${JSON.stringify(patch)}`]);
  await pods.rolledOut();
};

describe.skipIf(missing.length > 0)("the webhook on a cluster", () => {
  let api: ApiServer;
  const ask = (pod: IPod): Promise<Answer> => api.post(podsOf(namespace), pod);
  const nothingLost = { slipped: [], failed: [] };
  /** What was measured, beside what was promised. */
  const summary: (readonly [what: string, measured: string, promised: string])[] = [];

  beforeAll(async () => {
    api = await connect(ways);
    await createNamespace(namespace, installation.label);
  }, 60_000);

  afterAll(async () => {
    const width = Math.max(...summary.map(([what]) => what.length));
    const lines = summary.map(([what, measured, promised]) => `${what.padEnd(width)}  ${measured}  (${promised})`);
    console.log(["", ...lines, ""].join("\n"));
    await uninstall(installation, [namespace]);
    api.close();
  }, 60_000);

  it("installs from the base: the Job makes the certificates, the pods get ready", async () => {
    const startedAt = performance.now();
    const items = objectsOf(installation, { image });
    await kubectl(["apply", "--filename=-"], { apiVersion: "v1", kind: "List", items });
    await pods.rolledOut(170);
    const seconds = (performance.now() - startedAt) / 1000;
    summary.push(["install", `both pods ready after ${seconds.toFixed(1)} s`, "ready"]);
    for (const kind of configurationKinds) {
      const webhooks = await webhooksOf(kind);
      expect(webhooks).toHaveLength(3);
      // "-----BEGIN"
      for (const { clientConfig } of webhooks) expect(clientConfig.caBundle).toMatch(/^LS0tLS1CRUdJTi/);
    }
    expect(await pods.names()).toHaveLength(2);
    // Endpoints and caBundle have to reach kube-proxy and the API server first.
    await until(
      "the first refusal",
      () => ask(toBeRefused),
      ({ status }) => status === 403,
    );
  }, 200_000);

  it("gives a proxy its hook and grace, a pod that opts in a sleep, and the kubelet honours them", async () => {
    const { proxy, plain } = leavingPods(GRACEWARDEN_TEST_IMAGE);
    const left = await watchLeaving([proxy, plain], namespace);
    for (const { pod, hookSeconds, deleteToSignal, signalToKill, predictedSignalToKill } of left)
      summary.push(
        [`${pod}: DELETE to SIGTERM`, `${deleteToSignal.toFixed(2)} s`, `${hookSeconds} to ${hookSeconds + 2} s`],
        [`${pod}: SIGTERM to SIGKILL`, `${signalToKill.toFixed(2)} s`, `${predictedSignalToKill} s, ± 0.5 s`],
      );
    expect(left.map(({ admitted }) => preStopOf(admitted))).toMatchObject([
      { httpGet: { path: "/prestop", port: 8081 } },
      { sleep: { seconds: 5 } },
    ]);
    expect(left.map(({ admitted }) => admitted.spec?.terminationGracePeriodSeconds)).toEqual([10, 9]);
    for (const { admitted } of left)
      expect(admitted.metadata?.annotations?.[injectedAnnotation]).toContain("prestop-delay");
    expect(left[0]?.admitted.spec?.containers[0]?.env).toContainEqual({
      name: "GRACEWARDEN_GRACE_SECONDS",
      value: "10",
    });
    for (const { hookSeconds, deleteToSignal, signalToKill, predictedSignalToKill } of left) {
      // A watch tells of the DELETE, a little late.
      expect(deleteToSignal).toBeGreaterThan(hookSeconds - 0.1);
      expect(deleteToSignal).toBeLessThan(hookSeconds + 2);
      expect(Math.abs(signalToKill - predictedSignalToKill)).toBeLessThan(0.5);
    }
  }, 120_000);

  it("refuses an unsafe shared PID namespace, and kubectl says why", async () => {
    const said = await told(createPod(unsafe("unsafe")));
    expect(said).toContain(`gracewarden refuses Pod unsafe in namespace ${namespace} for one reason.`);
    expect(said).toContain("app (no runAsUser, so perhaps the same uid) can signal proxy");
    expect(said).toContain("To mend it: Remove shareProcessNamespace.");
    expect(said).toContain("A pod cannot waive this itself: ask whoever runs the webhook");
  });

  it("refuses it although it waives the rule by its own annotation", async () => {
    const said = await told(createPod(unsafe("waived", waiver)));
    expect(said).toContain(
      `A pod cannot waive this itself, so its annotation waive.gracewarden.io/${rule} does not count`,
    );
  });

  it("refuses it although it says that it is a mirror pod", async () => {
    const mirror = unsafe("mirror", { "kubernetes.io/config.mirror": "x" });
    const spec = { ...toBeRefused.spec, containers: toBeRefused.spec?.containers ?? [], nodeName: await anyNode() };
    expect(await told(createPod({ ...mirror, spec }))).toContain("gracewarden refuses Pod mirror");
  });

  it("lets in one for Windows, which no Linux node runs, whoever it is given to", async () => {
    const spec = {
      ...toBeRefused.spec,
      containers: toBeRefused.spec?.containers ?? [],
      nodeName: await anyNode(),
      nodeSelector: { "kubernetes.io/os": "windows" },
    };
    await createPod({ ...unsafe("windows"), spec });
    const query = ["get", "pod", "windows", inPods, "--output=jsonpath={.status.phase} {.status.reason}"];
    await expect.poll(() => kubectl(query), { timeout: 30_000 }).toBe("Failed NodeAffinity");
    await deletePod("windows");
  });

  it("warns whoever applies a Deployment whose pods it would refuse", async () => {
    const { stderr } = await kubectlOutput(["apply", inPods, "--filename=-"], {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "unsafe" },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: "unsafe" } },
        template: { metadata: { labels: { app: "unsafe" } }, spec: toBeRefused.spec },
      },
    });
    expect(stderr).toContain(`Warning: gracewarden would refuse the pods of Deployment unsafe, by ${rule}.`);
  });

  it.each([
    ["refuses a guest that can signal it", true, [], / guest \([^)]*\) can signal proxy and whatever it has started/],
    ["refuses one that joins it", false, ["--target=proxy"], / guest \([^)]*\) joins the PID namespace of proxy/],
    ["lets one in that sees nobody", false, [], /^(?!.*gracewarden refuses)/s],
  ])("judges kubectl debug into a proxy's pod: %s", async (_what, shareProcessNamespace, target, expected) => {
    const podName = `debugged-${shareProcessNamespace}${target.length}`;
    // Each has an uid of its own, so they may share; the guest has none.
    const containers = (toBeRefused.spec?.containers ?? []).map((container, index) => ({
      ...container,
      securityContext: { runAsUser: 1000 + index },
    }));
    await createPod({ ...unsafe(podName), spec: { shareProcessNamespace, containers } });
    const debug = ["debug", `pod/${podName}`, inPods, ...target, "--image=busybox", "--container=guest", "--", "sh"];
    const said = await told(kubectl(debug));
    const guests = await kubectl([
      "get",
      "pod",
      podName,
      inPods,
      "--output=jsonpath={.spec.ephemeralContainers[*].name}",
    ]);
    await deletePod(podName);
    expect(said).toMatch(expected);
    expect(guests).toBe(shareProcessNamespace || target.length > 0 ? "" : "guest");
  });

  it("answers server-side dry runs", async () => {
    const dry = { ...toBePatched, metadata: { ...toBePatched.metadata, name: "dry" } };
    const pod: unknown = JSON.parse(await createPod(dry, "--dry-run=server", "--output=json"));
    expect(preStopOf(pod)).toEqual({ sleep: { seconds: 5 } });
    expect(await told(createPod(unsafe("dry"), "--dry-run=server"))).toContain("gracewarden refuses Pod dry");
  });

  it("takes a new configuration under load, and keeps it when a broken one follows", async () => {
    let seconds = 0;
    const tally = await underLoad({ api, namespace, perSecond: 20, ways }, async () => {
      const startedAt = performance.now();
      await configure(`budget: { delaySeconds: 7 }\nenforcement: { locked: [${rule}] }\n`);
      await pods.allLogged("configuration reloaded");
      seconds = (performance.now() - startedAt) / 1000;
      await configure("rules: [\n");
      await pods.allSay("config", (said) => said.startsWith("not reloaded:"));
      const answers = await Promise.all(Array.from({ length: 12 }, () => ask(toBePatched)));
      for (const { body } of answers) expect(preStopOf(body)).toEqual({ sleep: { seconds: 7 } });
      const said = await told(createPod(unsafe("locked", waiver)));
      expect(said).toContain("gracewarden refuses Pod locked");
      expect(said).toContain("This rule takes no waivers here.");
      await configure(`enforcement: { inlineWaivers: [${rule}] }\n`);
      await pods.allSay("config", (text) => text === "ok");
      expect(await createPod(unsafe("waived", waiver))).toContain("pod/waived created");
      await deletePod("waived");
    });
    summary.push([`configuration, taken in ${seconds.toFixed(0)} s`, describeTally(tally), "0 slipped, 0 failed"]);
    expect(tally).toMatchObject(nothingLost);
  }, 480_000);

  it("changes its CA and its certificate under load", async () => {
    const tally = await underLoad({ api, namespace, perSecond: 20, ways }, async () => {
      await kubectl(["delete", "secret", `${name}-ca`, inSystem]);
      await kubectl(["create", "job", "rotate", `--from=cronjob/${name}-certs`, inSystem]);
      await kubectl(["wait", inSystem, "job/rotate", "--for=condition=Complete", "--timeout=90s"]);
      const log = await kubectl(["logs", inSystem, "job/rotate"]);
      expect(log).toMatch(/made a CA: .*made a leaf: .*an old CA beside it until the overlap is over/s);
      await pods.allLogged("certificate reloaded");
    });
    summary.push(["CA and certificate changed", describeTally(tally), "0 slipped, 0 failed"]);
    expect(tally).toMatchObject(nothingLost);
  }, 300_000);

  /** The pods are taken away while every review that nobody answers shows as a pod that slips through. */
  async function withFailuresVisible(
    what: string,
    promised: string,
    atLeastSeconds: number,
    change: () => Promise<void>,
  ): Promise<{ readonly tally: Tally; readonly failOpens: number }> {
    const policies = (await webhooksOf(configurationKinds[1])).map(({ failurePolicy }) => failurePolicy);
    await failValidationBy(policies.map(() => "Ignore"));
    const before = await countFailOpens();
    try {
      const tally = await underLoad({ api, namespace, perSecond: 80, ways, atLeastSeconds }, async () => {
        await change();
        await until(
          "the last ones gone",
          () => pods.names(),
          ({ length }) => length === 2,
        );
      });
      const failOpens = (await countFailOpens()) - before;
      const measured = `${describeTally(tally)}; the API server counted ${failOpens} fail-opens`;
      summary.push([what, measured, promised]);
      return { tally, failOpens };
    } finally {
      await failValidationBy(policies);
    }
  }
  it("loses nothing while it is rolled out itself", async () => {
    const what = `${rollouts} rollouts of the webhook`;
    const { tally, failOpens } = await withFailuresVisible(
      what,
      "0 slipped, 0 failed, >= 50/s",
      isWhole ? 62 : 20,
      () => rollOut(rollouts),
    );
    expect(tally).toMatchObject(nothingLost);
    expect(failOpens).toBe(0);
    expect(perSecondOf(tally)).toBeGreaterThanOrEqual(50);
  }, 600_000);

  it("loses nothing while its pods are evicted, of which the budget lets one go at a time", async () => {
    const refusals: number[] = [];
    const { tally, failOpens } = await withFailuresVisible("both pods evicted", "0 slipped, 0 failed", 0, async () => {
      for (const pod of await pods.names()) {
        const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod, namespace: system } };
        await until(
          `${pod} evicted`,
          async () => {
            const { status } = await api.post(`/api/v1/namespaces/${system}/pods/${pod}/eviction`, eviction);
            if (status !== 201) refusals.push(status);
            return status;
          },
          (status) => status === 201,
        );
      }
      await pods.rolledOut();
    });
    expect(tally).toMatchObject(nothingLost);
    expect(failOpens).toBe(0);
    expect(new Set(refusals)).toEqual(new Set([429]));
  }, 180_000);

  it.runIf(isWhole)(
    "would lose something without its drain, which the measurement shows",
    async () => {
      await setDrain(0, 0, 0);
      const { failOpens } = await withFailuresVisible("control: rollouts without a drain", "> 0 fail-opens", 0, () =>
        rollOut(rollouts),
      );
      await setDrain(5, 1, 15);
      expect(failOpens).toBeGreaterThan(0);
    },
    300_000,
  );

  it("starts again when every one of its pods is gone, and holds up proxies alone meanwhile", async () => {
    const proxy: IPod = { ...toBeRefused, spec: { containers: [{ name: "proxy", image: "gracewarden-proxy:1" }] } };
    await kubectl(["scale", inSystem, `deployment/${name}`, "--replicas=0"]);
    await until(
      "no pod",
      () => pods.names(),
      ({ length }) => length === 0,
    );
    const heldUp = await until(
      "proxies held up",
      () => ask(proxy),
      ({ status }) => status !== 201,
    );
    expect(JSON.stringify(heldUp.body)).toContain("proxies.validate.gracewarden.io");
    const other = await ask(toBePatched);
    expect([other.status, preStopOf(other.body)]).toEqual([201, undefined]);

    const startedAt = performance.now();
    await kubectl(["scale", inSystem, `deployment/${name}`, "--replicas=2"]);
    await pods.rolledOut();
    await until(
      "proxies let in",
      () => ask(proxy),
      ({ status }) => status === 201,
    );
    const seconds = (performance.now() - startedAt) / 1000;
    summary.push(["from no pod to proxies let in", `${seconds.toFixed(1)} s`, "starts"]);
  }, 180_000);

  it("keeps its certificates when it is applied again", async () => {
    const before = await bundles();
    const items = objectsOf(installation, { image });
    const list = { apiVersion: "v1", kind: "List", items };
    await kubectl(["apply", "--filename=-"], list);
    await kubectl(["apply", "--server-side", "--force-conflicts", "--filename=-"], list);
    expect(await bundles()).toEqual(before);
  }, 60_000);

  it("is mended by a run of the CronJob when somebody has emptied its caBundle", async () => {
    const before = await bundles();
    const configurations = objectsOf(installation).filter(({ kind }) => kind.endsWith("WebhookConfiguration"));
    await kubectl(["replace", "--filename=-"], { apiVersion: "v1", kind: "List", items: configurations });
    expect(new Set(await bundles())).toEqual(new Set([""]));
    await kubectl(["create", "job", "certs-now", `--from=cronjob/${name}-certs`, inSystem]);
    await kubectl(["wait", inSystem, "job/certs-now", "--for=condition=Complete", "--timeout=60s"]);
    expect(new Set(await bundles()).size).toBe(1);
    // The CA that signs comes first; the one before it may still be served.
    const [first = ""] = before;
    expect(Buffer.from((await bundles())[0] ?? "", "base64").toString()).toContain(
      Buffer.from(first, "base64")
        .toString()
        .split(/(?<=-----END CERTIFICATE-----\n)/)[0],
    );
    await until(
      "an answer",
      () => ask(toBeRefused),
      ({ status }) => status === 403,
    );
  }, 90_000);

  it("is uninstalled in the README's order, and nothing is left", async () => {
    await kubectl(["delete", configurationKinds.join(","), name]);
    const items = objectsOf(installation).filter(({ kind }) => !kind.endsWith("WebhookConfiguration"));
    const objects = { apiVersion: "v1", kind: "List", items: items.filter(({ kind }) => kind !== "Namespace") };
    await kubectl(["delete", "--wait=false", "--filename=-"], objects);
    await kubectl(["delete", "secret", inSystem, `${name}-tls`, `${name}-ca`]);
    await kubectl(["delete", "jobs", "--all", inSystem]);
    await until(
      "no pod",
      () => pods.names(),
      ({ length }) => length === 0,
    );
    const kinds = "all,secrets,configmaps,roles,rolebindings,poddisruptionbudgets,networkpolicies,serviceaccounts";
    const left = await kubectl(["get", kinds, inSystem, "--output=name", "--ignore-not-found"]);
    const ofEveryNamespace = ["configmap/kube-root-ca.crt", "serviceaccount/default"];
    expect(left.trim().split("\n")).toEqual(ofEveryNamespace);
    const clusterWide = await kubectl(["get", "clusterroles,clusterrolebindings,priorityclasses", "--output=name"]);
    expect(clusterWide).not.toContain(name);
  }, 90_000);
});
