import { describe, expect, it } from "vitest";
import { unauthorized } from "../../../proxy/access/authenticate.ts";
import { anonymous } from "../../../proxy/access/identity.ts";
import { begin, call, initialize, modern, modernMeta, post, raw, rawPost, reply } from "../front/post.ts";
import { serve } from "../front/serve.ts";
import { sleep } from "../front/table-relay.ts";

const withMeta = (meta: unknown): unknown => ({ jsonrpc: "2.0", id: 7, method: "tools/list", params: { _meta: meta } });

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };

describe("a message that is none", () => {
  it.each<[string, unknown, number, number]>([
    ["malformed JSON", '{"jsonrpc":', 400, -32700],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), 400, -32700],
    ["an empty body", "", 400, -32700],
    ["a word", '"hello"', 400, -32600],
    ["null", "null", 400, -32600],
    ["a batch", [ping, ping], 400, -32600],
    ["an empty batch", [], 400, -32600],
    ["another JSON-RPC", { ...ping, jsonrpc: "1.0" }, 400, -32600],
    ["an id of null", { ...ping, id: null }, 400, -32600],
    ["an id with a fraction", { ...ping, id: 1.5 }, 400, -32600],
    ["an id that is an object", { ...ping, id: {} }, 400, -32600],
    ["neither method nor id", { jsonrpc: "2.0" }, 400, -32600],
    ["a method that is a number", { ...ping, method: 3 }, 400, -32600],
    ["params that are a list", { ...ping, params: [] }, 400, -32602],
    ["a member twice", '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', 400, -32600],
    ["a member twice, once escaped", '{"jsonrpc":"2.0","id":1,"method":"ping","m\\u0065thod":"x"}', 400, -32600],
    ["a method that only some read", '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"x"}', 400, -32600],
    ["a name twice", '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}', 400, -32600],
    ["a name that only some read", { ...ping, method: "tools/call", params: { name: "a", NAME: "b" } }, 400, -32600],
    ["params that only some read", { ...ping, params: { name: "a" }, paramſ: { name: "b" } }, 400, -32600],
    ["a result and an error", { jsonrpc: "2.0", id: 1, result: {}, error: {} }, 400, -32600],
    ["deep nesting", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, 400, -32600],
  ])("%s", async (_name, body, status, code) => {
    const { url, relay } = await serve();
    const headers = await begin(url);
    const answer = await post(url, body, headers);
    expect([answer.status, answer.json.error?.code]).toEqual([status, code]);
    expect(answer.json.error?.message).toMatch(/^\S.*\.$|: /u);
    expect(relay.requests).toEqual([]);
  });

  it("keeps the id in the error where it can be read", async () => {
    const { url } = await serve();
    const { json } = await post(url, '{"jsonrpc":"2.0","id":9007199254740993,"method":5}');
    expect(json).toMatchObject({ error: { code: -32600 } });
    expect((await post(url, '{"jsonrpc":"2.0","id":9007199254740993,"method":5}')).text).toContain(
      '"id":9007199254740993,',
    );
  });
});

describe("HTTP that is not MCP's", () => {
  it.each<[string, RequestInit, number]>([
    ["another content type", { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" }, 415],
    ["no content type", { method: "POST", body: new Uint8Array([1]) }, 415],
    ["PUT", { method: "PUT", body: "{}" }, 405],
    ["GET without events", { method: "GET", headers: { accept: "application/json" } }, 406],
    ["GET without a session", { method: "GET", headers: { accept: "text/event-stream" } }, 400],
    ["DELETE without a session", { method: "DELETE" }, 400],
    ["GET of 2026-07-28", { method: "GET", headers: { "mcp-protocol-version": "2026-07-28" } }, 405],
    ["DELETE of 2026-07-28", { method: "DELETE", headers: { "mcp-protocol-version": "2026-07-28" } }, 405],
    ["a foreign origin", { method: "POST", headers: { origin: "http://evil.example" }, body: "{}" }, 403],
    ["the origin null", { method: "POST", headers: { origin: "null" }, body: "{}" }, 403],
  ])("%s", async (_name, init, status) => {
    const { url } = await serve();
    const answer = await reply(await fetch(url, init));
    expect([answer.status, typeof answer.json.error?.message]).toEqual([status, "string"]);
  });

  it.each<[string, Record<string, string>, number]>([
    ["a foreign Host on loopback", { host: "evil.example" }, 403],
    ["a Host that only begins like loopback", { host: "localhost.evil.example" }, 403],
    ["localhost with a port", { host: "localhost:1234" }, 200],
    ["IPv6 loopback", { host: "[::1]:1234" }, 200],
    ["a page of this very address", { host: "localhost:1234", origin: "http://localhost:1234" }, 200],
    ["a page of another port", { host: "localhost:1234", origin: "http://localhost:99" }, 403],
    ["a listed origin", { host: "localhost", origin: "https://app.example" }, 200],
  ])("%s", async (_name, headers, status) => {
    const { port } = await serve({ settings: { origins: ["https://app.example"] } });
    const connection = await raw(port);
    connection.socket.write(rawPost(JSON.stringify(initialize()), headers));
    await expect.poll(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `, "u"));
  });

  it("answers 404 beside /mcp", async () => {
    const { url } = await serve();
    const answer = await reply(await fetch(`${url}/other`));
    expect([answer.status, answer.json.error?.message]).toEqual([
      404,
      "There is nothing at /mcp/other: MCP is at /mcp.",
    ]);
  });

  it("refuses with what authentication says", async () => {
    const { url } = await serve({
      authenticate: () => ({
        refusal: { status: 401, message: "A token is wanted.", headers: { "www-authenticate": "Bearer" } },
      }),
    });
    const answer = await post(url, initialize());
    expect([answer.status, answer.headers.get("www-authenticate"), answer.json.error?.message]).toEqual([
      401,
      "Bearer",
      "A token is wanted.",
    ]);
  });

  it("survives an authentication that fails", async () => {
    const { url, logs } = await serve({ authenticate: () => Promise.reject(new Error("no keys")) });
    expect((await post(url, initialize())).status).toBe(500);
    expect(logs.map(({ msg }) => msg)).toEqual(["a request could not be authenticated"]);
  });
});

describe("a body", () => {
  it("that is too large is refused, and its sender hears it", async () => {
    const { url } = await serve({ settings: { maxMessageBytes: 1000 } });
    expect((await post(url, `"${"x".repeat(1000)}"`)).status).toBe(413);
    const chunked = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 100; i += 1) controller.enqueue(new Uint8Array(10_000));
        controller.close();
      },
    });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: chunked, duplex: "half" };
    expect((await fetch(url, init as RequestInit)).status).toBe(413);
  });

  it("of exactly the limit passes", async () => {
    const { url } = await serve({ settings: { maxMessageBytes: 1000 } });
    const body = JSON.stringify(initialize());
    expect((await post(url, body + " ".repeat(1000 - body.length))).status).toBe(200);
  });

  it("that never ends is ended", async () => {
    const { port } = await serve({ limits: { bodySeconds: 0.2 } });
    const connection = await raw(port);
    connection.socket.write(rawPost('{"jsonrpc"', {}, 1000));
    expect(await connection.over).toBe("end");
    expect(connection.received()).toMatch(/^HTTP\/1.1 408 /u);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ["for another path", "POST /elsewhere", {}, 404],
    ["without a token", "POST /mcp", { "x-stranger": "1" }, 401],
    ["of a foreign page", "POST /mcp", { origin: "http://evil.example" }, 403],
    ["that is no JSON", "POST /mcp", { "content-type": "text/plain" }, 415],
    ["by another method", "PUT /mcp", {}, 405],
    ["with a GET", "GET /mcp", {}, 400],
  ])(
    "%s is refused at once, and does not hold its connection by what it still sends",
    async (_, line, more, status) => {
      const { port, logs } = await serve({
        limits: { bodySeconds: 0.5 },
        authenticate: ({ headers }) =>
          headers["x-stranger"] === undefined
            ? { identity: anonymous }
            : unauthorized("this server wants a token", undefined),
      });
      const connection = await raw(port);
      connection.socket.write(rawPost("{", more, 1_000_000).replace("POST /mcp", line));
      await expect.poll(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `, "u"));
      const dribble = setInterval(() => connection.socket.write("x"), 50);
      const began = performance.now();
      expect(await connection.over).toMatch(/end|ECONNRESET|EPIPE/);
      clearInterval(dribble);
      expect(performance.now() - began).toBeLessThan(15_000);
      expect(logs.map(({ msg }) => msg)).toEqual([expect.stringContaining("still sends its message: closed")]);
    },
  );

  it("refused at once may still end, and its connection is used again", async () => {
    const { port, url } = await serve({ limits: { bodySeconds: 0.5 } });
    const headers = await begin(url);
    const connection = await raw(port);
    connection.socket.write(rawPost("{", {}, 100).replace("POST /mcp", "POST /elsewhere"));
    await expect.poll(connection.received).toContain("HTTP/1.1 404");
    connection.socket.write("x".repeat(99));
    await sleep(1700);
    connection.socket.write(rawPost(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }), headers));
    await expect.poll(connection.received).toContain('"result":{}');
  });

  it("is refused where too many are on their way", async () => {
    const { port, url } = await serve({
      limits: { bodiesBytes: 8000 },
      authenticate: ({ headers }) => ({ identity: { subject: String(headers["x-who"]), roles: [] } }),
    });
    const connections = [await raw(port), await raw(port)];
    for (const [n, { socket }] of connections.entries())
      socket.write(rawPost("x".repeat(4000 / (n + 1)), { "x-who": `client ${n}` }, 5000));
    await sleep(50);
    const answer = await post(url, `"${"x".repeat(2000)}"`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    for (const { socket } of connections) socket.destroy();
    await sleep(50);
    expect((await post(url, initialize())).status).toBe(200);
  });

  it("with the id of a request that is still being answered is refused in its session, and harms neither", async () => {
    const { url, relay } = await serve();
    const headers = await begin(url);
    const first = post(url, call("slow", { ms: 300 }, "same"), headers);
    await expect.poll(() => relay.requests.length).toBe(1);
    const second = await post(url, call("echo", {}, "same"), headers);
    expect([second.status, second.json.id, second.json.error?.code]).toEqual([400, "same", -32600]);
    expect(second.json.error?.message).toContain("still being answered in this session");
    // Another session has ids of its own; a number is no text.
    expect((await post(url, call("echo", {}, "same"), await begin(url))).status).toBe(200);
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "same" } };
    expect((await post(url, cancelled, headers)).status).toBe(202);
    expect(relay.cancelled).toHaveLength(1);
    await first;
    expect((await post(url, call("echo", {}, "same"), headers)).status).toBe(200);
  });

  it("in single bytes is one message", async () => {
    const { port } = await serve();
    const connection = await raw(port);
    connection.socket.setNoDelay(true);
    const bytes = Buffer.from(rawPost(JSON.stringify({ ...(initialize() as object), note: "äöü€😀" })));
    for (let i = 0; i < bytes.length; i += 7) {
      connection.socket.write(bytes.subarray(i, i + 7));
      await sleep(1);
    }
    await expect.poll(connection.received).toMatch(/^HTTP\/1.1 200 /u);
  });
});

describe("a legacy session", () => {
  it.each<[string, Record<string, string>, number]>([
    ["without an id", {}, 400],
    ["that nobody began", { "mcp-session-id": "nonsense" }, 404],
    ["of a pod with another key", { "mcp-session-id": "AAAAAA.AAAA" }, 404],
    ["with a version that is none", { "mcp-protocol-version": "1999-01-01" }, 400],
    ["with a word as version", { "mcp-protocol-version": "latest" }, 400],
  ])("%s", async (_name, headers, status) => {
    const { url } = await serve();
    expect((await post(url, call("echo"), headers)).status).toBe(status);
  });

  it("is over after DELETE", async () => {
    const { url, relay } = await serve();
    const headers = await begin(url);
    expect((await fetch(url, { method: "DELETE", headers })).status).toBe(204);
    expect((await post(url, call("echo"), headers)).status).toBe(404);
    expect((await fetch(url, { method: "DELETE", headers })).status).toBe(404);
    expect(relay.endedSessions).toHaveLength(1);
  });

  it("needs a version and object capabilities to begin", async () => {
    const { url } = await serve();
    for (const params of [{}, { protocolVersion: 3 }, { protocolVersion: "2025-11-25", capabilities: [] }]) {
      const answer = await post(url, { jsonrpc: "2.0", id: 1, method: "initialize", params });
      expect([answer.status, answer.json.error?.code]).toEqual([400, -32602]);
    }
  });

  it("is refused where its capabilities do not fit into an id", async () => {
    const { url } = await serve();
    const roots = { more: "x".repeat(5000) };
    expect((await post(url, initialize("2025-11-25", { roots }))).json.error?.code).toBe(-32602);
    const experimental = { more: "x".repeat(5000) };
    const answer = await post(url, initialize("2025-11-25", { experimental, sampling: {} }));
    expect(answer.headers.get("mcp-session-id")?.length).toBeLessThan(1000);
  });

  it("takes an answer to what another pod asked for what it is", async () => {
    const { url, logs } = await serve();
    const headers = await begin(url);
    expect((await post(url, { jsonrpc: "2.0", id: "other-1", result: {} }, headers)).status).toBe(400);
    expect(logs).toHaveLength(1);
  });
});

describe("a request of 2026-07-28", () => {
  const list = modern("tools/list");
  const echo = modern("tools/call", { name: "echo" });
  const { "io.modelcontextprotocol/clientCapabilities": _capabilities, ...noCapabilities } = modernMeta;

  it.each<[string, unknown, Record<string, string>, number, number | undefined]>([
    ["as it should be", list.body, list.headers, 200, undefined],
    ["a call as it should be", echo.body, echo.headers, 200, undefined],
    ["a name in base64", echo.body, { ...echo.headers, "mcp-name": "=?base64?ZWNobw==?=" }, 200, undefined],
    ["spaces around a header", echo.body, { ...echo.headers, "mcp-name": "  echo  " }, 200, undefined],
    ["no _meta", { ...(list.body as object), params: {} }, list.headers, 400, -32602],
    ["no capabilities", withMeta(noCapabilities), list.headers, 400, -32602],
    ["no version in _meta", withMeta({}), list.headers, 400, -32602],
    ["no version header", list.body, { "mcp-method": "tools/list" }, 400, -32020],
    ["another version header", list.body, { ...list.headers, "mcp-protocol-version": "2025-11-25" }, 400, -32020],
    ["no method header", list.body, { "mcp-protocol-version": "2026-07-28" }, 400, -32020],
    ["another method header", list.body, { ...list.headers, "mcp-method": "prompts/list" }, 400, -32020],
    ["a method header in capitals", list.body, { ...list.headers, "mcp-method": "TOOLS/LIST" }, 400, -32020],
    ["no name header", echo.body, { ...list.headers, "mcp-method": "tools/call" }, 400, -32020],
    ["another name header", echo.body, { ...echo.headers, "mcp-name": "other" }, 400, -32020],
    ["a name that is no base64", echo.body, { ...echo.headers, "mcp-name": "=?base64?ZWN?=" }, 400, -32020],
    ["initialize", modern("initialize").body, modern("initialize").headers, 404, -32601],
    ["ping", modern("ping").body, modern("ping").headers, 404, -32601],
    ["logging/setLevel", modern("logging/setLevel").body, modern("logging/setLevel").headers, 404, -32601],
    ["an unknown method", modern("no/such").body, modern("no/such").headers, 404, -32601],
    ["a response", { jsonrpc: "2.0", id: 1, result: {} }, list.headers, 400, -32600],
    ["a session header", list.body, { ...list.headers, "mcp-session-id": "nonsense" }, 200, undefined],
    ["a filter that is none", modern("subscriptions/listen").body, modern("subscriptions/listen").headers, 400, -32602],
  ])("%s", async (_name, body, headers, status, code) => {
    const { url } = await serve();
    const answer = await post(url, body, headers);
    expect([answer.status, answer.json.error?.code]).toEqual([status, code]);
    expect(answer.json.id).toBe("method" in (body as object) ? 7 : undefined);
  });

  it("learns which versions there are", async () => {
    const { url } = await serve();
    const meta = { ...modernMeta, "io.modelcontextprotocol/protocolVersion": "v999.0.0" };
    const headers = { "mcp-protocol-version": "v999.0.0", "mcp-method": "tools/list" };
    const answer = await post(url, withMeta(meta), headers);
    expect([answer.status, answer.json.error?.code, answer.json.error?.data]).toEqual([
      400,
      -32022,
      { supported: ["2026-07-28"], requested: "v999.0.0" },
    ]);
  });

  it("is told of a later version in the same way", async () => {
    const { url } = await serve();
    const headers = { "mcp-protocol-version": "2099-01-01", "mcp-method": "tools/list" };
    const meta = { ...modernMeta, "io.modelcontextprotocol/protocolVersion": "2099-01-01" };
    expect((await post(url, withMeta(meta), headers)).json.error?.code).toBe(-32022);
  });
});
