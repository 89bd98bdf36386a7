import { describe, expect, it } from "vitest";
import { getStream } from "./front/events.ts";
import { begin, call, initialize, modern, post, raw, rawPost } from "./front/post.ts";
import { serve, type Served } from "./front/serve.ts";
import { sleep } from "./front/table-relay.ts";

/** Clients say who they are by a header. */
const named = {
  authenticate: ({ headers }: { headers: NodeJS.Dict<string | string[]> }) => ({
    identity: { subject: String(headers["x-who"] ?? "nobody"), roles: [] },
  }),
};
const ada = { "x-who": "ada" };
const bob = { "x-who": "bob" };

/** Begins calls that are never answered. */
async function occupy({ url, front }: Served, who: Record<string, string>, calls: number): Promise<void> {
  const before = front.inFlight();
  const { body, headers } = modern("tools/call", { name: "never" });
  for (let n = 0; n < calls; n += 1) void post(url, body, { ...headers, ...who }).catch(() => {});
  await expect.poll(() => front.inFlight()).toBe(before + calls);
}

describe("one client", () => {
  it("does not take all calls: its next is told to wait, others go on, and all of it is counted", async () => {
    const served = await serve({ ...named, limits: { calls: 4 } });
    await occupy(served, ada, 2);
    const { body, headers } = modern("tools/call", { name: "echo" });
    const refused = await post(served.url, body, { ...headers, ...ada });
    expect([refused.status, refused.headers.get("retry-after"), refused.json.id]).toEqual([429, "1", 7]);
    expect(refused.json.error?.message).toMatch(/its share of the calls in flight .* did not begin this one/);
    expect((await post(served.url, body, { ...headers, ...bob })).status).toBe(200);
    await occupy(served, bob, 1);
    await occupy(served, { "x-who": "eve" }, 1);
    expect((await post(served.url, body, { ...headers, "x-who": "new" })).status).toBe(503);
    expect(served.front.shares["calls"]?.refused()).toEqual({ share: 1, full: 1 });
    expect(served.ends.map(({ outcome }) => outcome)).toEqual(["refused", "ok", "refused"]);
  });

  it("of 2025 is told the same", async () => {
    const served = await serve({ limits: { calls: 2 } });
    const headers = await begin(served.url);
    await occupy(served, {}, 1);
    const refused = await post(served.url, call("echo"), headers);
    expect([refused.status, refused.headers.get("retry-after"), refused.json.id]).toEqual([429, "1", 1]);
  });

  it("does not take all memory for calls", async () => {
    const served = await serve({ ...named, limits: { callsBytes: 6000 } });
    await occupy(served, ada, 1);
    const { body, headers } = modern("tools/call", { name: "echo", arguments: { text: "x".repeat(3000) } });
    expect((await post(served.url, body, { ...headers, ...ada })).status).toBe(429);
    const small = modern("tools/call", { name: "echo" });
    expect((await post(served.url, small.body, { ...small.headers, ...bob })).status).toBe(200);
  });

  it("does not take all room for bodies", async () => {
    const { port, url, front } = await serve({ ...named, limits: { bodiesBytes: 10_000 } });
    const connection = await raw(port);
    connection.socket.write(rawPost("x".repeat(4000), ada, 5000));
    await sleep(50);
    const long = `"${"x".repeat(2000)}"`;
    const refused = await post(url, long, ada);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await post(url, long, bob)).status).toBe(400);
    connection.socket.destroy();
    await expect.poll(() => front.shares["bodies"]?.total).toBe(0);
    expect((await post(url, initialize(), ada)).status).toBe(200);
  });

  it("does not take all streams", async () => {
    const { url, logs } = await serve({ ...named, limits: { streams: 2 } });
    const open = async (who: Record<string, string>): Promise<number> => {
      const { headers } = await post(url, initialize(), who);
      const session = { "mcp-session-id": headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
      return (await getStream(url, { ...session, ...who })).status;
    };
    expect(await open(ada)).toBe(200);
    expect(await open(ada)).toBe(503);
    expect(await open(bob)).toBe(200);
    expect(logs.map(({ msg }) => msg)).toEqual([
      "a client has its share of the open event streams: no other is begun for it",
    ]);
  });

  it("does not take all connections", async () => {
    const { port, front } = await serve({ limits: { connections: 4 } });
    const kept = [await raw(port), await raw(port)];
    const third = await raw(port);
    expect(await third.over).toMatch(/end|ECONNRESET/);
    kept[0]?.socket.destroy();
    await expect.poll(() => front.shares["connections"]?.total).toBe(1);
    const next = await raw(port);
    await sleep(50);
    expect(next.socket.readyState).toBe("open");
  });
});
