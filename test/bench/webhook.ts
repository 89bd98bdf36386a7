/**
 * The webhook against a bare Fastify TLS server that parses the same review and sends it back, in interleaved rounds;
 * its memory under that load; and how long a 2.9 MB review holds up the others. Ratios count, since both share the machine
 * with the client.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, openSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { issueSelfSigned } from "../../webhook/certs/issue.ts";
import { median } from "./measure.ts";

const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 5);
const seconds = Number(process.env["GRACEWARDEN_BENCH_SECONDS"] ?? 3);
const built = resolve(import.meta.dirname, "../../dist/gracewarden-webhook.js");
const source = resolve(import.meta.dirname, "../../webhook/gracewarden-webhook.ts");
const program = process.argv[2] ?? (existsSync(built) ? built : source);
/** As the image starts Node: left to itself, V8 grows its heap by what the machine has, not by what a pod may use. */
const imageFlags = ["--max-semi-space-size=2", "--max-old-space-size=96"];
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "gracewarden-bench-"));

interface Loaded {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Its log goes to a file: a reader on this machine would take of the time that is measured. */
async function start(name: string, [...command]: readonly string[]): Promise<Server> {
  const log = join(folder, `${name}.log`);
  const child = spawn(process.execPath, command, { stdio: ["ignore", openSync(log, "w"), "inherit"] });
  for (;;) {
    const line = readFileSync(log, "utf8")
      .split("\n")
      .find((text) => text.includes('"msg":"listening"'));
    if (line !== undefined) return { child, port: (JSON.parse(line) as { port: number }).port };
    if (child.exitCode !== null) throw new Error(`${name} ended`);
    await sleep(50);
  }
}

async function load({ port }: Server, path: string, body: string): Promise<Loaded> {
  const script = join(import.meta.dirname, "webhook-load.ts");
  const { stdout } = await run(process.execPath, [script, String(port), path, body, "50", String(seconds)]);
  return JSON.parse(stdout) as Loaded;
}

/** Resident and peak memory of a process, in MiB; Linux only. */
function memory({ child }: Server): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const mebibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: mebibytes("VmRSS"), peak: mebibytes("VmHWM") };
}

/** The longest that a small GET waits while one large review is answered, in ms. */
async function blockTime({ port }: Server, path: string, body: Buffer): Promise<{ longest: number; large: number }> {
  let running = true;
  let longest = 0;
  const { Agent } = await import("node:https");
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const send = (method: string, where: string, content?: Buffer, via?: InstanceType<typeof Agent>): Promise<number> =>
    new Promise((done, failed) => {
      const began = performance.now();
      const headers = { "content-type": "application/json", "content-length": content?.length ?? 0 };
      request(
        {
          host: "127.0.0.1",
          port,
          path: where,
          method,
          headers: content === undefined ? {} : headers,
          agent: via ?? false,
          rejectUnauthorized: false,
        },
        (response) => response.resume().on("end", () => done(performance.now() - began)),
      )
        .on("error", failed)
        .end(content);
    });
  await send("GET", "/livez", undefined, agent);
  const probing = (async () => {
    while (running) longest = Math.max(longest, await send("GET", "/livez", undefined, agent));
  })();
  const large = await send("POST", path, body);
  running = false;
  await probing;
  agent.destroy();
  return { longest, large };
}

function container(index: number, pad: number): object {
  return {
    name: `c${index}`,
    image: "registry.example/shop/web:1.2.3",
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
    env: Array.from({ length: 8 }, (_, each) => ({
      name: `SETTING_${each}`,
      value: `value ${each} ${"x".repeat(pad)}`,
    })),
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
    readinessProbe: {
      httpGet: { path: "/ready", port: "http", scheme: "HTTP" },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    volumeMounts: [
      { name: "kube-api-access-00000", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ],
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  };
}

/** `revision`: what tells its template from others. */
function review(containers: number, pad: number, annotation: number, revision = "7d4b9c"): Buffer {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: `web-${revision}-`,
      name: `web-${revision}-00000`,
      namespace: "shop",
      labels: { app: "web", "pod-template-hash": revision, "gracewarden.io/inject": "true" },
      annotations: { "example.com/notes": "n".repeat(annotation) },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: "web-7d4b9c",
          uid: "1",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "default",
      securityContext: {},
      schedulerName: "default-scheduler",
      tolerations: ["not-ready", "unreachable"].map((key) => ({
        key: `node.kubernetes.io/${key}`,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      })),
      enableServiceLinks: true,
      containers: Array.from({ length: containers }, (_, index) => container(index, pad)),
      volumes: [
        {
          name: "kube-api-access-00000",
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }],
          },
        },
      ],
    },
  };
  return Buffer.from(
    JSON.stringify({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: {
        uid: "705ab4f5-6393-11e8-b7cc-420100000002",
        kind: { group: "", version: "v1", kind: "Pod" },
        resource: { group: "", version: "v1", resource: "pods" },
        namespace: "shop",
        operation: "CREATE",
        userInfo: { username: "system:serviceaccount:kube-system:replicaset-controller" },
        object,
        oldObject: null,
        dryRun: false,
      },
    }),
  );
}

const { certPem, keyPem } = issueSelfSigned({ dnsNames: ["localhost"], days: 1, now: new Date() });
const files = {
  cert: join(folder, "tls.crt"),
  key: join(folder, "tls.key"),
  small: join(folder, "small.json"),
  fresh: join(folder, "fresh.json"),
};
writeFileSync(files.cert, certPem);
writeFileSync(files.key, keyPem);
writeFileSync(files.small, review(1, 40, 300));
writeFileSync(files.fresh, review(1, 40, 300, "700000"));
const servers: Server[] = [];
try {
  const floor = await start("floor", [join(import.meta.dirname, "webhook-floor.ts"), files.cert, files.key]);
  servers.push(floor);
  const ours = await start("ours", [
    ...imageFlags,
    program,
    "serve",
    ...`--host 127.0.0.1 --port 0 --metrics-port 0 --tls-cert ${files.cert} --tls-key ${files.key}`.split(" "),
  ]);
  servers.push(ours);
  console.log(
    `${program}, Node ${process.version}, a review of ${readFileSync(files.small).length} bytes, 50 connections, ${rounds} interleaved rounds of ${seconds} s`,
  );
  const contenders = [
    { name: "floor: bare Fastify TLS, echoes", server: floor, path: "/mutate", body: files.small },
    { name: "mutate, pods of one template", server: ours, path: "/mutate", body: files.small },
    { name: "validate, pods of one template", server: ours, path: "/validate", body: files.small },
    { name: "mutate, each template new", server: ours, path: "/mutate", body: files.fresh },
    { name: "validate, each template new", server: ours, path: "/validate", body: files.fresh },
  ];
  const samples = contenders.map((): Loaded[] => []);
  for (const { server, path, body } of contenders) await load(server, path, body);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { server, path, body }] of contenders.entries())
      samples[index]?.push(await load(server, path, body));
  }
  const [first = []] = samples;
  const of = (all: readonly Loaded[], key: keyof Loaded): number => median(all.map((one) => one[key]));
  console.table(
    Object.fromEntries(
      contenders.map(({ name }, index) => {
        const all = samples[index] ?? [];
        return [
          name,
          {
            "reviews/s": of(all, "perSecond").toFixed(0),
            "p50 ms": of(all, "p50").toFixed(2),
            "p99 ms": of(all, "p99").toFixed(2),
            "rate / floor (>= 0.8)": (of(all, "perSecond") / of(first, "perSecond")).toFixed(2),
            "p99 / floor (<= 1.5)": (of(all, "p99") / of(first, "p99")).toFixed(2),
          },
        ];
      }),
    ),
  );
  const { now, peak } = memory(ours);
  console.log(
    `Memory under load: ${now.toFixed(0)} MiB, peak ${peak.toFixed(0)} MiB (<= 128); the floor's peak is ${memory(floor).peak.toFixed(0)} MiB`,
  );
  const large = {
    "one annotation": review(1, 40, 2_900_000),
    "500 containers": review(500, 600, 0),
    "3,000 containers": review(2700, 10, 0),
  };
  for (const [name, body] of Object.entries(large)) {
    for (const path of ["/mutate", "/validate"]) {
      const blocks: { longest: number; large: number }[] = [];
      for (let round = 0; round < 3; round++) blocks.push(await blockTime(ours, path, body));
      console.log(
        `A review of ${(body.length / 1e6).toFixed(1)} MB (${name}) to ${path}: answered in ${median(blocks.map((one) => one.large)).toFixed(0)} ms; others wait ${median(blocks.map(({ longest }) => longest)).toFixed(0)} ms at most (<= 50)`,
      );
    }
  }
} finally {
  for (const { child } of servers) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
