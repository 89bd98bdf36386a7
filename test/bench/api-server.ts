/**
 * What the webhook costs whoever creates a pod: dry-run creates through the API server of `KUBECONFIG`, in interleaved
 * rounds, without a webhook, behind a bare Fastify TLS webhook that allows everything, and behind ours, also where the API
 * server has a patch to apply; each is called
 * twice for a pod, to mutate and to validate. The webhooks are called at 127.0.0.1, so the API server must run on this
 * machine. `node test/bench/api-server.ts`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type ApiServer } from "../cluster/webhook/api-server.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { median } from "./measure.ts";
import { credentialsIn, startBare, startWebhook, type Credentials, type ServerProcess } from "./server-process.ts";

if (!process.env["KUBECONFIG"]) {
  console.warn("SKIPPED: what the webhook costs behind an API server is not measured, since KUBECONFIG names none.");
  process.exit(0);
}

const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 9);
const creates = Number(process.env["GRACEWARDEN_BENCH_CREATES"] ?? 100);
const folder = mkdtempSync(join(tmpdir(), "gracewarden-bench-"));
const run = `gw-bench-${crypto.randomUUID().slice(0, 8)}`;

interface Contender {
  readonly name: string;
  readonly namespace: string;
  /** Opted in, so that ours patches its pods, which the API server has to apply. */
  readonly optedIn: boolean;
  /** Each pod is of a template that was never seen before. */
  readonly fresh: boolean;
  readonly server: ServerProcess | undefined;
}

let created = 0;
const pod = ({ optedIn, fresh }: Contender): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    generateName: "web-7d4b9c-",
    labels: { app: "web", ...(optedIn && { "gracewarden.io/inject": "true" }) },
    ...(fresh && { annotations: { "example.com/revision": String((created += 1)) } }),
  },
  spec: {
    containers: [
      {
        name: "web",
        image: "registry.example/shop/web:1.2.3",
        ports: [{ name: "http", containerPort: 8080 }],
        env: Array.from({ length: 8 }, (_, each) => ({ name: `SETTING_${each}`, value: `value ${each}` })),
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
        readinessProbe: { httpGet: { path: "/ready", port: "http" } },
      },
    ],
  },
});

async function install(namespace: string, server: ServerProcess | undefined, caPem: string): Promise<void> {
  const labels = { "gracewarden.test/bench": namespace };
  await kubectl(["create", "--filename=-"], {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels },
  });
  if (server === undefined) return;
  for (const [kind, path] of [
    ["MutatingWebhookConfiguration", "mutate"],
    ["ValidatingWebhookConfiguration", "validate"],
  ]) {
    await kubectl(["create", "--filename=-"], {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind,
      metadata: { name: namespace },
      webhooks: [
        {
          name: `${path}.bench.gracewarden.io`,
          clientConfig: {
            url: `https://127.0.0.1:${server.port}/${path}`,
            caBundle: Buffer.from(caPem).toString("base64"),
          },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
          namespaceSelector: { matchLabels: labels },
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Fail",
          timeoutSeconds: 10,
        },
      ],
    });
  }
}

/** Milliseconds of one create; throws where it was not admitted. */
async function create(api: ApiServer, contender: Contender): Promise<number> {
  const { namespace } = contender;
  const body = pod(contender);
  const began = performance.now();
  const { status, body: answer } = await api.post(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, body);
  if (status !== 201) throw new Error(`the API server says ${status}: ${JSON.stringify(answer)}`);
  return performance.now() - began;
}

/** A new namespace's account and a new webhook take the API server a moment. */
async function settle(api: ApiServer, contender: Contender): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await create(api, contender);
      return;
    } catch (error) {
      if (attempt === 30) throw error;
      await sleep(1000);
    }
  }
}

async function load(api: ApiServer, contender: Contender, ways: number): Promise<number[]> {
  const times: number[] = [];
  const way = async (): Promise<void> => {
    for (let each = 0; each < creates / ways; each++) times.push(await create(api, contender));
  };
  await Promise.all(Array.from({ length: ways }, way));
  return times;
}

const quantile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;

async function compare(contenders: readonly Contender[], ways: number): Promise<void> {
  const api = await connect(ways);
  try {
    for (const contender of contenders) await settle(api, contender);
    for (const contender of contenders) await load(api, contender, ways);
    const samples = contenders.map((): number[][] => []);
    for (let round = 0; round < rounds; round++) {
      // Each begins as many rounds as any other.
      for (let turn = 0; turn < contenders.length; turn++) {
        const index = (round + turn) % contenders.length;
        const contender = contenders[index];
        if (contender !== undefined) samples[index]?.push(await load(api, contender, ways));
      }
    }
    // One round's p99 is its slowest create: it is taken over all.
    const rows = samples.map((all) => ({
      p50: median(all.map((one) => quantile(one, 0.5))),
      p99: quantile(all.flat(), 0.99),
    }));
    const [none, bare] = rows;
    if (none === undefined || bare === undefined) return;
    console.log(`\n${ways === 1 ? "1 way" : `${ways} ways`}, ${rounds} interleaved rounds of ${creates} creates`);
    console.table(
      Object.fromEntries(
        contenders.map(({ name }, index) => {
          const { p50, p99 } = rows[index] ?? { p50: Number.NaN, p99: Number.NaN };
          return [
            name,
            {
              "p50 ms": p50.toFixed(2),
              "adds ms": (p50 - none.p50).toFixed(2),
              "over bare ms (<= 1)": (p50 - bare.p50).toFixed(2),
              "p99 ms": p99.toFixed(2),
              "p99 / bare (<= 1.3)": (p99 / bare.p99).toFixed(2),
            },
          ];
        }),
      ),
    );
  } finally {
    api.close();
  }
}

async function measure(credentials: Credentials, servers: ServerProcess[]): Promise<void> {
  const bare = await startBare(folder, "api-server-floor.ts", credentials);
  servers.push(bare);
  const ours = await startWebhook(folder, credentials);
  servers.push(ours);
  const template = { optedIn: false, fresh: false };
  const none = { ...template, name: "no webhook", namespace: `${run}-none`, server: undefined };
  const floor = { ...template, name: "bare Fastify TLS, allows everything", namespace: `${run}-bare`, server: bare };
  const patching = { ...floor, name: "bare, sends a patch", optedIn: true };
  const own = { ...template, name: "gracewarden, pods left alone", namespace: `${run}-ours`, server: ours };
  const patched = { ...own, name: "gracewarden, pods patched", optedIn: true };
  const fresh = { ...patched, name: "gracewarden, patched, each template new", fresh: true };
  for (const { namespace, server } of [none, floor, own]) await install(namespace, server, credentials.caPem);
  for (const ways of [1, 8]) await compare([none, floor, own, patching, patched, fresh], ways);
}

const servers: ServerProcess[] = [];
try {
  await measure(credentialsIn(folder), servers);
} finally {
  const kinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
  for (const kind of kinds)
    await kubectl(["delete", kind, `${run}-bare`, `${run}-ours`, "--ignore-not-found"]).catch(console.error);
  const namespaces = ["none", "bare", "ours"].map((each) => `${run}-${each}`);
  await kubectl(["delete", "namespace", ...namespaces, "--ignore-not-found", "--wait=false"]).catch(console.error);
  for (const { child } of servers) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
