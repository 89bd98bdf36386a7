import { describe, expect, it, vi } from "vitest";
import { getStream, messages, postStream } from "../front/events.ts";
import { begin, call, initialize, modern, modernMeta, post, raw, rawPost } from "../front/post.ts";
import { serve } from "../front/serve.ts";
import type { Outcome } from "../../../proxy/message.ts";
import { tableRelay } from "../front/table-relay.ts";

const withToken = (name: string): unknown => ({
  jsonrpc: "2.0",
  id: "p",
  method: "tools/call",
  params: { name, _meta: { progressToken: "t" } },
});

describe("a legacy call", () => {
  it("is answered by plain JSON where the answer is first", async () => {
    const { url } = await serve();
    const answer = await post(url, call("echo"), await begin(url));
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.json.result).toMatchObject({ content: [{ text: "{}" }] });
  });

  it("becomes a primed stream at its first notification", async () => {
    const { url } = await serve();
    const stream = await postStream(url, withToken("progress"), await begin(url));
    expect(await stream.over).toBe(true);
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    expect(stream.headers.get("x-accel-buffering")).toBe("no");
    expect(stream.events[0]).toMatchObject({ data: "", retry: "1000" });
    expect(messages(stream).map(({ method, id }) => method ?? id)).toEqual([
      "notifications/progress",
      "notifications/progress",
      "notifications/progress",
      "p",
    ]);
    expect(new Set(stream.events.map(({ id }) => id)).size).toBe(5);
  });

  it("becomes a stream when the answer takes long, with comments", async () => {
    const { url } = await serve({ limits: { commentSeconds: 0.05 } });
    const stream = await postStream(url, call("slow", { ms: 300 }), await begin(url));
    await stream.over;
    expect(stream.comments()).toBeGreaterThan(1);
    expect(messages(stream)).toMatchObject([{ id: 1, result: { content: [{ text: "after 300" }] } }]);
  });

  it("is not primed for clients before 2025-11-25, which fail on an event without data", async () => {
    const { url } = await serve();
    const stream = await postStream(url, withToken("progress"), await begin(url, "2025-06-18"));
    await stream.over;
    expect(stream.events.every(({ data }) => data !== "")).toBe(true);
  });

  it.each(["2025-06-18", "2025-03-26", "2024-11-05"])("is taken in %s", async (version) => {
    const { url } = await serve();
    const answer = await post(url, initialize(version));
    expect(answer.json.result).toMatchObject({ protocolVersion: version, serverInfo: { name: "table" } });
    const id = { "mcp-session-id": answer.headers.get("mcp-session-id") ?? "" };
    // Without the header, which those before 2025-06-18 do not know.
    expect((await post(url, call("echo"), id)).status).toBe(200);
  });

  it("offers its newest version to a client that speaks another", async () => {
    const { url } = await serve();
    expect((await post(url, initialize("1999-01-01"))).json.result).toMatchObject({ protocolVersion: "2025-11-25" });
  });

  it("stays plain for a client that takes nothing else", async () => {
    const { url } = await serve();
    const headers = { ...(await begin(url)), accept: "application/json" };
    const answer = await post(url, withToken("progress"), headers);
    expect(answer.json).toMatchObject({ id: "p", result: { content: [{ text: "done" }] } });
  });

  it("is always a stream for a client that takes nothing else", async () => {
    const { url } = await serve();
    const stream = await postStream(url, call("echo"), { ...(await begin(url)), accept: "text/event-stream" });
    await stream.over;
    expect(messages(stream)).toMatchObject([{ id: 1 }]);
  });

  it("goes on without its client, which gets the rest when it comes back", async () => {
    const { url, relay } = await serve();
    const headers = await begin(url);
    const stream = await postStream(url, call("slow", { ms: 400 }), headers);
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    stream.close();
    const again = await getStream(url, { ...headers, "last-event-id": stream.events[0]?.id ?? "" });
    expect(await again.over).toBe(true);
    expect(messages(again)).toMatchObject([{ id: 1, result: { content: [{ text: "after 400" }] } }]);
    expect(relay.cancelled).toEqual([]);
    // And once more, from the start, after it is over.
    const third = await getStream(url, { ...headers, "last-event-id": stream.events[0]?.id ?? "" });
    expect(await third.over).toBe(true);
    expect(messages(third)).toEqual(messages(again));
    // After the last event there is nothing more, and coming back is to end.
    const last = again.events.at(-1)?.id ?? "";
    expect((await getStream(url, { ...headers, "last-event-id": last })).status).toBe(405);
  });

  it("whose pod is gone gets an error on coming back", async () => {
    const { url } = await serve();
    const headers = await begin(url);
    const id = `other.c3.2.${Buffer.from('"my id"').toString("base64url")}`;
    const stream = await getStream(url, { ...headers, "last-event-id": id });
    expect(await stream.over).toBe(true);
    expect(messages(stream)).toMatchObject([{ id: "my id", error: { code: -32603 } }]);
    const again = await getStream(url, { ...headers, "last-event-id": stream.events.at(-1)?.id ?? "" });
    expect(again.status).toBe(405);
  });

  it("whose answer was given up for others' gets an error on coming back, and the log says so", async () => {
    const { url, logs } = await serve({ limits: { replayBytes: 1000 } });
    const headers = await begin(url);
    const left = await postStream(url, call("slow", { ms: 200 }), headers);
    await vi.waitFor(() => expect(left.events).toHaveLength(1));
    left.close();
    await new Promise((resolve) => setTimeout(resolve, 400));
    // Its answer is kept, and then more than there is room for.
    const other = await postStream(url, call("slow", { ms: 200, text: "x".repeat(2000) }, 2), headers);
    await other.over;
    const big = await postStream(url, call("big", {}, 3), { ...headers, accept: "text/event-stream" });
    await big.over;
    const back = await getStream(url, { ...headers, "last-event-id": left.events[0]?.id ?? "" });
    expect(await back.over).toBe(true);
    expect(messages(back)).toMatchObject([{ id: 1, error: { code: -32603, message: expect.stringMatching(/lost/) } }]);
    expect(logs.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("the oldest stream gives up"),
        expect.stringContaining("a client came back for messages of which some were given up"),
      ]),
    );
    // And that is the end of it.
    const again = await getStream(url, { ...headers, "last-event-id": back.events.at(-1)?.id ?? "" });
    expect(again.status).toBe(405);
  });

  it("whose notifications were given up still gets its answer", async () => {
    const release = Promise.withResolvers<Outcome>();
    const relay = tableRelay({
      "tools/call loud": ({ onNotification }) => {
        onNotification({ method: "notifications/message", params: JSON.stringify({ data: "x".repeat(2000) }) });
        return release.promise;
      },
    });
    const { url } = await serve({ relay, limits: { replayBytes: 1000 } });
    const headers = await begin(url);
    const left = await postStream(url, call("loud"), headers);
    await vi.waitFor(() => expect(left.events).toHaveLength(2));
    left.close();
    const back = getStream(url, { ...headers, "last-event-id": left.events[0]?.id ?? "" });
    release.resolve({ kind: "result", text: '{"content":[]}' });
    const { over, ...stream } = await back;
    expect(await over).toBe(true);
    expect(messages(stream)).toMatchObject([{ id: 1, result: {} }]);
  });

  it("keeps its stream from other sessions", async () => {
    const { url } = await serve();
    const stream = await postStream(url, call("slow", { ms: 200 }), await begin(url));
    await stream.over;
    const other = await getStream(url, { ...(await begin(url)), "last-event-id": stream.events[0]?.id ?? "" });
    await other.over;
    expect(messages(other)).toMatchObject([{ error: { code: -32603 } }]);
  });

  it("is asked on its stream, and answered by POST", async () => {
    const { url } = await serve();
    const headers = await begin(url);
    const stream = await postStream(url, call("ask", { method: "roots/list", params: {} }), headers);
    await vi.waitFor(() => expect(messages(stream)).toMatchObject([{ method: "roots/list" }]));
    const { id } = messages(stream)[0] as { id: string };
    const body = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"roots":[],"big":9007199254740993}}`;
    expect((await post(url, body, headers)).status).toBe(202);
    await stream.over;
    expect(stream.events.at(-1)?.data).toContain("9007199254740993");
    // Late and twice: taken and dropped.
    expect((await post(url, body, headers)).status).toBe(202);
  });
});

describe("what passes", () => {
  it("is asked in vain where its client has gone: the server gets an error, its client later the end of it all", async () => {
    const { url } = await serve({ limits: { replaySeconds: 0.3 } });
    const headers = await begin(url);
    const left = await postStream(url, call("ask", { method: "roots/list", params: {} }), headers);
    await vi.waitFor(() => expect(messages(left)).toHaveLength(1));
    left.close();
    const last = left.events.at(-1)?.id ?? "";
    await new Promise((resolve) => setTimeout(resolve, 1600));
    const back = await getStream(url, { ...headers, "last-event-id": last });
    expect(await back.over).toBe(true);
    expect(messages(back)).toMatchObject([
      { method: "notifications/cancelled", params: { requestId: (messages(left)[0] as { id: string }).id } },
      { id: 1, result: { content: [{ text: expect.stringContaining("did not come back") }] } },
    ]);
  });

  it("keeps integers above 2^53, unknown members and the form of ids", async () => {
    const whole = '{"content":[],"n":9007199254740993,"x":{"y":[1.0,1e400]}}';
    const { url, relay } = await serve({
      relay: tableRelay({ "tools/call exact": () => ({ kind: "result", text: whole }) }),
    });
    const body =
      '{"jsonrpc":"2.0", "id" : 9007199254740993 ,"method":"tools/call","params":{"name":"exact","n":9007199254740995}}';
    const answer = await post(url, body, await begin(url));
    expect(answer.text).toBe(`{"jsonrpc":"2.0","id":9007199254740993,"result":${whole}}`);
    expect(relay.requests.at(-1)?.paramsText).toBe('{"name":"exact","n":9007199254740995}');
  });

  it("has no line break inside an event", async () => {
    const { url } = await serve({
      relay: tableRelay({ "tools/call pretty": () => ({ kind: "result", text: '{\r\n  "content":\n []\r}' }) }),
    });
    const stream = await postStream(url, call("pretty"), { ...(await begin(url)), accept: "text/event-stream" });
    await stream.over;
    expect(messages(stream)).toMatchObject([{ result: { content: [] } }]);
  });
});

describe("a GET stream", () => {
  it("hears what comes by itself, only the newest of several", async () => {
    const { url, relay } = await serve();
    const headers = await begin(url);
    const first = await getStream(url, headers);
    const second = await getStream(url, headers);
    await vi.waitFor(() => expect(second.events).toHaveLength(1));
    expect(second.events[0]).toMatchObject({ data: "", retry: "1000" });
    expect(relay.interests.size).toBe(1);
    relay.emit({ method: "notifications/tools/list_changed", params: undefined });
    await vi.waitFor(() => expect(messages(second)).toHaveLength(1));
    expect(messages(first)).toEqual([]);
    second.close();
    await vi.waitFor(() => {
      relay.emit({ method: "notifications/prompts/list_changed", params: undefined });
      expect(messages(first)).not.toEqual([]);
    });
  });

  it("brings what was missed meanwhile", async () => {
    const { url, relay } = await serve();
    const headers = await begin(url);
    const stream = await getStream(url, headers);
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    stream.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    relay.emit({ method: "notifications/tools/list_changed", params: undefined });
    const again = await getStream(url, { ...headers, "last-event-id": stream.events[0]?.id ?? "" });
    await vi.waitFor(() => expect(messages(again)).toMatchObject([{ method: "notifications/tools/list_changed" }]));
  });

  it("is given up after a while, and nobody listens any more", async () => {
    const { url, relay } = await serve({ limits: { replaySeconds: 0.1 } });
    const stream = await getStream(url, await begin(url));
    await vi.waitFor(() => expect(relay.interests.size).toBe(1));
    stream.close();
    await vi.waitFor(() => expect(relay.interests.size).toBe(0), 4000);
  });

  it("is refused where there are too many", async () => {
    const { url, logs } = await serve({ limits: { streams: 1 } });
    const headers = await begin(url);
    await getStream(url, headers);
    const refused = await getStream(url, headers);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(logs).toHaveLength(1);
    // A call is still answered, without its notifications.
    expect((await post(url, withToken("progress"), headers)).json.result).toMatchObject({
      content: [{ text: "done" }],
    });
  });
});

describe("a request of 2026-07-28", () => {
  const token = { name: "progress", _meta: {} };

  it("streams its notifications and ends with the answer", async () => {
    const { url } = await serve();
    const { headers } = modern("tools/call", token);
    const body = {
      jsonrpc: "2.0",
      id: 7,
      method: "tools/call",
      params: { name: "progress", _meta: { ...modernMeta, progressToken: 1 } },
    };
    const stream = await postStream(url, body, headers);
    expect(await stream.over).toBe(true);
    expect(messages(stream).map(({ method, id }) => method ?? id)).toEqual([
      "notifications/progress",
      "notifications/progress",
      "notifications/progress",
      7,
    ]);
    // Streams are not resumable in this revision.
    expect(stream.events.every(({ id }) => id === undefined)).toBe(true);
  });

  it("is cancelled when its client goes away, before and after the stream began", async () => {
    const { url, relay, front, ends } = await serve({ limits: { streamAfterSeconds: 0.05 } });
    const { body, headers } = modern("tools/call", { name: "never" });
    const plain = new AbortController();
    const early = post(url, body, headers);
    void early.catch(() => {});
    const waiting = fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", ...headers },
      body: JSON.stringify(body),
      signal: plain.signal,
    });
    const stream = await postStream(url, body, headers);
    await vi.waitFor(() => expect(front.inFlight()).toBe(3));
    plain.abort();
    await expect(waiting).rejects.toThrow("aborted");
    await vi.waitFor(() => expect(relay.cancelled).toHaveLength(1));
    stream.close();
    await vi.waitFor(() => expect(relay.cancelled).toHaveLength(2));
    expect(ends.map(({ outcome }) => outcome)).toEqual(["cancelled", "cancelled"]);
    expect(front.inFlight()).toBe(1);
  });

  it("maps errors that come first to statuses", async () => {
    const { url } = await serve({
      relay: tableRelay({
        "tools/call lacks": () => ({ kind: "error", text: '{"code":-32021,"message":"needs sampling"}' }),
      }),
    });
    const { body, headers } = modern("tools/call", { name: "lacks" });
    expect((await post(url, body, headers)).status).toBe(400);
    const failing = modern("tools/call", { name: "error" });
    expect((await post(url, failing.body, failing.headers)).status).toBe(200);
  });

  it("discovers", async () => {
    const { url } = await serve();
    const { body, headers } = modern("server/discover");
    expect((await post(url, body, headers)).json.result).toEqual({
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: expect.objectContaining({ tools: { listChanged: true } }) as unknown,
      instructions: "Ask the table.",
      ttlMs: 5000,
      cacheScope: "private",
      _meta: { "io.modelcontextprotocol/serverInfo": { name: "table", version: "1" } },
    });
  });

  it("takes a notification and needs nothing of it", async () => {
    const { url } = await serve();
    const body = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
    expect((await post(url, body, { "mcp-protocol-version": "2026-07-28" })).status).toBe(202);
  });
});

const listen = (notifications: unknown): ReturnType<typeof modern> => modern("subscriptions/listen", { notifications });

describe("subscriptions/listen", () => {
  const key = "io.modelcontextprotocol/subscriptionId";

  it("is acknowledged first, with what is there, and tagged", async () => {
    const { url, relay } = await serve();
    const { body, headers } = listen({
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: ["file:///a", 3],
    });
    const stream = await postStream(url, body, headers);
    await vi.waitFor(() => expect(messages(stream)).toHaveLength(1));
    relay.emit({ method: "notifications/tools/list_changed", params: undefined });
    relay.emit({
      method: "notifications/resources/updated",
      params: `{"uri":"file:///a","n":9007199254740993,"_meta":{"a":1,"${key}":"of the backend"}}`,
    });
    await vi.waitFor(() => expect(messages(stream)).toHaveLength(3));
    expect(messages(stream)).toEqual([
      {
        jsonrpc: "2.0",
        method: "notifications/subscriptions/acknowledged",
        params: {
          _meta: { [key]: 7 },
          notifications: { toolsListChanged: true, resourceSubscriptions: ["file:///a"] },
        },
      },
      { jsonrpc: "2.0", method: "notifications/tools/list_changed", params: { _meta: { [key]: 7 } } },
      {
        jsonrpc: "2.0",
        method: "notifications/resources/updated",
        params: { uri: "file:///a", n: Number("9007199254740993"), _meta: { a: 1, [key]: 7 } },
      },
    ]);
    expect(stream.events.at(-1)?.data).toContain("9007199254740993");
    const [interest] = relay.interests;
    expect([interest?.promptsListChanged, [...(interest?.resources ?? [])]]).toEqual([false, ["file:///a"]]);
  });

  it("ends when its client closes it", async () => {
    const { url, relay } = await serve();
    const { body, headers } = listen({});
    const stream = await postStream(url, body, headers);
    await vi.waitFor(() => expect(relay.interests.size).toBe(1));
    stream.close();
    await vi.waitFor(() => expect(relay.interests.size).toBe(0));
  });

  it("shows that it lives", async () => {
    const { url } = await serve({ limits: { commentSeconds: 0.05 } });
    const { body, headers } = listen({});
    const stream = await postStream(url, body, headers);
    await vi.waitFor(() => expect(stream.comments()).toBeGreaterThan(1));
  });
});

describe("a slow reader", () => {
  it("is cut off with a line in the log, and its session goes on", async () => {
    const { url, relay, logs } = await serve({ limits: { unreadBytes: 1_000_000 } });
    const headers = await begin(url);
    // Its body is never read.
    const abort = new AbortController();
    const response = await fetch(url, { headers: { accept: "text/event-stream", ...headers }, signal: abort.signal });
    const params = JSON.stringify({ level: "info", data: "x".repeat(100_000) });
    await vi.waitFor(() => {
      for (let i = 0; i < 10; i += 1) relay.emit({ method: "notifications/message", params });
      expect(logs.map(({ msg }) => msg)).toEqual([expect.stringContaining("does not read its event stream")]);
    }, 5000);
    abort.abort();
    void response;
    expect((await post(url, call("echo"), headers)).status).toBe(200);
  });

  it("of a plain answer is cut off as well", async () => {
    const relay = tableRelay({
      "tools/call huge": () => ({ kind: "result", text: JSON.stringify("x".repeat(30_000_000)) }),
    });
    const { url, port, logs } = await serve({ relay, limits: { stuckSeconds: 0.05, commentSeconds: 0.05 } });
    const connection = await raw(port);
    connection.socket.pause();
    connection.socket.write(rawPost(JSON.stringify(call("huge")), await begin(url)));
    await vi.waitFor(() => expect(logs[0]?.msg).toContain("has read nothing of its answer"), 5000);
  });
});
