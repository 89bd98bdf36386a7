import { afterEach, describe, expect, it } from "vitest";
import { SessionBackends } from "../../proxy/backends/session-backends.ts";
import type { StdioBackend } from "../../proxy/config/config.ts";
import { callTool, factory, processesWith, stdioConfig, until } from "./backend-fixture.ts";

const open: SessionBackends[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((all) => all.stop(1)));
});

function sessions(more: Partial<StdioBackend> = {}, limit?: number): { all: SessionBackends; marker: string } {
  const marker = `session-${Math.random()}`;
  const all = new SessionBackends(stdioConfig("polite.mjs", ["--marker", marker], { perSession: true, ...more }), {
    create: factory([]),
    events: { onReady() {}, onDown() {}, onNotification() {}, onRequest: () => Promise.reject(new Error("nobody")) },
    ...(limit !== undefined && { limit }),
  });
  open.push(all);
  return { all, marker };
}

describe("a backend for each session", () => {
  it("is made on first use and kept", async () => {
    const { all, marker } = sessions();
    const one = all.of("one");
    expect(processesWith(marker)).toEqual([]);
    const pid = await callTool(one, "pid");
    expect(await callTool(all.of("one"), "pid")).toBe(pid);
    expect(await callTool(all.of("two"), "pid")).not.toBe(pid);
    expect(all.all().map(({ name }) => name)).toEqual(["b", "b"]);
  });

  it("ends with its session", async () => {
    const { all, marker } = sessions();
    await callTool(all.of("one"), "pid");
    all.end("one");
    await until(() => processesWith(marker).length === 0);
    expect(all.all()).toEqual([]);
  });

  it("ends when idle, and the next call starts it", async () => {
    const { all } = sessions({ idleTimeoutSeconds: 0.3 });
    const pid = await callTool(all.of("one"), "pid");
    await until(() => all.of("one").state() === "idle");
    expect(await callTool(all.of("one"), "pid")).not.toBe(pid);
  });

  it("is refused beyond the limit; an idle one gives its place away", async () => {
    const { all } = sessions({ idleTimeoutSeconds: 1 }, 2);
    await Promise.all(["one", "two"].map((session) => callTool(all.of(session), "pid")));
    expect(() => all.of("three")).toThrow(
      "backend b: 2 sessions use it already, each with one of its own (perSession); try again when one has ended",
    );
    await until(() => all.all().every((backend) => backend.state() === "idle"));
    expect(await callTool(all.of("three"), "echo", { text: "hi" })).toBe("hi");
  });

  it("starts for no new session once the proxy leaves, and all end at once", async () => {
    const { all, marker } = sessions();
    await Promise.all(["one", "two"].map((session) => callTool(all.of(session), "pid")));
    all.freeze();
    expect(() => all.of("three")).toThrow("the proxy is leaving");
    expect((await all.stop(2)).map(({ by }) => by)).toEqual(["eof", "eof"]);
    expect(processesWith(marker)).toEqual([]);
  });
});
