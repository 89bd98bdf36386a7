/**
 * The webhook against a bare Fastify TLS server that parses the same review and sends it back, in interleaved rounds;
 * its memory under that load; how long a 2.9 MB review holds up the others; and what eight of them at once take. Ratios count, since both share the machine
 * with the client.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median } from "./measure.ts";
import { credentialsIn, startBare, startWebhook, webhookProgram, type ServerProcess } from "./server-process.ts";
import { review } from "./webhook-review.ts";

const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 5);
const seconds = Number(process.env["GRACEWARDEN_BENCH_SECONDS"] ?? 3);
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "gracewarden-bench-"));

interface Loaded {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function load({ port }: ServerProcess, path: string, body: string): Promise<Loaded> {
  const script = join(import.meta.dirname, "webhook-load.ts");
  const { stdout } = await run(process.execPath, [script, String(port), path, body, "50", String(seconds)]);
  return JSON.parse(stdout) as Loaded;
}

/** Resident and peak memory of a process, in MiB; Linux only. */
function memory({ child }: ServerProcess): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const mebibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: mebibytes("VmRSS"), peak: mebibytes("VmHWM") };
}

/** The longest that a small GET waits while one large review is answered, in ms. */
async function blockTime(
  { port }: ServerProcess,
  path: string,
  body: Buffer,
): Promise<{ longest: number; large: number }> {
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

/** The status of one review, over a connection of its own. */
function post({ port }: ServerProcess, path: string, body: Buffer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { "content-type": "application/json", "content-length": body.length };
  request(
    { host: "127.0.0.1", port, path, method: "POST", headers, agent: false, rejectUnauthorized: false },
    (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)),
  )
    .on("error", reject)
    .end(body);
  return promise;
}

const credentials = credentialsIn(folder);
const files = { small: join(folder, "small.json"), fresh: join(folder, "fresh.json") };
writeFileSync(files.small, review(1, 40, 300));
writeFileSync(files.fresh, review(1, 40, 300, { revision: "700000" }));
const servers: ServerProcess[] = [];
try {
  const floor = await startBare(folder, "webhook-floor.ts", credentials);
  servers.push(floor);
  const ours = await startWebhook(folder, credentials);
  servers.push(ours);
  console.log(
    `${webhookProgram}, Node ${process.version}, a review of ${readFileSync(files.small).length} bytes, 50 connections, ${rounds} interleaved rounds of ${seconds} s`,
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
  for (const [name, body] of Object.entries(large)) {
    const began = performance.now();
    const paths = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? "/mutate" : "/validate"));
    const statuses = await Promise.all(paths.map((path) => post(ours, path, body)));
    const answered = statuses.filter((status) => status === 200).length;
    console.log(
      `8 at once (${name}): ${answered} answered within ${(performance.now() - began).toFixed(0)} ms; peak memory ${memory(ours).peak.toFixed(0)} MiB (< 320)`,
    );
  }
} finally {
  for (const { child } of servers) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
