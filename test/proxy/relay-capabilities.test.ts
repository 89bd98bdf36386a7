import { expect, it } from "vitest";
import { scriptConfig } from "./backend-fixture.ts";
import { answerTo, modernClient, relayOf, toolCallFrom } from "./relay-of.ts";

/** A 2025 server whose tools ask, and do with a refusal what their name says. */
const asking = scriptConfig(
  `const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
  const refused = {
    passes: (id, error) => send({ id, error }),
    wraps: (id, error) => send({ id, error: { code: -32603, message: "Tool failed: " + error.message } }),
    copes: (id) => send({ id, result: { content: [{ type: "text", text: "did without" }] } }),
    fails: (id) => send({ id, error: { code: -32000, message: "the disk is full" } }),
  };
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params, error } = JSON.parse(line);
    if (error !== undefined && typeof id === "string") return refused[id.split("-")[0]](Number(id.split("-")[1]), error);
    if (id === undefined || method === undefined) return;
    if (method === "server/discover") return send({ id, error: { code: -32601, message: "unknown" } });
    if (method === "initialize") return send({ id, result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } } });
    if (method === "tools/list") return send({ id, result: { tools: Object.keys(refused).map((name) => ({ name, inputSchema: { type: "object" } })) } });
    if (method === "tools/call") send({ id: params.name + "-" + id, method: "sampling/createMessage", params: {} });
  });`,
  { name: "s" },
);

it.each<[string, object]>([
  ["passes", { error: { code: -32021, data: { requiredCapabilities: { sampling: {} } } } }],
  ["wraps", { error: { code: -32021, data: { requiredCapabilities: { sampling: {} } } } }],
  ["copes", { content: [{ text: "did without" }] }],
  ["fails", { error: { code: -32000, message: "the disk is full" } }],
])("a 2025 server that asks a 2026 client for what it cannot do, and %s", async (tool, expected) => {
  const { relay } = await relayOf([asking]);
  expect(await answerTo(relay.request(toolCallFrom(modernClient, `s__${tool}`)))).toMatchObject(expected);
});
