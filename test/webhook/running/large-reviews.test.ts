import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { largeReviews, type LargeReviewsOptions } from "../../../webhook/serving/large-reviews.ts";
import { call } from "../client.ts";
import { startServer, type InProcess } from "../in-process.ts";
import { plainPod, reviewOf, sharingPod } from "../reviews.ts";
import { program } from "../running-server.ts";

const judging = (): Worker => new Worker(program);
const scripted = (script: string) => (): Worker => new Worker(script, { eval: true });

const devouring = (): Worker =>
  new Worker(
    `require("node:worker_threads").parentPort.on("message", () => {
      for (const all = []; ; ) all.push(Array(1_000_000).fill(0.5));
    })`,
    { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } },
  );

let server: InProcess;
afterEach(() => server.close());

async function serve(options: LargeReviewsOptions, config?: string): Promise<void> {
  const bytes = config === undefined ? undefined : Buffer.from(config);
  server = await startServer({
    // A busy machine may take long to start a thread.
    large: { ...largeReviews({ mostSeconds: 50, ...options }), configSource: () => ({ bytes, inlineWaivers: true }) },
  });
}

const padding = { "example.com/notes": "n".repeat(200_000) };
const large = <P extends { readonly metadata: object }>(pod: P) => ({
  ...pod,
  metadata: { ...pod.metadata, annotations: padding },
});

describe("a large review", { timeout: 60_000 }, () => {
  it.each([
    ["/mutate", plainPod],
    ["/validate", plainPod],
    ["/validate", sharingPod],
  ])("to %s is answered by a thread as it would be without", async (path, pod) => {
    await serve({ startThread: judging });
    const body = reviewOf(large(pod));
    const apart = await call(server, path, { body });
    await server.close();
    server = await startServer();
    const here = await call(server, path, { body });
    expect(apart.status).toBe(200);
    expect(apart.json).toEqual(here.json);
  });

  it("is judged under the configuration of the server", async () => {
    await serve({ startThread: judging }, "enforcement: { rules: { no-unsafe-shared-pid-namespace: warn } }");
    const { json } = await call(server, "/validate", { body: reviewOf(large(sharingPod)) });
    expect(json).toMatchObject({ response: { allowed: true } });
    expect(server.log.at(-1)).toMatchObject({ outcome: "allowed", rules: ["no-unsafe-shared-pid-namespace"] });
  });

  it.each([
    ["not JSON", `{"a": "${"x".repeat(300_000)}`, "not-json"],
    ["no review", JSON.stringify({ a: "x".repeat(300_000) }), "not-a-review"],
    ["nested too deep", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, "too-deep"],
  ])("that is %s is refused with its reason", async (_name, body, code) => {
    await serve({ startThread: judging });
    expect(await call(server, "/mutate", { body })).toMatchObject({ status: 400, json: { code } });
    expect(await server.metrics.registry.metrics()).toMatch(/malformed_total\{reason="[a-z-]+"\} 1/);
  });

  it.each([
    ["dies", { startThread: scripted("process.exit(1)") }],
    ["throws", { startThread: scripted("throw new Error('boom')") }],
    ["does not come to an end", { startThread: scripted("for (;;) ;"), mostSeconds: 0.2 }],
  ])("whose thread %s is answered as one that no rule could judge", async (_name, options) => {
    await serve(options);
    const mutated = await call(server, "/mutate", { body: reviewOf(large(plainPod)) });
    expect(mutated.json).toMatchObject({ response: { allowed: true, warnings: [expect.stringMatching(/admits it/)] } });
    expect(mutated.json).not.toHaveProperty("response.patch");
    const validated = await call(server, "/validate", { body: reviewOf(large(sharingPod)) });
    expect(validated.json).toMatchObject({ response: { allowed: false, status: { code: 403 } } });
    const deployment = { ...large(plainPod), apiVersion: "apps/v1", kind: "Deployment" };
    const workload = reviewOf(deployment, { resource: { group: "apps", version: "v1", resource: "deployments" } });
    expect((await call(server, "/validate", { body: workload })).json).toMatchObject({ response: { allowed: true } });
    const metrics = await server.metrics.registry.metrics();
    expect(metrics).toContain('gracewarden_webhook_unpatched_total{reason="internal-error"} 1');
    expect(server.log.filter(({ level }) => level === "error")).toHaveLength(3);
  });

  it("cannot take more memory than its thread may", async () => {
    await serve({ startThread: devouring });
    const { json } = await call(server, "/mutate", { body: reviewOf(large(plainPod)) });
    expect(json).toMatchObject({ response: { allowed: true, warnings: [expect.stringMatching(/admits it/)] } });
    expect(server.log.at(-1)).toMatchObject({ level: "error", err: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
  });

  it("does not take the others with it when its thread dies", async () => {
    let started = 0;
    await serve({ startThread: () => (++started === 1 ? scripted("process.exit(1)")() : judging()) });
    const body = reviewOf(large(plainPod));
    const answers = await Promise.all(Array.from({ length: 4 }, () => call(server, "/mutate", { body })));
    const patched = answers.filter(({ json }) => "patch" in (json as { readonly response: object }).response);
    expect(patched).toHaveLength(3);
    expect(started).toBe(2);
  });

  it("gives its thread's memory back when no other comes", async () => {
    const threads: Worker[] = [];
    const ended: Promise<unknown>[] = [];
    const startThread = (): Worker => {
      const thread = judging();
      threads.push(thread);
      ended.push(new Promise((done) => thread.once("exit", done)));
      return thread;
    };
    await serve({ startThread, idleSeconds: 0.1 });
    for (let turn = 1; turn <= 2; turn++) {
      expect((await call(server, "/mutate", { body: reviewOf(large(plainPod)) })).status).toBe(200);
      await ended[turn - 1];
      expect(threads).toHaveLength(turn);
    }
  });
});
