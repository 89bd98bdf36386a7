import {
  Client as ModernSdkClient,
  StreamableHTTPClientTransport as ModernTransport,
} from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { serve, type Served } from "./front/serve.ts";

async function legacyClient({ url }: Served): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { capabilities: { sampling: {}, elicitation: {} } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

async function modernClient({ url }: Served): Promise<ModernSdkClient> {
  const client = new ModernSdkClient(
    { name: "test", version: "2" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  await client.connect(new ModernTransport(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

const wordsOf = (answer: unknown): string | undefined => (answer as { content: { text: string }[] }).content[0]?.text;

describe("the client of @modelcontextprotocol/sdk", () => {
  it("lists and calls", async () => {
    const client = await legacyClient(await serve());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
    expect(wordsOf(await client.callTool({ name: "echo", arguments: { a: 1 } }))).toBe('{"a":1}');
    expect(client.getInstructions()).toBe("Ask the table.");
    await client.ping();
  });

  it("sees progress", async () => {
    const client = await legacyClient(await serve());
    const seen: number[] = [];
    await client.callTool({ name: "progress" }, undefined, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
  });

  it("answers sampling and elicitation", async () => {
    const client = await legacyClient(await serve());
    client.setRequestHandler(CreateMessageRequestSchema, async () => ({
      model: "m",
      role: "assistant",
      content: { type: "text", text: "sampled" },
    }));
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: { name: "Ada" } }));
    const sampled = await client.callTool({
      name: "ask",
      arguments: { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } },
    });
    expect(wordsOf(sampled)).toContain("sampled");
    const elicited = await client.callTool({
      name: "ask",
      arguments: {
        method: "elicitation/create",
        params: { message: "who?", requestedSchema: { type: "object", properties: { name: { type: "string" } } } },
      },
    });
    expect(wordsOf(elicited)).toContain("Ada");
  });

  it("hears of changes, updates and log messages on its GET stream", async () => {
    const served = await serve();
    const client = await legacyClient(served);
    const heard: string[] = [];
    client.setNotificationHandler(ToolListChangedNotificationSchema, ({ method }) => void heard.push(method));
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri));
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void heard.push(String(params.data)),
    );
    await client.subscribeResource({ uri: "file:///a" });
    await client.setLoggingLevel("warning");
    await vi.waitFor(() => expect(served.relay.interests.size).toBe(1));
    const [interest] = served.relay.interests;
    expect([...(interest?.resources ?? [])]).toEqual(["file:///a"]);
    expect(interest?.logLevel).toBe("warning");
    served.relay.emit({ method: "notifications/tools/list_changed", params: undefined });
    served.relay.emit({ method: "notifications/resources/updated", params: '{"uri":"file:///a"}' });
    served.relay.emit({ method: "notifications/message", params: '{"level":"error","data":"oh"}' });
    await vi.waitFor(() => expect(heard).toEqual(["notifications/tools/list_changed", "file:///a", "oh"]));
  });

  it("cancels with a notification", async () => {
    const served = await serve();
    const client = await legacyClient(served);
    const abort = new AbortController();
    const call = client.callTool({ name: "never" }, undefined, { signal: abort.signal });
    await vi.waitFor(() => expect(served.front.inFlight()).toBe(1));
    abort.abort("enough");
    await expect(call).rejects.toThrow("enough");
    await vi.waitFor(() => expect(served.relay.cancelled).toEqual(["enough"]));
    expect(served.front.inFlight()).toBe(0);
    expect(served.ends.at(-1)?.outcome).toBe("cancelled");
  });
});

describe("the client of @modelcontextprotocol/client", () => {
  it("lists and calls", async () => {
    const served = await serve();
    const client = await modernClient(served);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
    expect(wordsOf(await client.callTool({ name: "echo", arguments: { a: 1 } }))).toBe('{"a":1}');
    expect(served.relay.requests.every(({ client: { era } }) => era === "modern")).toBe(true);
  });

  it("sees progress", async () => {
    const client = await modernClient(await serve());
    const seen: number[] = [];
    await client.callTool({ name: "progress" }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
  });

  it("listens, hears of changes and updates, and of the end", async () => {
    const served = await serve();
    const client = await modernClient(served);
    const heard: string[] = [];
    client.setNotificationHandler("notifications/tools/list_changed", ({ method }) => void heard.push(method));
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri));
    const subscription = await client.listen({ toolsListChanged: true, resourceSubscriptions: ["file:///a"] });
    served.relay.emit({ method: "notifications/tools/list_changed", params: undefined });
    served.relay.emit({ method: "notifications/resources/updated", params: '{"uri":"file:///a"}' });
    await vi.waitFor(() => expect(heard).toEqual(["notifications/tools/list_changed", "file:///a"]));
    served.front.endStreams();
    expect(await subscription.closed).toBe("graceful");
  });

  it("cancels by closing the response", async () => {
    const served = await serve();
    const client = await modernClient(served);
    const abort = new AbortController();
    const call = client.callTool({ name: "never" }, { signal: abort.signal });
    await vi.waitFor(() => expect(served.front.inFlight()).toBe(1));
    abort.abort("enough");
    await expect(call).rejects.toThrow("enough");
    await vi.waitFor(() => expect(served.relay.cancelled).toHaveLength(1));
  });

  it("finds the era by itself", async () => {
    const served = await serve();
    const client = new ModernSdkClient({ name: "test", version: "2" }, { versionNegotiation: { mode: "auto" } });
    await client.connect(new ModernTransport(new URL(served.url)));
    onTestFinished(() => client.close());
    await client.callTool({ name: "echo", arguments: {} });
    expect(served.relay.requests.at(-1)?.client.era).toBe("modern");
  });
});
