import { Agent, request } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { getStream, messages, postStream } from "./front/events.ts";
import { begin, call, initialize, modern, post, raw, rawPost, type Reply } from "./front/post.ts";
import { serve, type Served } from "./front/serve.ts";
import { sleep, tableRelay, text } from "./front/table-relay.ts";

const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });

async function seconds(what: Promise<unknown>): Promise<number> {
  const from = performance.now();
  await what;
  return (performance.now() - from) / 1000;
}

/** A POST over a connection that is kept. */
function keptPost(
  agent: Agent,
  { port }: Served,
  body: string,
  headers: Record<string, string>,
): Promise<Reply["status"]> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: "127.0.0.1",
        path: "/mcp",
        method: "POST",
        agent,
        headers: { "content-type": "application/json", ...headers },
      },
      (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}

describe("announce", () => {
  it("closes each connection with its next answer, and not before", async () => {
    const served = await serve();
    const { front, port } = served;
    const headers = await begin(served.url);
    const connection = await raw(port);
    connection.socket.write(rawPost(ping, headers));
    await expect.poll(connection.received).toContain('"result":{}');
    front.announce();
    await sleep(50);
    expect(connection.socket.readyState).toBe("open");
    connection.socket.write(rawPost(ping, headers));
    expect(await connection.over).toBe("end");
    expect(connection.received().match(/HTTP\/1.1 200/gu)).toHaveLength(2);
    expect(connection.received().match(/^connection: close/gimu)).toHaveLength(1);
  });

  it("still begins sessions, calls and streams", async () => {
    const { front, url } = await serve();
    front.announce();
    const headers = await begin(url);
    expect((await post(url, call("echo"), headers)).status).toBe(200);
    expect((await getStream(url, headers)).headers.get("connection")).toBe("close");
  });

  it("loses no request of 16 kept connections", async () => {
    const served = await serve();
    const headers = await begin(served.url);
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    onTestFinished(() => agent.destroy());
    let running = true;
    const statuses: number[] = [];
    const workers = Array.from({ length: 16 }, async () => {
      while (running) statuses.push(await keptPost(agent, served, ping, headers));
    });
    await sleep(100);
    served.front.announce();
    await sleep(100);
    running = false;
    await Promise.all(workers);
    expect(statuses.length).toBeGreaterThan(16);
    expect(statuses.every((status) => status === 200)).toBe(true);
  });
});

describe("endStreams", () => {
  it("ends GET streams with `retry:` and asks nobody to come back here", async () => {
    const { front, url, relay } = await serve();
    const headers = await begin(url);
    const stream = await getStream(url, headers);
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    front.endStreams();
    expect(await stream.over).toBe(true);
    expect(stream.events.at(-1)).toMatchObject({ retry: "1000", data: "" });
    expect(relay.interests.size).toBe(0);
    const refused = await getStream(url, headers);
    expect([refused.status, refused.headers.get("connection")]).toEqual([503, "close"]);
    // Calls are still served.
    expect((await post(url, call("echo"), headers)).status).toBe(200);
  });

  it("ends listen requests by both of their rules", async () => {
    const { front, url } = await serve();
    const { body, headers } = modern("subscriptions/listen", { notifications: {} });
    const stream = await postStream(url, body, headers);
    await vi.waitFor(() => expect(messages(stream)).toHaveLength(1));
    front.endStreams();
    expect(await stream.over).toBe(true);
    expect(messages(stream).slice(1)).toMatchObject([
      { id: 7, result: { resultType: "complete", _meta: { "io.modelcontextprotocol/subscriptionId": 7 } } },
      { method: "notifications/cancelled", params: { requestId: 7 } },
    ]);
    expect((await post(url, body, headers)).status).toBe(503);
  });

  it("leaves the streams of calls alone", async () => {
    const { front, url } = await serve();
    const stream = await postStream(url, call("slow", { ms: 300 }), await begin(url));
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    front.endStreams();
    expect(await stream.over).toBe(true);
    expect(messages(stream)).toMatchObject([{ id: 1, result: { content: [{ text: "after 300" }] } }]);
  });

  it("closes idle connections", async () => {
    const { front, port, url } = await serve();
    const connection = await raw(port);
    connection.socket.write(rawPost(ping, await begin(url)));
    await expect.poll(connection.received).toContain('"result":{}');
    front.endStreams();
    expect(await connection.over).toBe("end");
  });
});

describe("a request that came while the process was busy", () => {
  it.each([
    ["on a connection that served before", true],
    ["on a new connection", false],
  ])("is answered though idle connections are closed: %s", async (_name, isUsed) => {
    const { front, port, url } = await serve();
    const headers = await begin(url);
    const connection = await raw(port);
    if (isUsed) {
      connection.socket.write(rawPost(ping, headers));
      await vi.waitFor(() => {
        if (!connection.received().includes('"result":{}')) throw new Error("no answer yet");
      });
    }
    // Not read before this turn of the event loop is over.
    connection.socket.write(rawPost(ping, { ...headers, "x-second": "1" }));
    front.endStreams();
    expect(await connection.over).toBe("end");
    expect(connection.received().match(/HTTP\/1.1 200/gu)).toHaveLength(isUsed ? 2 : 1);
  });

  it("is told 503 though everything is closed", async () => {
    const { front, port, url } = await serve();
    const headers = await begin(url);
    const connection = await raw(port);
    connection.socket.write(rawPost(JSON.stringify(call("echo")), headers));
    await front.close(1);
    expect(await connection.over).toBe("end");
    expect(connection.received()).toMatch(/^HTTP\/1.1 503 /u);
  });
});

describe("refuse", () => {
  it("answers calls that come 503, to be sent again elsewhere, and dispatches none", async () => {
    const { front, url, relay } = await serve();
    const headers = await begin(url);
    front.refuse();
    const fresh = modern("tools/call", { name: "echo" });
    for (const answer of [
      await post(url, call("echo"), headers),
      await post(url, initialize()),
      await post(url, fresh.body, fresh.headers),
    ]) {
      expect([answer.status, answer.json.error?.code, answer.headers.get("retry-after")]).toEqual([503, -32010, "1"]);
      expect(answer.headers.get("connection")).toBe("close");
    }
    expect(relay.requests).toEqual([]);
  });

  it("lets calls in flight end, and their questions be answered", async () => {
    const { front, url } = await serve();
    const headers = await begin(url);
    const stream = await postStream(url, call("ask", { method: "roots/list", params: {} }), headers);
    await vi.waitFor(() => expect(messages(stream)).toHaveLength(1));
    front.endStreams();
    front.refuse();
    const { id } = messages(stream)[0] as { id: string };
    expect((await post(url, { jsonrpc: "2.0", id, result: { roots: [] } }, headers)).status).toBe(202);
    expect(await stream.over).toBe(true);
    expect(messages(stream).at(-1)).toMatchObject({ id: 1, result: {} });
  });

  it("still says 404 for a session that nobody knows: 503 would keep its client from a new one", async () => {
    const { front, url } = await serve();
    front.refuse();
    expect((await fetch(url, { method: "DELETE", headers: { "mcp-session-id": "x" } })).status).toBe(404);
  });
});

describe("cut", () => {
  it("answers each call in flight with -32010 in its own response, and names it", async () => {
    const { front, url, relay, ends } = await serve();
    const headers = await begin(url);
    const fresh = modern("tools/call", { name: "never" });
    const stream = await postStream(url, call("never", {}, "streamed"), headers);
    const plain = post(url, call("never", {}, "plain"), { ...headers, accept: "application/json" });
    const stateless = post(url, fresh.body, fresh.headers);
    await vi.waitFor(() => expect(front.inFlight()).toBe(3));
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    front.refuse();
    const cut = front.cut();
    expect(cut.map(({ method, name, backend }) => [method, name, backend])).toEqual(
      Array.from({ length: 3 }, () => ["tools/call", "never", "table"]),
    );
    expect(await stream.over).toBe(true);
    expect(messages(stream)).toMatchObject([{ id: "streamed", error: { code: -32010 } }]);
    for (const answer of [await plain, await stateless]) {
      expect([answer.status, answer.json.error?.code]).toEqual([200, -32010]);
      // It may have had its effect: nobody is invited to send it again.
      expect(answer.headers.get("retry-after")).toBeNull();
    }
    expect(relay.cancelled).toHaveLength(3);
    expect(ends.map(({ outcome }) => outcome)).toEqual(["ok", "cut", "cut", "cut"]);
    expect(front.inFlight()).toBe(0);
  });

  it("answers a call that waits for its client", async () => {
    const { front, url } = await serve();
    const stream = await postStream(url, call("ask", { method: "roots/list", params: {} }), await begin(url));
    await vi.waitFor(() => expect(messages(stream)).toHaveLength(1));
    expect(front.cut()).toHaveLength(1);
    expect(await stream.over).toBe(true);
    expect(messages(stream).at(-1)).toMatchObject({ id: 1, error: { code: -32010 } });
  });

  it("of 200 calls loses none", async () => {
    const { front, url } = await serve();
    const headers = await begin(url);
    const answers = Array.from({ length: 200 }, (_, id) =>
      post(url, call("never", {}, id), { ...headers, accept: "application/json" }),
    );
    await vi.waitFor(() => expect(front.inFlight()).toBe(200), 5000);
    expect(front.cut()).toHaveLength(200);
    await front.close(1);
    for (const { json } of await Promise.all(answers)) expect(json.error?.code).toBe(-32010);
  });
});

describe("close", () => {
  it("takes no time when nothing is open", async () => {
    const { front, url } = await serve();
    await post(url, initialize());
    expect(await seconds(front.close(5))).toBeLessThan(4);
    await expect(post(url, initialize())).rejects.toThrow("fetch failed");
  });

  it("is not held up by half a body, half a header, or nothing at all", async () => {
    const { front, port } = await serve();
    const body = await raw(port);
    body.socket.write(rawPost('{"jsonrpc"', {}, 1000));
    const header = await raw(port);
    header.socket.write("POST /mcp HTTP/1.1\r\nHo");
    const nothing = await raw(port);
    await sleep(50);
    expect(await seconds(front.close(5))).toBeLessThan(4);
    expect(await body.over).toBe("end");
    expect(body.received()).toMatch(/^HTTP\/1.1 503 [^]*retry-after: 1[^]*-32010/iu);
    expect(await nothing.over).toBe("end");
  });

  it("waits for an answer that is still being read", async () => {
    const { front, port, url } = await serve();
    const headers = await begin(url);
    const connection = await raw(port);
    connection.socket.pause();
    connection.socket.write(rawPost(JSON.stringify(call("big")), headers));
    await sleep(100);
    const closing = front.close(5);
    await sleep(200);
    connection.socket.resume();
    await closing;
    expect(await connection.over).toBe("end");
    expect(connection.received().length).toBeGreaterThan(2_000_000);
  });

  it("is held up by a client that never reads until the time is over, no longer", async () => {
    const huge = tableRelay({ "tools/call huge": () => text("x".repeat(30_000_000)) });
    const { front, port, url } = await serve({ relay: huge });
    const headers = await begin(url);
    const connection = await raw(port);
    connection.socket.pause();
    connection.socket.write(rawPost(JSON.stringify(call("huge")), headers));
    await sleep(200);
    const took = await seconds(front.close(0.5));
    expect(front.unread()).toBe(1);
    expect(took).toBeGreaterThan(0.4);
    expect(took).toBeLessThan(4);
  });

  it("says when it was last asked for something", async () => {
    const { front, url } = await serve();
    expect(front.lastActivityAt()).toBe(-Infinity);
    await post(url, initialize());
    expect(performance.now() - front.lastActivityAt()).toBeLessThan(1000);
  });
});
