import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { createStdioFront, type StdioFront } from "../../proxy/front/stdio-front.ts";
import type { CallRecord } from "../../proxy/telemetry/call-record.ts";
import { call, initialize, modern, modernMeta } from "./front/post.ts";
import { tableRelay, text, type TableRelay } from "./front/table-relay.ts";

interface Piped {
  readonly front: StdioFront;
  readonly relay: TableRelay;
  readonly input: PassThrough;
  readonly output: PassThrough;
  readonly ends: CallRecord[];
  readonly send: (...messages: unknown[]) => void;
  /** What has been answered so far. */
  readonly received: () => Record<string, unknown>[];
}

function pipe(relay = tableRelay(), read = true): Piped {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ends: CallRecord[] = [];
  let written = "";
  if (read) output.on("data", (chunk: Buffer) => (written += chunk.toString()));
  const front = createStdioFront({
    relay,
    input,
    output,
    maxMessageBytes: 100_000,
    onCallEnd: (end) => ends.push(end),
    log: pino({ level: "silent" }),
  });
  return {
    front,
    relay,
    input,
    output,
    ends,
    send: (...messages) =>
      messages.forEach((message) =>
        input.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`),
      ),
    received: () =>
      written
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };

describe("a legacy client on stdio", () => {
  it("begins, calls, and hears of progress and changes", async () => {
    const { send, received, relay } = pipe();
    send(initialize(), initialized, call("echo", { a: 1 }), {
      jsonrpc: "2.0",
      id: "p",
      method: "tools/call",
      params: { name: "progress", _meta: { progressToken: "t" } },
    });
    await vi.waitFor(() => expect(received().at(-1)).toMatchObject({ id: "p" }));
    relay.emit({ method: "notifications/tools/list_changed", params: undefined });
    await vi.waitFor(() =>
      expect(received().map(({ id, method }) => id ?? method)).toEqual([
        0,
        1,
        "notifications/progress",
        "notifications/progress",
        "notifications/progress",
        "p",
        "notifications/tools/list_changed",
      ]),
    );
  });

  it("is asked and answers", async () => {
    const { send, received } = pipe();
    send(initialize("2025-11-25", { roots: {} }), call("ask", { method: "roots/list", params: {} }));
    await vi.waitFor(() => expect(received()).toHaveLength(2));
    send({ jsonrpc: "2.0", id: received()[1]?.["id"], result: { roots: [] } });
    await vi.waitFor(() => expect(received()[2]).toMatchObject({ id: 1, result: {} }));
  });

  it("cancels, and gets no answer to what it cancelled", async () => {
    const { send, received, relay, front } = pipe();
    send(initialize(), call("never", {}, 5), { jsonrpc: "2.0", id: 6, method: "ping" });
    await vi.waitFor(() => expect(received()).toHaveLength(2));
    expect(front.inFlight()).toBe(1);
    send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 5, reason: "enough" } });
    await vi.waitFor(() => expect(relay.cancelled).toEqual(["enough"]));
    expect(front.inFlight()).toBe(0);
    expect(received()).toHaveLength(2);
  });

  it("has its subscriptions and level where the relay reads them", async () => {
    const { send, received, relay } = pipe();
    send(
      initialize(),
      initialized,
      { jsonrpc: "2.0", id: 1, method: "resources/subscribe", params: { uri: "file:///a" } },
      { jsonrpc: "2.0", id: 2, method: "logging/setLevel", params: { level: "error" } },
    );
    await vi.waitFor(() => expect(received()).toHaveLength(3));
    const [interest] = relay.interests;
    expect([[...(interest?.resources ?? [])], interest?.logLevel]).toEqual([["file:///a"], "error"]);
  });
});

describe("a client of 2026-07-28 on stdio", () => {
  it("discovers, calls and subscribes", async () => {
    const { send, received, relay } = pipe();
    send(
      modern("server/discover").body,
      { ...(modern("tools/call", { name: "echo" }).body as object), id: 8 },
      { ...(modern("subscriptions/listen", { notifications: { toolsListChanged: true } }).body as object), id: "s" },
    );
    await vi.waitFor(() => expect(received()).toHaveLength(3));
    expect(received()).toMatchObject([
      { id: 7, result: { supportedVersions: ["2026-07-28"] } },
      { id: 8, result: {} },
      { method: "notifications/subscriptions/acknowledged" },
    ]);
    relay.emit({ method: "notifications/tools/list_changed", params: undefined });
    await vi.waitFor(() => expect(received()).toHaveLength(4));
    send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "s" } });
    await vi.waitFor(() => expect(relay.interests.size).toBe(0));
  });

  it("is never asked", async () => {
    const { send, received } = pipe();
    send(modern("tools/call", { name: "ask", arguments: { method: "roots/list" } }).body);
    await vi.waitFor(() => expect(received()).toMatchObject([{ id: 7, error: { message: "cannot be asked" } }]));
  });
});

describe("bad input on stdio", () => {
  const meta = { ...modernMeta, "io.modelcontextprotocol/protocolVersion": "2099-01-01" };
  it.each<[string, unknown, unknown]>([
    ["malformed JSON", "{", { error: { code: -32700 } }],
    ["a batch", [], { error: { code: -32600 } }],
    ["a line that is too long", `"${"x".repeat(200_000)}"`, { error: { code: -32600 } }],
    ["a call before initialize", call("echo"), { id: 1, error: { code: -32600 } }],
    [
      "discover without _meta",
      { jsonrpc: "2.0", id: 1, method: "server/discover" },
      { id: 1, error: { code: -32602 } },
    ],
    [
      "a version to come",
      { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: meta } },
      { error: { code: -32022 } },
    ],
    ["ping of 2026-07-28", modern("ping").body, { error: { code: -32601 } }],
  ])("%s", async (_name, message, answer) => {
    const { send, received } = pipe();
    send(message, { jsonrpc: "2.0", id: "after", method: "ping" });
    await vi.waitFor(() => expect(received()).toMatchObject([answer, { id: "after", result: {} }]));
  });

  it("an id that is still in use", async () => {
    const { send, received } = pipe();
    send(initialize(), call("never", {}, 1), call("echo", {}, 1));
    await vi.waitFor(() => expect(received()[1]).toMatchObject({ id: 1, error: { code: -32600 } }));
  });
});

describe("leaving on stdio", () => {
  it("begins when the client closes its side", async () => {
    const { front, input } = pipe();
    input.end();
    expect(await front.ended).toBeUndefined();
  });

  it("refuses, cuts, ends subscriptions, and flushes", async () => {
    const { front, send, received } = pipe();
    send(initialize(), call("never", {}, 5), {
      ...(modern("subscriptions/listen", { notifications: {} }).body as object),
      id: "s",
    });
    await vi.waitFor(() => expect(received()).toHaveLength(2));
    front.announce();
    front.endStreams();
    front.refuse();
    send(call("echo", {}, 6));
    await vi.waitFor(() => expect(received()).toHaveLength(5));
    expect(front.cut()).toMatchObject([{ method: "tools/call", name: "never" }]);
    await front.close(1);
    expect(received().slice(2)).toMatchObject([
      { id: "s", result: {} },
      { method: "notifications/cancelled" },
      { id: 6, error: { code: -32010 } },
      { id: 5, error: { code: -32010 } },
    ]);
  });

  it("does not wait for a client that never reads, nor let it fill the memory", async () => {
    const relay = tableRelay({ "tools/call big": () => text("x".repeat(1_000_000)) });
    const { front, send, output, input } = pipe(relay, false);
    send(initialize(), call("big", {}, 1));
    await vi.waitFor(() => expect(output.writableLength + output.readableLength).toBeGreaterThan(1_000_000));
    expect(input.isPaused()).toBe(true);
    const from = performance.now();
    await front.close(0.2);
    expect(performance.now() - from).toBeLessThan(10_000);
  });
});

/** Answers a call with more than a pipe holds, and says that it lives once the answer is on its way. */
const unreadProgram = `
  const { createStdioFront } = await import(process.env.FRONT);
  const { openStdout } = await import(new URL("stdio/stdio-output.ts", process.env.FRONT));
  const log = { info() {}, warn() {}, error() {} };
  const result = JSON.stringify({ content: [{ type: "text", text: "x".repeat(5_000_000) }] });
  const front = createStdioFront({
    relay: {
      request: () => ({ outcome: { kind: "result", text: result }, cancel() {}, backend: "x" }),
      describe: () => ({ capabilities: "{}", serverInfo: "{}", instructions: undefined }),
      listen: () => () => {}, notify() {}, endSession() {},
    },
    input: process.stdin, output: openStdout(process.stdout), maxMessageBytes: 1000,
    onCallEnd: () => setTimeout(() => console.error("still alive"), 100), log,
  });
  await front.ended;
  await front.close(0.2);
  process.exit(0);
`;

describe("a pipe as standard output", () => {
  it("that nobody reads does not hold up the process", async () => {
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", unreadProgram], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, FRONT: new URL("../../proxy/front/stdio-front.ts", import.meta.url).href },
    });
    let heard = "";
    child.stderr.on("data", (chunk: Buffer) => (heard += chunk.toString()));
    child.stdin.write(`${JSON.stringify(initialize())}\n${JSON.stringify(call("big"))}\n`);
    await vi.waitFor(() => expect(heard).toContain("still alive"), 10_000);
    child.stdin.end();
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
  });
});
