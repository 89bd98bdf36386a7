import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { configFile, fixture, hasty, startProxy, type ProxyProcess } from "../proxy-process.ts";

const polite = (...args: readonly string[]): object => ({
  command: process.execPath,
  args: [fixture("polite.mjs"), ...args],
});

/** A proxy in front of these servers, ready. */
async function proxyOf(servers: Readonly<Record<string, object>>, more: object = {}): Promise<ProxyProcess> {
  const required = Object.fromEntries(
    Object.entries(servers).map(([name, server]) => [name, { required: true, ...server }]),
  );
  const proxy = await startProxy(["--config", configFile({ mcpServers: required, ...more })], hasty);
  await proxy.logged(/^ready$/);
  return proxy;
}

async function legacy({ url }: ProxyProcess, answer?: string, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: answer === undefined ? {} : { elicitation: {} } },
  );
  if (answer !== undefined)
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: { name: answer } }));
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  onTestFinished(() => client.close());
  return client;
}

async function modern({ url }: ProxyProcess, answer?: string): Promise<ModernClient> {
  const client = new ModernClient(
    { name: "test", version: "2" },
    {
      versionNegotiation: { mode: { pin: "2026-07-28" } },
      ...(answer !== undefined && { capabilities: { elicitation: {} } }),
    },
  );
  if (answer !== undefined)
    client.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { name: answer } }));
  await client.connect(new ModernTransport(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A modern request as raw text, to see every byte. */
async function post({ url }: ProxyProcess, method: string, params: string, name?: string): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(name !== undefined && { "mcp-name": name }),
    },
    body: `{"jsonrpc":"2.0","id":"raw","method":${JSON.stringify(method)},"params":${params}}`,
  });
  return { status: response.status, text: await response.text() };
}

const meta = (more = "", capabilities = "{}"): string =>
  `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":${capabilities}${more}}`;

const wordsOf = (answer: unknown): string | undefined => (answer as { content: { text: string }[] }).content[0]?.text;

describe("several servers at one endpoint", () => {
  it("are listed in the config's order under their names, and called by them", async () => {
    const proxy = await proxyOf({
      b: polite("--name", "B", "--era", "modern", "--tool", "odd__name"),
      a: polite("--name", "A", "--era", "legacy"),
    });
    const client = await legacy(proxy);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith("__echo"))).toEqual(["b__echo", "a__echo"]);
    expect(names).toContain("b__odd__name");
    expect(wordsOf(await client.callTool({ name: "a__echo", arguments: { text: "x" } }))).toBe("A: x");
    expect(wordsOf(await client.callTool({ name: "b__odd__name", arguments: { text: "y" } }))).toBe("B: y");
    expect((await modern(proxy)).getServerVersion()?.name).toBe("gracewarden-proxy");
  });

  it("say by a sentence what is not there", async () => {
    const client = await legacy(await proxyOf({ a: polite(), b: polite() }));
    await expect(client.callTool({ name: "c__echo" })).rejects.toThrow('there is no tool "c__echo" here');
    await expect(client.callTool({ name: "echo" })).rejects.toThrow('there is no tool "echo" here');
    await expect(client.callTool({ name: "__proto__" })).rejects.toThrow('there is no tool "__proto__" here');
    await expect(client.readResource({ uri: "file:///nowhere" })).rejects.toThrow("file:///nowhere");
  });

  it("list 10,000 tools page by page, each once, the first of two with one name", async () => {
    const client = await legacy(await proxyOf({ many: polite("--tools", "10000", "--tool", "echo"), few: polite() }));
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listTools({ ...(cursor !== undefined && { cursor }) });
      expect(page.tools.length).toBeLessThanOrEqual(1000);
      names.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names.filter((name) => name.startsWith("many__extra-")).length).toBe(10_000);
    expect(new Set(names).size).toBe(names.length);
    await expect(client.listTools({ cursor: "from-the-moon" })).rejects.toThrow("cursor");
  });

  it("hide what is denied for a server, and refuse its call", async () => {
    const client = await legacy(await proxyOf({ a: { ...polite(), tools: { allow: ["e*"], deny: ["env"] } } }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["a__echo"]);
    await expect(client.callTool({ name: "a__env", arguments: { name: "HOME" } })).rejects.toThrow("there is no tool");
  });

  it("are seen and called by role, deny over allow", async () => {
    const proxy = await proxyOf(
      { a: polite(), b: polite() },
      {
        auth: {
          bearer: [
            { token: "a-long-token-of-ops", subject: "ops", roles: ["ops"] },
            { token: "a-long-token-of-dev", subject: "dev", roles: ["dev"] },
          ],
        },
        access: [
          { roles: ["ops"], allow: ["*"] },
          { roles: ["dev"], allow: ["a__*"], deny: ["a__env"] },
        ],
      },
    );
    const named = async (token: string): Promise<{ client: Client; names: readonly string[] }> => {
      const client = await legacy(proxy, undefined, { authorization: `Bearer ${token}` });
      return { client, names: (await client.listTools()).tools.map(({ name }) => name) };
    };
    const ops = await named("a-long-token-of-ops");
    const dev = await named("a-long-token-of-dev");
    expect(ops.names.length).toBe(2 * (dev.names.length + 1));
    expect(dev.names.every((name) => name.startsWith("a__") && name !== "a__env")).toBe(true);
    await expect(dev.client.callTool({ name: "b__echo" })).rejects.toThrow('there is no tool "b__echo" here');
    expect(wordsOf(await ops.client.callTool({ name: "b__echo", arguments: { text: "hi" } }))).toBe("hi");
  });

  it("stay listed while one is down; its calls say so, and it comes back", async () => {
    const proxy = await proxyOf({ a: polite(), b: polite() });
    const client = await legacy(proxy);
    await expect(client.callTool({ name: "a__crash" })).rejects.toThrow(/backend a/);
    expect((await client.listTools()).tools.some(({ name }) => name === "a__echo")).toBe(true);
    expect(wordsOf(await client.callTool({ name: "b__echo", arguments: { text: "b lives" } }))).toBe("b lives");
    await vi.waitFor(
      async () => expect(wordsOf(await client.callTool({ name: "a__echo", arguments: { text: "x" } }))).toBe("x"),
      { timeout: 5000, interval: 50 },
    );
  });

  it("tell both kinds of client that a list has changed", async () => {
    const proxy = await proxyOf({ l: polite("--era", "legacy"), m: polite("--era", "modern") });
    const old = await legacy(proxy);
    const recent = await modern(proxy);
    const heard: string[] = [];
    old.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push("old"));
    recent.setNotificationHandler("notifications/tools/list_changed", () => void heard.push("recent"));
    await recent.listen({ toolsListChanged: true });
    // The GET stream of the legacy client opens behind its handshake.
    await wait(200);
    await old.callTool({ name: "l__changed" });
    await vi.waitFor(() => expect([...heard].sort()).toEqual(["old", "recent"]), { timeout: 5000 });
  });
});

describe.each([
  ["legacy", "legacy"],
  ["legacy", "modern"],
  ["modern", "legacy"],
  ["modern", "modern"],
])("a %s client of a %s server", (of, era) => {
  const connect = of === "legacy" ? legacy : modern;

  it("calls, sees progress, and is asked in the middle of a call", async () => {
    const proxy = await proxyOf({ s: polite("--era", era), other: polite() });
    const client = await connect(proxy, "Ada");
    expect(wordsOf(await client.callTool({ name: "s__echo", arguments: { text: "x" } }))).toBe("x");
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }): void => void seen.push(progress);
    if (client instanceof Client) await client.callTool({ name: "s__progress" }, undefined, { onprogress });
    else await client.callTool({ name: "s__progress" }, { onprogress });
    expect(seen).toEqual([1, 2, 3]);
    expect(wordsOf(await client.callTool({ name: "s__ask" }))).toBe('{"action":"accept","content":{"name":"Ada"}}');
  });

  it("that cannot be asked gets an answer that says so", async () => {
    const client = await connect(await proxyOf({ s: polite("--era", era) }));
    const answer = await client.callTool({ name: "s__ask" }).then(wordsOf, (error: Error) => error.message);
    expect(answer).toMatch(/elicitation|capabilit|asked/i);
  });
});

describe("what a client sends", () => {
  it("reaches the server byte for byte but for names, and so does its answer", async () => {
    const proxy = await proxyOf({ a: polite(), b: polite() });
    const args = '{"n":12345678901234567890,"f":1.10,"_meta":{"x":1},"u":"\\u00e4\\u2028"}';
    const { text } = await post(proxy, "tools/call", `{"name":"a__echo","arguments":${args},${meta()}}`, "a__echo");
    // The fixture parses and prints its arguments, so the integer is its own; what it answers comes as it was.
    expect(text).toContain('"id":"raw"');
    expect(text).toContain('\\"f\\":1.1');
  });

  it("is refused where a member stands twice", async () => {
    const proxy = await proxyOf({ a: polite() });
    const twice = `{"name":"a__echo","name":"a__env","arguments":{},${meta()}}`;
    const { text } = await post(proxy, "tools/call", twice, "a__env");
    expect(text).toContain("twice");
    expect(text).toContain("-32600");
  });
});

const capable = meta("", '{"elicitation":{}}');
const params = (name: string, more = ""): string => `{"name":"${name}","arguments":{},${capable}${more}}`;

describe("a call that waits for its client's answer", () => {
  const asking = `{"name":"l__ask","arguments":{},${capable}`;
  interface Asked {
    readonly result: { readonly requestState: string; readonly inputRequests: Readonly<Record<string, unknown>> };
  }

  it("goes on with the next round, once, and for no other call", async () => {
    const proxy = await proxyOf({ l: polite("--era", "legacy"), m: polite("--era", "modern") });
    const first = JSON.parse((await post(proxy, "tools/call", `${asking}}`, "l__ask")).text) as Asked;
    const [key = ""] = Object.keys(first.result.inputRequests);
    const state = JSON.stringify(first.result.requestState);
    const round = `"requestState":${state},"inputResponses":{"${key}":{"action":"accept","content":{"name":"B"}}}}`;
    const elsewhere = await post(proxy, "tools/call", `{"name":"m__ask","arguments":{},${capable},${round}`, "m__ask");
    expect(elsewhere.text).toContain("-32602");
    expect((await post(proxy, "tools/call", `${asking},${round}`, "l__ask")).text).toContain('\\"name\\":\\"B\\"');
    expect((await post(proxy, "tools/call", `${asking},${round}`, "l__ask")).text).toContain("waits here no more");
  });

  it("of a modern server carries the server's name in its state, and another's is refused", async () => {
    const proxy = await proxyOf({ m: polite("--era", "modern"), n: polite("--era", "modern") });
    const first = JSON.parse((await post(proxy, "tools/call", params("m__ask"), "m__ask")).text) as Asked;
    expect(first.result.requestState).toBe("m.asked-once");
    const more = `,"requestState":"m.asked-once","inputResponses":{"name":{"action":"decline"}}`;
    expect((await post(proxy, "tools/call", params("n__ask", more), "n__ask")).text).toContain("-32602");
    expect((await post(proxy, "tools/call", params("m__ask", more), "m__ask")).text).toContain("decline");
  });
});

describe("a legacy server on stdio that asks", () => {
  it("reaches the one client that it serves, and none while it serves several", async () => {
    const proxy = await proxyOf({ s: polite("--era", "legacy") });
    const ada = await legacy(proxy, "Ada");
    const bob = await legacy(proxy, "Bob");
    expect(wordsOf(await ada.callTool({ name: "s__ask" }))).toContain("Ada");
    expect(wordsOf(await bob.callTool({ name: "s__ask" }))).toContain("Bob");
    const slow = bob.callTool({ name: "s__sleep", arguments: { ms: 1500 } });
    await wait(300);
    expect(wordsOf(await ada.callTool({ name: "s__ask" }))).toContain("cannot tell which client");
    await slow;
  });

  it("has one process a session with perSession, and each asks its own client", async () => {
    const proxy = await proxyOf({ s: { ...polite("--era", "legacy"), perSession: true } });
    const ada = await legacy(proxy, "Ada");
    const bob = await legacy(proxy, "Bob");
    const pids = await Promise.all([ada, bob].map(async (one) => wordsOf(await one.callTool({ name: "s__pid" }))));
    expect(new Set(pids).size).toBe(2);
    const slow = bob.callTool({ name: "s__sleep", arguments: { ms: 800 } });
    expect(wordsOf(await ada.callTool({ name: "s__ask" }))).toContain("Ada");
    await slow;
  });
});
