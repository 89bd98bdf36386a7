import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import type { StopReport } from "../../../proxy/backends/backend.ts";
import type { StdioBackend } from "../../../proxy/config/config.ts";
import {
  callTool,
  processesWith,
  stdioConfig,
  textOf,
  toolCall,
  until,
  watched,
  type WatchOptions,
} from "../backend-fixture.ts";

const markers: string[] = [];
afterAll(() => {
  for (const marker of markers) for (const pid of processesWith(marker)) process.kill(pid, "SIGKILL");
});

/** A backend whose processes, all of them, can be found. */
function marked(
  file: string,
  args: readonly string[] = [],
  more: Partial<StdioBackend> = {},
): { config: StdioBackend; marker: string } {
  const marker = `marker-${randomUUID()}`;
  markers.push(marker);
  return { config: stdioConfig(file, [...args, "--marker", marker], more), marker };
}

function shell(args: readonly string[]): { config: StdioBackend; marker: string } {
  const { config, marker } = marked("polite.mjs", args);
  const [server, ...rest] = config.args as [string, ...string[]];
  return {
    marker,
    config: {
      ...config,
      command: "sh",
      args: [server.replace("polite.mjs", "shell.sh"), server, ...rest],
      env: { NODE: process.execPath },
    },
  };
}

const daemonSeconds = 0.4;

describe("the end of a stdio backend", () => {
  it.each<[string, { config: StdioBackend; marker: string }, number, StopReport["by"], number]>([
    ["polite: at the end of stdin", marked("polite.mjs"), 1, "eof", 0],
    ["polite in 0.5 s: it is given the time", marked("polite.mjs", ["--stop-after", "500"]), 1, "eof", 0.5],
    ["ignores the end of stdin: SIGTERM after 40 %", marked("ignores-eof.mjs"), 1, "sigterm", 1.2],
    ["ignores SIGTERM: SIGKILL at the end", marked("ignores-sigterm.mjs"), 1, "sigkill", 2.7],
    ["with a worker that outlives it and ignores SIGTERM", marked("grandchildren.mjs"), 2, "sigkill", 2.7],
    ["with a daemon that forked twice and ignores SIGTERM", marked("daemon.mjs"), 2, "sigkill", 2.7],
    ["behind a shell without exec", shell([]), 2, "eof", 0],
  ])("%s", async (_, { config, marker }, processes, by, least) => {
    const { backend } = watched(config);
    expect(await callTool(backend, "echo", { text: "hi" })).toBe("hi");
    await until(() => processesWith(marker).length === processes);
    await new Promise((resolve) => setTimeout(resolve, daemonSeconds * 1000));
    const report = await backend.stop(3);
    expect(processesWith(marker)).toEqual([]);
    expect(report).toMatchObject({ name: "b", by, leftBehind: [], checkedForDaemons: true });
    expect(report.seconds).toBeGreaterThanOrEqual(least);
    // Of 3 s; a machine may be busy.
    expect(report.seconds).toBeLessThan(6);
    expect(backend.state()).toBe("stopped");
  });

  it("without /proc asks the group, and says that daemons were not looked for", async () => {
    const withoutProc: WatchOptions = { processes: undefined };
    const worker = marked("grandchildren.mjs");
    const daemon = marked("daemon.mjs");
    const backends = [worker, daemon].map(({ config }) => watched(config, withoutProc).backend);
    await Promise.all(backends.map((backend) => callTool(backend, "echo", {})));
    await until(() => processesWith(worker.marker).length === 2 && processesWith(daemon.marker).length === 2);
    await new Promise((resolve) => setTimeout(resolve, daemonSeconds * 1000));
    const reports = await Promise.all(backends.map((backend) => backend.stop(1)));
    // A zombie that process 1 has not reaped yet still counts as a member of its group, without /proc.
    expect(reports).toMatchObject([
      { by: expect.stringMatching(/^(?:sigkill|left-behind)$/), checkedForDaemons: false },
      { by: "eof", leftBehind: [], checkedForDaemons: false },
    ]);
    expect(processesWith(worker.marker)).toEqual([]);
    expect(processesWith(daemon.marker)).toHaveLength(1);
  });

  it("keeps to its shutdownTimeout, and to less when the proxy has less", async () => {
    const { config } = marked("ignores-sigterm.mjs", [], { shutdownTimeoutSeconds: 1 });
    const { backend } = watched(config);
    await backend.connection();
    expect((await backend.stop(60)).seconds).toBeLessThan(15);
  });

  it("asked again with less time ends sooner", async () => {
    const { config } = marked("ignores-sigterm.mjs");
    const { backend } = watched(config);
    await backend.connection();
    const began = performance.now();
    const first = backend.stop(60);
    await backend.stop(0);
    expect(await first).toMatchObject({ by: "sigkill", leftBehind: [] });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it("while it still connects leaves nothing", async () => {
    const { config, marker } = marked("ignores-sigterm.mjs", ["--start-delay", "60000"]);
    const { backend } = watched(config);
    backend.start();
    await until(() => processesWith(marker).length === 1);
    const call = backend.connection();
    const report = await backend.stop(1);
    await expect(call).rejects.toThrow("backend b: ");
    expect(report.leftBehind).toEqual([]);
    expect(processesWith(marker)).toEqual([]);
  });

  it("answers calls in flight with an error at once, and later ones too", async () => {
    const { backend } = watched(marked("ignores-eof.mjs").config);
    const connection = await backend.connection();
    const call = connection.request(toolCall(connection, "sleep", { ms: 60_000 }));
    let isStopped = false;
    const stopped = backend.stop(2).then(() => (isStopped = true));
    expect(textOf(await call.outcome)).toBe("error: backend b: it is being stopped");
    expect(isStopped).toBe(false);
    expect(textOf(await connection.request(toolCall(connection, "echo")).outcome)).toBe(
      "error: backend b: it is being stopped",
    );
    expect(() => backend.connection()).toThrow("backend b: it was stopped");
    await stopped;
  });

  it("that is already dead is said", async () => {
    const { backend } = watched(stdioConfig("polite.mjs"));
    await backend.connection();
    backend.freeze();
    process.kill(backend.health().pid!, "SIGKILL");
    await until(() => backend.state() === "idle");
    expect(await backend.stop(3)).toMatchObject({ by: "already-gone", leftBehind: [] });
  });

  it("of many at once takes no longer than of one", async () => {
    const { config, marker } = marked("ignores-eof.mjs");
    const all = Array.from({ length: 8 }, () => watched(config).backend);
    await Promise.all(all.map(async (backend) => await backend.connection()));
    const began = performance.now();
    const reports = await Promise.all(all.map((backend) => backend.stop(4)));
    // One after the other would take 8 times 1.6 s.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(reports.map(({ by }) => by)).toEqual(Array(8).fill("sigterm"));
    expect(processesWith(marker)).toEqual([]);
  });
});
