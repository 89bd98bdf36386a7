import { writeFileSync } from "node:fs";
import { connect } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { makeCertificate } from "../certificates.ts";
import { call } from "../client.ts";
import { startLoad } from "../load.ts";
import { runServer, writePair, type RunningServer } from "../running-server.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.dispose();
  server = undefined;
});
const start = async (propagation: number, quiet: number, drain: number): Promise<RunningServer> =>
  (server = await runServer({
    args: `--propagation-seconds ${propagation} --quiet-seconds ${quiet} --drain-seconds ${drain}`.split(" "),
  }));

const phase = (wanted: string) => (line: Record<string, unknown>) => line["phase"] === wanted;

describe("SIGTERM", () => {
  it("loses no review that comes until the end of accepting", async () => {
    const target = await start(1, 0.5, 10);
    const load = startLoad(target, { kept: 8, fresh: 2, pauseMilliseconds: 2 });
    await sleep(400);
    const before = load.answered();
    expect(load.closings()).toBe(0);

    target.signal("SIGTERM");
    await target.logged(phase("announcing"));
    expect((await call(target, "/readyz")).status).toBe(200);
    await target.logged(phase("leaving"));
    expect((await call(target, "/readyz")).status).toBe(503);
    await sleep(600);
    // Not quiet yet, since reviews still come: they are answered.
    expect(target.log.some(phase("closing"))).toBe(false);
    await load.stop();
    expect(load.failures()).toEqual([]);
    expect(before).toBeGreaterThan(10);
    expect(load.answered()).toBeGreaterThan(before * 2);
    expect(load.closings()).toBeGreaterThan(10);

    expect(await target.exited).toBe(0);
    expect(target.log.at(-1)).toMatchObject({ msg: "stopped", cut: 0 });
  });

  it("stops accepting at the deadline though reviews never cease, and answers what it took", async () => {
    const target = await start(0.2, 0.5, 0.8);
    const load = startLoad(target, { kept: 4, fresh: 2, pauseMilliseconds: 2 });
    await sleep(200);
    target.signal("SIGTERM");
    expect(await target.exited).toBe(0);
    await load.stop();
    for (const { why } of load.failures()) expect(why).toMatch(/ECONNREFUSED|ECONNRESET|socket hang up|disconnected/);
    expect(target.log.at(-1)).toMatchObject({ cut: 0 });
  });

  it("ends with 1 where a review had to be cut", async () => {
    const target = await start(0, 0.1, 0.3);
    const socket = connect({ host: "127.0.0.1", port: target.port, ca: target.caPem });
    socket.on("error", () => {});
    socket.write(
      "POST /mutate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
    );
    await sleep(300);
    target.signal("SIGTERM");
    expect(await target.exited).toBe(1);
    expect(target.log).toContainEqual(expect.objectContaining({ msg: "stopped", cut: 1 }));
    socket.destroy();
  });

  it("does not wait where a second signal comes", async () => {
    const target = await start(30, 1, 60);
    const kept = connect({ host: "127.0.0.1", port: target.port, ca: target.caPem });
    kept.on("error", () => {});
    await sleep(100);
    target.signal("SIGTERM");
    await target.logged(phase("announcing"));
    const began = performance.now();
    target.signal("SIGINT");
    expect(await target.exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(15_000);
    kept.destroy();
  });
});

describe("under load", () => {
  it("loses nothing while configuration and certificate change", async () => {
    const target = (server = await runServer({ config: "rules: {}\n" }));
    const load = startLoad(target, { kept: 6, fresh: 0, pauseMilliseconds: 1 });
    await sleep(200);
    writePair(target.folder, makeCertificate());
    await target.logged(({ msg }) => msg === "certificate reloaded");
    writeFileSync(`${target.folder}/gracewarden.yaml`, "rules: { prestop-delay: off }\n");
    await target.logged(({ msg }) => msg === "configuration reloaded");
    await sleep(200);
    await load.stop();
    expect(load.failures()).toEqual([]);
    expect(load.answered()).toBeGreaterThan(20);
  });
});
