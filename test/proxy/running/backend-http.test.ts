import { createServer as createTlsServer } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { makeCertificate } from "../../webhook/certificates.ts";
import { HttpEndpoint } from "../../../proxy/backends/http-endpoint.ts";
import type { HttpExchange } from "../../../proxy/backends/http-exchange.ts";
import type { HttpBackend } from "../../../proxy/config/config.ts";
import type { Call } from "../../../proxy/message.ts";
import {
  callTool,
  httpConfig,
  textOf,
  toolCall,
  until,
  watched,
  type Watched,
  type WatchOptions,
} from "../backend-fixture.ts";
import {
  answerJson,
  answerOf,
  event,
  httpMcpServer,
  startStream,
  type HttpMcpServer,
  type Posted,
} from "../http-mcp-server.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function serve(...args: Parameters<typeof httpMcpServer>): Promise<HttpMcpServer> {
  const server = await httpMcpServer(...args);
  open.push(server);
  return server;
}

function connect(url: string, more: Partial<HttpBackend> = {}, options: WatchOptions = {}): Watched {
  const result = watched(httpConfig(url, more), { random: () => 0, ...options });
  open.push({ close: () => result.backend.stop(1) });
  return result;
}

const isCall = ({ message }: Posted, name = "x"): boolean =>
  message.method === "tools/call" && message.params?.name === name;

describe("an HTTP backend", () => {
  it("of the legacy era: probe, initialize, session and version on each request, DELETE at the end", async () => {
    const server = await serve("legacy");
    const { backend } = connect(server.url, { headers: { authorization: "Bearer t" } });
    expect(await callTool(backend, "x", { text: "hi" })).toBe("hi");
    expect(backend.health()).toMatchObject({ state: "ready", era: "legacy", protocolVersion: "2025-11-25" });
    expect((await backend.stop(2)).by).toBe("closed");
    expect(server.seen).toEqual([
      "POST server/discover",
      "POST initialize",
      "POST notifications/initialized",
      "GET",
      "POST tools/call",
      "DELETE",
    ]);
    const session = {
      "mcp-protocol-version": "2025-11-25",
      "mcp-session-id": expect.stringContaining("session-"),
      authorization: "Bearer t",
    };
    for (const headers of server.headers.slice(2)) expect(headers).toMatchObject(session);
  });

  it("of the modern era: no session, method and name as headers", async () => {
    const server = await serve("modern");
    const { backend } = connect(server.url);
    const connection = await backend.connection();
    const call = toolCall(
      connection,
      "Grüße",
      { text: "hi" },
      { headers: { "Mcp-Param-Region": "eu", traceparent: "00-1-1-01" } },
    );
    expect(textOf(await connection.request(call).outcome)).toBe("hi");
    await backend.stop(2);
    expect(server.seen).toEqual(["POST server/discover", "POST tools/call"]);
    expect(server.headers[1]).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "=?base64?R3LDvMOfZQ==?=",
      "mcp-param-region": "eu",
      traceparent: "00-1-1-01",
      accept: "application/json, text/event-stream",
    });
  });

  it("answers with a stream: progress, a question and the answer", async () => {
    const server = await serve("legacy", (posted) => {
      if (!isCall(posted)) return false;
      startStream(posted);
      posted.response.write(
        event({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 5, progress: 1 } }),
      );
      posted.response.write(event({ jsonrpc: "2.0", id: 77, method: "elicitation/create", params: {} }));
      setTimeout(() => posted.response.end(event(answerOf(posted, "streamed"))), 100);
      return true;
    });
    const { backend, requests } = connect(server.url);
    const connection = await backend.connection();
    const told: Call[] = [];
    const asked: Call[] = [];
    const call = toolCall(
      connection,
      "x",
      {},
      {
        onNotification: (notification) => told.push(notification),
        onRequest: (request) => {
          asked.push(request);
          return Promise.resolve({ kind: "result", text: "{}" });
        },
      },
    );
    expect(textOf(await connection.request(call).outcome)).toBe("streamed");
    expect(told.map(({ method }) => method)).toEqual(["notifications/progress"]);
    expect(asked).toEqual([{ method: "elicitation/create", params: "{}" }]);
    expect(requests).toEqual([]);
    await until(() => server.seen.includes("POST answer"));
  });

  it("has a stream of its own for what belongs to no call, and it comes back with its last event's id", async () => {
    let gets = 0;
    const server = await serve("legacy", undefined, (request, response) => {
      gets += 1;
      startStream({ response });
      response.write("retry: 20\n\n");
      response.write(
        event(
          { jsonrpc: "2.0", method: `notifications/get-${gets}-${String(request.headers["last-event-id"])}` },
          `e${gets}`,
        ),
      );
      if (gets < 3) response.end();
    });
    const { backend, notifications } = connect(server.url);
    await backend.connection();
    await until(() => notifications.length === 3);
    expect(notifications.map(({ method }) => method)).toEqual([
      "notifications/get-1-undefined",
      "notifications/get-2-e1",
      "notifications/get-3-e2",
    ]);
  });

  it("goes on with a stream that broke, by the last event's id, after the time that the server wants", async () => {
    let call: Posted | undefined;
    const server = await serve(
      "legacy",
      (posted) => {
        if (!isCall(posted)) return false;
        call = posted;
        startStream(posted);
        posted.response.end("retry: 50\n\nid: first\ndata:\n\n");
        return true;
      },
      (request, response) => {
        if (request.headers["last-event-id"] !== "first") return void response.writeHead(405).end();
        startStream({ response });
        response.end(event(answerOf(call!, "resumed"), "second"));
      },
    );
    const { backend } = connect(server.url);
    expect(await callTool(backend, "x")).toBe("resumed");
  });

  it("is initialised again when it forgot the session, once for all calls, and says so", async () => {
    let forgotten = "";
    const server = await serve("legacy", ({ request, response, message }) => {
      if (message.method !== "tools/call" || request.headers["mcp-session-id"] !== forgotten) return false;
      response.writeHead(404).end();
      return true;
    });
    const { backend, ready } = connect(server.url);
    await callTool(backend, "x", { text: "before" });
    forgotten = String(server.headers.at(-1)!["mcp-session-id"]);
    expect(await Promise.all([1, 2, 3].map((n) => callTool(backend, "x", { text: String(n) })))).toEqual([
      "1",
      "2",
      "3",
    ]);
    expect(server.seen.filter((line) => line === "POST initialize")).toHaveLength(2);
    expect(ready).toHaveLength(2);
    expect(backend.state()).toBe("ready");
  });

  it("that says 400 to a session it forgot is understood too", async () => {
    let forgotten = "";
    const server = await serve("legacy", ({ request, response, message }) => {
      if (message.method !== "tools/call" || request.headers["mcp-session-id"] !== forgotten) return false;
      response
        .writeHead(400, { "content-type": "application/json" })
        .end(
          `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`,
        );
      return true;
    });
    const { backend } = connect(server.url);
    await callTool(backend, "x");
    forgotten = String(server.headers.at(-1)!["mcp-session-id"]);
    expect(await callTool(backend, "x", { text: "again" })).toBe("again");
  });

  it.each(["legacy", "modern"] as const)("of the %s era learns of a cancelled call", async (era) => {
    let gone = false;
    const server = await serve(era, (posted) => {
      if (!isCall(posted)) return false;
      startStream(posted);
      posted.response.on("close", () => (gone = true));
      return true;
    });
    const { backend } = connect(server.url);
    const connection = await backend.connection();
    const call = connection.request(toolCall(connection, "x"));
    await until(() => server.seen.includes("POST tools/call"));
    call.cancel("enough");
    expect(textOf(await call.outcome)).toBe("error: backend b: the call was cancelled: enough");
    await until(() => gone);
    await wait(200);
    expect(server.seen.includes("POST notifications/cancelled")).toBe(era === "legacy");
  });

  it("of the modern era has listen streams that stay open; a cancelled one is closed", async () => {
    let gone = false;
    const server = await serve("modern", (posted) => {
      if (posted.message.method !== "subscriptions/listen") return false;
      startStream(posted);
      posted.response.write(event({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params: {} }));
      posted.response.on("close", () => (gone = true));
      return true;
    });
    const { backend } = connect(server.url);
    const connection = await backend.connection();
    const told: Call[] = [];
    const listen = connection.request({
      method: "subscriptions/listen",
      params: "{}",
      onNotification: (call) => told.push(call),
    });
    await until(() => told.length === 1);
    expect(connection.inFlight()).toBe(0);
    expect(gone).toBe(false);
    listen.cancel("enough");
    await until(() => gone);
  });

  it("of the modern era whose listen stream breaks is announced anew, so that its owner listens again", async () => {
    const server = await serve("modern", (posted) => {
      if (posted.message.method !== "subscriptions/listen") return false;
      startStream(posted);
      posted.response.end(event({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params: {} }));
      return true;
    });
    const { backend, ready } = connect(server.url);
    const connection = await backend.connection();
    await connection.request({ method: "subscriptions/listen", params: "{}" }).outcome;
    await until(() => ready.length === 2);
    expect(backend.state()).toBe("ready");
  });

  it("that goes away and comes back: calls fail with a sentence, then work again", async () => {
    const server = await httpMcpServer("legacy");
    const port = Number(new URL(server.url).port);
    const { backend, down, ready } = connect(server.url);
    await callTool(backend, "x");
    await server.close();
    const sentence = `error: backend b: ${server.url}: nobody listens there (ECONNREFUSED)`;
    expect(await callTool(backend, "x")).toMatch(
      /^error: backend b: http.*(?:nobody listens there|connection was lost)/,
    );
    await until(() => backend.state() === "waiting");
    expect(down).toEqual([sentence.replace("error: backend b: ", "")]);
    expect(() => backend.connection()).toThrow("nobody listens there (ECONNREFUSED); the next attempt is in ");
    await serve("legacy", undefined, undefined, port);
    await until(() => ready.length === 2);
    expect(await callTool(backend, "x", { text: "back" })).toBe("back");
    expect(backend.health()).toMatchObject({ state: "ready", restarts: 1 });
  });
});

describe("an HTTP backend that misbehaves", () => {
  const long = "x".repeat(200_000);
  it.each<[string, (posted: Posted) => void, string | RegExp]>([
    [
      "answers no JSON",
      ({ response }) => response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad Gateway</h1>"),
      /answered HTTP 502: <h1>Bad Gateway<\/h1>$/,
    ],
    [
      "answers broken JSON",
      ({ response }) => response.writeHead(200, { "content-type": "application/json" }).end(`{"half`),
      /answered HTTP 200: \{"half$/,
    ],
    [
      "answers another id",
      ({ response }) =>
        response.writeHead(200, { "content-type": "application/json" }).end(`{"jsonrpc":"2.0","id":"z","result":{}}`),
      /answered HTTP 200/,
    ],
    [
      "answers an error by HTTP and JSON-RPC",
      (posted) =>
        posted.response
          .writeHead(404, { "content-type": "application/json" })
          .end(`{"jsonrpc":"2.0","id":${posted.message.id},"error":{"code":-32601,"message":"no such method"}}`),
      "error: no such method",
    ],
    [
      "takes the call without an answer",
      ({ response }) => response.writeHead(202).end(),
      /took the call but sent no answer \(HTTP 202\)$/,
    ],
    [
      "sends elsewhere",
      ({ response }) => response.writeHead(307, { location: "http://example.test/" }).end(),
      /sends elsewhere \(HTTP 307, http:\/\/example\.test\/\): set "url" to where it really is$/,
    ],
    [
      "refuses the credentials",
      ({ response }) => response.writeHead(403).end(),
      /refuses the credentials \(HTTP 403\): check its "headers"$/,
    ],
    [
      "ends its stream without an answer",
      (posted) => (startStream(posted), posted.response.end(event("not json"))),
      /it ended its stream before the answer came$/,
    ],
    [
      "breaks the connection",
      ({ response }) => response.socket!.destroy(),
      /the connection was lost before the answer came/,
    ],
    [
      "breaks the connection in the answer",
      (posted) => (
        posted.response.writeHead(200, { "content-length": "100", "content-type": "application/json" }),
        posted.response.write("{"),
        setTimeout(() => posted.response.socket!.destroy(), 20)
      ),
      /the connection was lost before the answer came/,
    ],
    [
      "answers too much",
      (posted) => answerJson(posted, { long }),
      /its answer is longer than the 100000 bytes of maxMessageBytes and was dropped$/,
    ],
    [
      "streams too much in one event",
      (posted) => (startStream(posted), posted.response.write(`data: ${long}`)),
      /its answer is longer than the 100000 bytes of maxMessageBytes and was dropped$/,
    ],
    [
      "streams one event without end, line by line",
      (posted) => (startStream(posted), posted.response.write(`data: ${"x".repeat(50_000)}\n`.repeat(3))),
      /its answer is longer than the 100000 bytes of maxMessageBytes and was dropped$/,
    ],
    [
      "streams an id without end",
      (posted) => (startStream(posted), posted.response.write(`id: ${long}`)),
      /its answer is longer than the 100000 bytes of maxMessageBytes and was dropped$/,
    ],
  ])("%s: the call fails with a sentence, the next one works", async (_, misbehave, expected) => {
    const server = await serve("modern", (posted) => {
      if (!isCall(posted, "bad")) return false;
      misbehave(posted);
      return true;
    });
    const { backend } = connect(server.url, {}, { maxMessageBytes: 100_000 });
    expect(await callTool(backend, "bad")).toMatch(expected);
    expect(await callTool(backend, "good", { text: "next" })).toBe("next");
    expect(backend.state()).toBe("ready");
  });

  it.each<[string, string, RegExp]>([
    [
      "nobody listens",
      "http://127.0.0.1:1/mcp",
      /^http:\/\/127\.0\.0\.1:1\/mcp: nobody listens there \(ECONNREFUSED\)$/,
    ],
    ["no such host", "http://no-such-host.invalid/mcp", /its host name (?:is not known|could not be looked up)/],
  ])("%s: says so", async (_, url, problem) => {
    const { backend } = connect(url);
    await expect(backend.connection()).rejects.toThrow("backend b: ");
    expect(backend.health()).toMatchObject({ state: "waiting", problem: expect.stringMatching(problem) });
  });

  it.each<[string, string]>([
    ["notifications", event({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } })],
    ["comments", `:${"x".repeat(100)}\n`],
    ["events without data", "data\n\n"],
  ])("that floods a call's stream with %s is held up, and still answers", async (_, piece) => {
    const flood = piece.repeat(200);
    let sent = 0;
    const server = await serve("modern", (posted) => {
      if (!isCall(posted, "flood")) return false;
      const { response } = posted;
      startStream(posted);
      const write = (): void => {
        while (!response.destroyed && response.write(flood)) sent += 200;
      };
      response.on("drain", write);
      write();
      return true;
    });
    const { backend } = connect(server.url);
    const connection = await backend.connection();
    const call = connection.request(toolCall(connection, "flood"));
    // What the sockets' buffers hold comes first.
    await wait(500);
    const before = sent;
    await wait(500);
    // Twice the rate of the gate, since a whole chunk passes before it is felt.
    expect(sent - before).toBeLessThan(20_000);
    expect(await callTool(backend, "good", { text: "next" })).toBe("next");
    call.cancel("enough");
  });

  it("is asked so much at once, so much more waits its turn, and beyond that calls fail; messages wait for none", async () => {
    const answers: (() => void)[] = [];
    const server = await serve("modern", (posted) => {
      if (!isCall(posted, "slow")) return false;
      answers.push(() => answerJson(posted, {}));
      return true;
    });
    const endpoint = new HttpEndpoint(httpConfig(server.url), 1000, { running: 2, waiting: 2 });
    open.push({ close: () => endpoint.destroy() });
    const ends: string[] = [];
    const send = (name: string, how: "call" | "send"): HttpExchange =>
      endpoint[how](
        "POST",
        ["content-type", "application/json"],
        JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name } }),
        {
          event() {},
          eventId() {},
          retry() {},
          ended: ({ status }) => void ends.push(`${name} ${status}`),
          failed: (error) => void ends.push(error.message),
        },
      );
    const [, , third] = ["slow", "slow", "slow", "slow", "slow"].map((name) => send(name, "call"));
    send("message", "send");
    await until(() => ends.length === 2 && answers.length === 2);
    expect(ends).toEqual(["2 calls run there and 2 wait for their turn: try again later", "message 200"]);
    third?.abort();
    answers[0]?.();
    await until(() => answers.length === 3);
    expect(ends.at(-1)).toBe("slow 200");
    for (const answer of answers.slice(1)) answer();
    await until(() => ends.length === 5);
    expect(answers).toHaveLength(3);
  });

  it("hides what may be secret in its URL", async () => {
    const { backend } = connect("http://127.0.0.1:1/mcp?key=s3cret");
    await expect(backend.connection()).rejects.not.toThrow("s3cret");
  });

  it("speaks plain HTTP where TLS is wanted", async () => {
    const server = await serve("legacy");
    const { backend } = connect(server.url.replace("http:", "https:"));
    await expect(backend.connection()).rejects.toThrow("it speaks no TLS there");
  });

  it("refuses the credentials from the start", async () => {
    const server = await serve("legacy", ({ response }) => {
      response.writeHead(401).end();
      return true;
    });
    const { backend } = connect(server.url);
    await expect(backend.connection()).rejects.toThrow(`refuses the credentials (HTTP 401): check its "headers"`);
    expect(server.seen).toEqual(["POST server/discover"]);
  });

  it("takes the connection and stays silent", async () => {
    const server = await serve("legacy", () => true);
    const { backend } = connect(server.url, { connectTimeoutSeconds: 1 });
    await expect(backend.connection()).rejects.toThrow("it did not connect within its connectTimeout of 1 s");
    expect((await backend.stop(20)).seconds).toBeLessThan(10);
  });

  it("does not answer the DELETE: the end does not wait for it", async () => {
    const server = await serve("legacy");
    const { backend } = connect(server.url);
    await backend.connection();
    server.server.removeAllListeners("request");
    expect((await backend.stop(30)).seconds).toBeLessThan(15);
  });

  it("with a certificate that nobody signed", async () => {
    const { certPem, keyPem } = makeCertificate();
    const tls = createTlsServer({ cert: certPem, key: keyPem }, (_, response) => response.end());
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    open.push({ close: () => new Promise((resolve) => tls.close(resolve)) });
    const { backend } = connect(`https://127.0.0.1:${(tls.address() as { port: number }).port}/mcp`);
    await expect(backend.connection()).rejects.toThrow(
      /its certificate is signed by (?:itself|an authority that is not trusted).* NODE_EXTRA_CA_CERTS/,
    );
  });

  it("ends: calls in flight get their error at once", async () => {
    const server = await serve("legacy", (posted) => isCall(posted));
    const { backend } = connect(server.url);
    const connection = await backend.connection();
    const call = connection.request(toolCall(connection, "x"));
    await wait(50);
    const stopped = backend.stop(2);
    expect(textOf(await call.outcome)).toBe("error: backend b: it is being stopped");
    await stopped;
  });
});
