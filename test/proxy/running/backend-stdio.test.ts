import { afterEach, describe, expect, it } from "vitest";
import type { Call } from "../../../proxy/message.ts";
import {
  callTool,
  scriptConfig,
  stdioConfig,
  textOf,
  toolCall,
  until,
  watched,
  type Watched,
  type WatchOptions,
} from "../backend-fixture.ts";

const open: Watched[] = [];
function start(args: readonly string[] = [], options: WatchOptions = {}, file = "polite.mjs"): Watched {
  const result = watched(stdioConfig(file, args), options);
  open.push(result);
  return result;
}
function script(source: string, options: WatchOptions = {}): Watched {
  const result = watched(scriptConfig(source), options);
  open.push(result);
  return result;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ backend }) => backend.stop(1)));
});

/** A legacy server whose tools/call is the given code, with `id`, `params` and `send(text)` at hand. */
const legacyServer = (code: string, initialize = ""): string => `
  const send = (text) => process.stdout.write(text + "\\n");
  require("node:readline").createInterface(process.stdin).on("line", (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === "initialize") { ${initialize}; send(JSON.stringify({ jsonrpc: "2.0", id, result: { protocolVersion: "2025-03-26", capabilities: {}, serverInfo: {} } })); }
    else if (method === "server/discover") send(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "?" } }));
    else if (id !== undefined) { ${code} }
  });`;

describe("a stdio backend", () => {
  it.each([
    [["--era", "legacy"], "legacy", "2025-11-25"],
    [["--era", "modern"], "modern", "2026-07-28"],
    [["--era", "both"], "modern", "2026-07-28"],
    [["--era", "modern", "--start-delay", "1500"], "modern", "2026-07-28"],
    [["--era", "legacy", "--start-delay", "1500"], "legacy", "2025-11-25"],
  ])("with %j is of the %s era", async (args, era, protocolVersion) => {
    const { backend } = start(args);
    expect(await callTool(backend, "echo", { text: "hi" })).toBe("hi");
    expect(backend.health()).toMatchObject({ state: "ready", era, protocolVersion, restarts: 0, inFlight: 0 });
    expect(backend.health().pid).toBeGreaterThan(0);
  });

  it("of the legacy era that ignores server/discover costs a second, once", async () => {
    const silent = `
      require("node:readline").createInterface(process.stdin).on("line", (line) => {
        const { id, method } = JSON.parse(line);
        if (method === "initialize") console.log(JSON.stringify({ jsonrpc: "2.0", id, result: { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: {} } }));
        else if (method === "tools/call") process.exit(1);
      });`;
    const { backend, ready } = script(silent);
    const began = performance.now();
    await backend.connection();
    const first = performance.now() - began;
    expect(first).toBeGreaterThan(900);
    expect(backend.health()).toMatchObject({ era: "legacy", protocolVersion: "2024-11-05" });
    await callTool(backend, "any");
    const restarted = performance.now();
    await until(() => ready.length === 2);
    expect(performance.now() - restarted).toBeLessThan(first);
  });

  it("that starts slowly and answers both eras in one breath is of the modern one", async () => {
    const { backend } = script(`
      let discovered;
      require("node:readline").createInterface(process.stdin).on("line", (line) => {
        const { id, method } = JSON.parse(line);
        const answer = (result) => JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n";
        if (method === "server/discover") discovered = answer({ supportedVersions: ["2026-07-28"], capabilities: {} });
        else if (method === "initialize") process.stdout.write(discovered + answer({ protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} }));
      });`);
    await backend.connection();
    expect(backend.health()).toMatchObject({ era: "modern", protocolVersion: "2026-07-28" });
  });

  it("of the legacy era that ends itself when asked for the modern one is asked the old way", async () => {
    const { backend } = script(
      legacyServer(`send(JSON.stringify({ jsonrpc: "2.0", id, result: {} }))`).replace(
        "else if (method ===",
        `if (method === "server/discover") process.exit(1); else if (method ===`,
      ),
    );
    await backend.connection();
    expect(backend.health()).toMatchObject({ state: "ready", era: "legacy" });
  });

  it("passes texts untouched: large integers, unknown members, order", async () => {
    const result = `{"z":12345678901234567890, "content" :[],"x":{"b":1.0,"a":"\\u00e9"}}`;
    const { backend } = script(
      legacyServer(`send('{"extra":[{"id":9}],"result":${result},"id":' + id + ',"jsonrpc":"2.0"}')`),
    );
    const connection = await backend.connection();
    expect(await connection.request({ method: "tools/call", params: "{}" }).outcome).toEqual({
      kind: "result",
      text: result.replace("\\u00e9", "é"),
    });
  });

  it("gets a call on one line, whatever lines the client wrote", async () => {
    const { backend } = script(
      legacyServer(`send(JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ text: params.text }] } }))`),
    );
    const connection = await backend.connection();
    const params = `{\r\n  "text": "a\\nb\u2028c"\n}`;
    expect(textOf(await connection.request({ method: "tools/call", params }).outcome)).toBe("a\nb\u2028c");
  });

  it.each([["legacy"], ["modern"]])("of the %s era tells progress to the call that it belongs to", async (era) => {
    const { backend, notifications } = start(["--era", era]);
    const connection = await backend.connection();
    const told: Call[][] = [[], []];
    const calls = told.map((list, index) =>
      connection.request(
        toolCall(
          connection,
          "progress",
          { steps: 2, ms: 10 },
          { progressToken: 70 + index, onNotification: (call) => list.push(call) },
        ),
      ),
    );
    await Promise.all(calls.map(({ outcome }) => outcome));
    expect(
      told.map((list) => list.map(({ params }) => (JSON.parse(params!) as { progressToken: number }).progressToken)),
    ).toEqual([
      [70, 70],
      [71, 71],
    ]);
    expect(notifications).toEqual([]);
  });

  it("tells list changes to its owner", async () => {
    const { backend, notifications } = start(["--era", "legacy"]);
    await callTool(backend, "changed");
    expect(notifications).toEqual([{ method: "notifications/tools/list_changed", params: undefined }]);
  });

  it("may ask, and gets the answer", async () => {
    const { backend, requests } = start(["--era", "legacy"]);
    expect(await callTool(backend, "ask")).toBe(`{"from":"client"}`);
    expect(requests.map(({ method }) => method)).toEqual(["elicitation/create"]);
  });

  it("gets an error when nobody can answer it", async () => {
    const { backend } = start(["--era", "legacy"], { answer: () => Promise.reject(new Error("no client")) });
    expect(await callTool(backend, "ask")).toContain("no client");
  });

  it("that pings is answered by the proxy itself", async () => {
    const { backend, requests } = script(
      legacyServer(`send('{"jsonrpc":"2.0","id":"p","method":"ping"}'); globalThis.asked = id`).replace(
        "const { id, method, params } = JSON.parse(line);",
        `const { id, method, params } = JSON.parse(line); if (id === "p") send('{"jsonrpc":"2.0","id":' + asked + ',"result":' + JSON.stringify({ content: [{ text: line }] }) + "}");`,
      ),
    );
    expect(await callTool(backend, "any")).toBe(`{"jsonrpc":"2.0","id":"p","result":{}}`);
    expect(requests).toEqual([]);
  });

  it("of the modern era tells what a listen request is for to that request, until it is cancelled", async () => {
    const { backend, notifications } = start(["--era", "modern"]);
    const connection = await backend.connection();
    const told: Call[] = [];
    const listen = connection.request({
      ...toolCall(connection, ""),
      method: "subscriptions/listen",
      onNotification: (call) => told.push(call),
    });
    await until(() => told.length === 1);
    expect(told[0]!.method).toBe("notifications/subscriptions/acknowledged");
    expect(connection.inFlight()).toBe(0);
    listen.cancel("enough");
    expect(await listen.outcome).toMatchObject({ kind: "error" });
    expect(notifications).toEqual([]);
  });

  it("of the modern era may end a subscription by cancelling it", async () => {
    const { backend, notifications } = script(`
      const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }));
      require("node:readline").createInterface(process.stdin).on("line", (line) => {
        const { id, method } = JSON.parse(line);
        if (method === "server/discover") send({ id, result: { supportedVersions: ["2026-07-28"], capabilities: {} } });
        else send({ method: "notifications/cancelled", params: { requestId: id } });
      });`);
    const connection = await backend.connection();
    const listen = connection.request({ method: "subscriptions/listen", params: "{}" });
    expect(textOf(await listen.outcome)).toBe("error: backend b: it ended the subscription");
    expect(notifications).toEqual([]);
  });

  it("is told of a cancelled call, and its late answer is dropped", async () => {
    const { backend } = start();
    const connection = await backend.connection();
    const call = connection.request(toolCall(connection, "sleep", { ms: 60_000 }));
    expect(connection.inFlight()).toBe(1);
    call.cancel("the client went away");
    expect(textOf(await call.outcome)).toBe("error: backend b: the call was cancelled: the client went away");
    expect(connection.inFlight()).toBe(0);
    expect(await callTool(backend, "echo", { text: "still here" })).toBe("still here");
  });

  it("that floods its stdout still answers", async () => {
    const { backend, notifications } = start([], {}, "floods.mjs");
    for (let call = 0; call < 5; call += 1) expect(await callTool(backend, "echo", { text: "hi" })).toBe("hi");
    await until(() => notifications.length > 100);
    expect((await backend.stop(5)).by).toBe("eof");
  });

  it("that floods its stderr fills no log", async () => {
    const { backend, log } = script(
      legacyServer(
        `for (let i = 0; i < 5000; i += 1) console.error("e".repeat(100)); send(JSON.stringify({ jsonrpc: "2.0", id, result: {} }))`,
      ),
    );
    await callTool(backend, "any");
    await until(() => log.filter(({ message }) => message === "stderr of a backend").length > 50);
    await backend.stop(1);
    expect(log.length).toBeLessThan(250);
    expect(log.some(({ data }) => Number(data["omitted"]) > 1000)).toBe(true);
  });
});

describe("a stdio backend that misbehaves", () => {
  it.each<[string, string, RegExp | string, RegExp]>([
    ["writes garbage", "garbage", "after garbage", /no message/],
    ["answers twice", "twice", "first", /again/],
    ["answers an unknown id", "unknown-id", "known", /nobody made/],
    ["exits in a call", "crash", /error: backend b: its process exited with code 1/, /not available/],
    ["writes half a line and exits", "half", /error: backend b: its process exited with code 1/, /no message/],
  ])("%s: the call and the next one get what they can", async (_, tool, expected, logged) => {
    const { backend, log } = start();
    expect(await callTool(backend, tool)).toMatch(expected);
    expect(await callTool(backend, "echo", { text: "next" })).toBe("next");
    expect(log.map(({ message }) => message).join("\n")).toMatch(logged);
  });

  it("fails all calls in flight at once when it exits", async () => {
    const { backend } = start();
    const connection = await backend.connection();
    const others = [1, 2, 3].map(() => connection.request(toolCall(connection, "sleep", { ms: 60_000 })).outcome);
    const began = performance.now();
    await callTool(backend, "crash");
    expect((await Promise.all(others)).map(textOf)).toEqual(
      Array(3).fill("error: backend b: its process exited with code 1"),
    );
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it.each([
    ["id last", `'{"result":{"x":"' + x + '"},"jsonrpc":"2.0","id":' + id + '}'`],
    ["id first", `'{"jsonrpc":"2.0","id":' + id + ',"result":{"x":"' + x + '"}}'`],
  ])("answers with a line of 100 MB, %s: that call fails, memory and the others stay", async (_, line) => {
    const { backend } = script(
      legacyServer(`const x = params.name === "long" ? "x".repeat(100e6) : "x"; send(${line})`),
    );
    const connection = await backend.connection();
    const before = process.memoryUsage().rss;
    const long = connection.request(toolCall(connection, "long"));
    const other = connection.request(toolCall(connection, "short"));
    expect(textOf(await long.outcome)).toMatch(
      /^error: backend b: its answer has 1000000\d\d bytes, more than the 4194304 of maxMessageBytes/,
    );
    expect(await other.outcome).toEqual({ kind: "result", text: `{"x":"x"}` });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it("does not read: its calls fail with a sentence, and memory stays bounded", async () => {
    const { backend } = script(legacyServer("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"), {
      maxMessageBytes: 100_000,
    });
    const connection = await backend.connection();
    const large = { text: "x".repeat(90_000) };
    const outcomes = Array.from({ length: 50 }, () => connection.request(toolCall(connection, "echo", large)).outcome);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const more = connection.request(toolCall(connection, "echo", large));
    expect(textOf(await more.outcome)).toMatch(
      /^error: backend b: it does not read its input \(\d+ bytes wait\), so the call was not sent$/,
    );
    void backend.stop(1);
    expect((await Promise.all(outcomes)).filter(({ kind }) => kind === "error")).toHaveLength(50);
  });

  it("splits a batch, which 2025-03-26 allowed", async () => {
    const { backend, notifications } = script(
      legacyServer(
        `send('[{"jsonrpc":"2.0","method":"notifications/x"}, {"jsonrpc":"2.0","id":' + id + ',"result":{"n":12345678901234567890}}]')`,
      ),
    );
    const connection = await backend.connection();
    expect(await connection.request({ method: "tools/call", params: "{}" }).outcome).toEqual({
      kind: "result",
      text: `{"n":12345678901234567890}`,
    });
    expect(notifications).toEqual([{ method: "notifications/x", params: undefined }]);
  });

  it.each([
    ["a member twice", `{"jsonrpc":"2.0","id":' + id + ',"id":1,"result":{}}`],
    ["null for an id", `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse"}}`],
    ["a text for an id", `{"jsonrpc":"2.0","id":"' + id + '","result":{}}`],
  ])("answers with %s: it is logged and dropped", async (_, line) => {
    const { backend, log } = script(
      legacyServer(`send('${line}'); send('{"jsonrpc":"2.0","id":' + id + ',"result":{"good":1}}')`),
    );
    const connection = await backend.connection();
    expect(await connection.request({ method: "tools/call", params: "{}" }).outcome).toEqual({
      kind: "result",
      text: `{"good":1}`,
    });
    expect(log.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it.each([
    [
      "closes its stdout",
      "process.stdout.destroy(); require('node:fs').closeSync(1); setInterval(() => {}, 1000)",
      /stdout|exited/,
    ],
  ])("%s: its calls fail and it is started again", async (_, code, problem) => {
    const { backend, down, ready } = script(legacyServer(code));
    expect(await callTool(backend, "any")).toMatch(/^error: backend b: it/);
    expect(down[0]).toMatch(problem);
    await until(() => ready.length === 2);
  });
});
