import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { makeCertificate } from "../certificates.ts";
import { call } from "../client.ts";
import { plainPod, reviewOf } from "../reviews.ts";
import { runServer, writePair, type RunningOptions, type RunningServer } from "../running-server.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.dispose();
  server = undefined;
});
const start = async (options?: RunningOptions): Promise<RunningServer> => (server = await runServer(options));

const metrics = async ({ metricsPort }: RunningServer): Promise<string> =>
  (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();

/** Whether the plain pod without its label is refused: by a rule that only the configuration can make it break. */
const strictConfig = `customRules:
  - id: team-label-is-set
    message: there is no team label
    assert: { properties: { labels: { required: [team] } } }
enforcement:
  rules: { team-label-is-set: deny }
`;
const allows = async (target: RunningServer): Promise<unknown> =>
  ((await call(target, "/validate", { body: reviewOf(plainPod) })).json as { response: { allowed: boolean } }).response
    .allowed;

describe("a configuration that changes", () => {
  it("is taken, and kept when the next one is broken", async () => {
    const target = await start({ config: "rules: {}\n" });
    const file = join(target.folder, "gracewarden.yaml");
    expect(await allows(target)).toBe(true);

    writeFileSync(file, strictConfig);
    await target.logged(({ msg }) => msg === "configuration reloaded");
    expect(await allows(target)).toBe(false);
    expect(await metrics(target)).toContain("gracewarden_webhook_config_generation 2");

    writeFileSync(file, "rules:\n  grace-not-zero: [error\n");
    const { problem } = await target.logged(({ msg }) => String(msg).startsWith("configuration not reloaded"));
    expect(problem).toContain("gracewarden.yaml:");
    expect(await allows(target)).toBe(false);
    const { status, json } = await call(target, "/readyz");
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ready: true,
      checks: { config: expect.stringContaining("generation 2 holds on") as unknown },
    });
    expect(await metrics(target)).toContain("gracewarden_webhook_config_last_reload_failed 1");

    writeFileSync(file, "rules: {}\n");
    await target.logged(({ generation }) => generation === 3);
    expect(await allows(target)).toBe(true);
    expect((await call(target, "/readyz")).json).toMatchObject({ checks: { config: "ok" } });
  });

  it("does not make inline waivers count where --no-inline-waivers forbids them", async () => {
    const config = "enforcement: { inlineWaivers: true, rules: { no-host-pid: deny } }\n";
    const target = await start({ config, args: ["--no-inline-waivers"] });
    const waived = {
      ...plainPod,
      metadata: {
        ...plainPod.metadata,
        annotations: { "waive.gracewarden.io/no-host-pid": "known; owner=me; expires=2999-01-31" },
      },
      spec: { ...plainPod.spec, hostPID: true },
    };
    const answer = async (): Promise<unknown> => (await call(target, "/validate", { body: reviewOf(waived) })).json;
    expect(await answer()).toMatchObject({ response: { allowed: false } });
    writeFileSync(join(target.folder, "gracewarden.yaml"), `${config}budget: { delaySeconds: 7 }\n`);
    await target.logged(({ msg }) => msg === "configuration reloaded");
    expect(await answer()).toMatchObject({ response: { allowed: false } });
  });

  it("is taken from a ConfigMap's mount, which swaps a symbolic link", async () => {
    const target = await start({ config: "rules: {}\n" });
    const { folder } = target;
    const publish = (name: string, config: string): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "gracewarden.yaml"), config);
      symlinkSync(name, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    };
    publish("..2026_1", "rules: {}\n");
    symlinkSync("..data/gracewarden.yaml", join(folder, "link"));
    renameSync(join(folder, "link"), join(folder, "gracewarden.yaml"));
    publish("..2026_2", strictConfig);
    await target.logged(({ msg }) => msg === "configuration reloaded");
    expect(await allows(target)).toBe(false);
  });
});

describe("a certificate that changes", () => {
  it("is served to new connections while the old ones stay", async () => {
    const target = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let sockets = 0;
    agent.on("free", () => {});
    const kept = async (): Promise<number> => {
      const { status } = await call(target, "/mutate", { body: reviewOf(plainPod), agent });
      return status;
    };
    expect(await kept()).toBe(200);
    const [socket] = Object.values(agent.freeSockets).flat();
    socket?.once("close", () => (sockets += 1));

    const next = makeCertificate();
    writePair(target.folder, next);
    await target.logged(({ msg }) => msg === "certificate reloaded");
    expect(await kept()).toBe(200);
    expect(sockets).toBe(0);
    await expect(call(target, "/livez")).rejects.toThrow(/certificate/);
    expect((await call({ port: target.port, caPem: next.caPem }, "/readyz")).status).toBe(200);
    agent.destroy();
  });

  it("is not taken while it is half-written or without its key", async () => {
    const target = await start();
    const next = makeCertificate();
    writeFileSync(join(target.folder, "tls.crt"), next.certPem.slice(0, 200));
    await target.logged(({ problem }) => String(problem).includes("no complete PEM certificate"));
    writeFileSync(join(target.folder, "tls.crt"), next.certPem);
    await target.logged(({ problem }) => String(problem).includes("does not belong"));
    const { status, json } = await call(target, "/readyz");
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ready: true,
      checks: { certificate: expect.stringContaining("not reloaded") as unknown },
    });
    expect(await metrics(target)).toContain("gracewarden_webhook_certificate_last_reload_failed 1");
    writeFileSync(join(target.folder, "tls.key"), next.keyPem);
    await target.logged(({ msg }) => msg === "certificate reloaded");
    expect((await call({ port: target.port, caPem: next.caPem }, "/readyz")).json).toMatchObject({
      checks: { certificate: "ok" },
    });
  });
});
