import { expect, it } from "vitest";
import { begin, call, initialize, modern, post } from "./front/post.ts";
import { serve, type Served } from "./front/serve.ts";
import { tableRelay } from "./front/table-relay.ts";

const told = ({ ends }: Served): readonly string[] => ends.map(({ method, outcome }) => `${method} ${outcome}`);

it("each request but ping is told to audit and metrics once, with how it ended", async () => {
  const served = await serve();
  const { url, front } = served;
  const session = await begin(url);
  const listed = modern("tools/list");
  await post(url, { jsonrpc: "2.0", id: 1, method: "ping" }, session);
  await post(url, call("echo"), session);
  await post(url, call("echo"), { ...session, "mcp-session-id": "none" });
  await post(url, initialize("2025-11-25", []));
  await post(url, modern("server/discover").body, modern("server/discover").headers);
  await post(url, listed.body, { ...listed.headers, "mcp-method": "tools/call" });
  front.refuse();
  await post(url, call("echo"), session);
  await post(url, listed.body, listed.headers);
  expect(told(served)).toEqual([
    "initialize ok",
    "tools/call ok",
    "tools/call error",
    "initialize error",
    "server/discover ok",
    "tools/list error",
    "tools/call refused",
    "tools/list refused",
  ]);
});

it("what is denied is told as denied, and a name of any length in short", async () => {
  const relay = tableRelay();
  const served = await serve({ relay: { ...relay, request: (one) => ({ ...relay.request(one), isDenied: true }) } });
  const session = await begin(served.url);
  await post(served.url, call("x".repeat(100_000)), session);
  expect(served.ends.at(-1)).toMatchObject({ outcome: "denied", name: "x".repeat(256) });
});

it.each([
  ["many", { calls: 6 }],
  ["long", { callsBytes: 800 }],
])(
  "calls of one client that are too %s in all are not begun, also where their clients have gone away",
  async (_name, limits) => {
    const served = await serve({ limits });
    const session = await begin(served.url);
    const away = new AbortController();
    for (const id of [1, 2, 3])
      fetch(served.url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", ...session },
        body: JSON.stringify(call("never", {}, id)),
        signal: away.signal,
      }).catch(() => {});
    await expect.poll(() => served.front.inFlight()).toBe(3);
    away.abort();
    const { json } = await post(served.url, call("echo", { text: "x".repeat(200) }, 4), session);
    expect(json.error?.message).toContain("its share of the calls in flight");
    expect(told(served).at(-1)).toBe("tools/call refused");
  },
);
