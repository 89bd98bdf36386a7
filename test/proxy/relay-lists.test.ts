import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Call } from "../../proxy/message.ts";
import { scriptConfig, until } from "./backend-fixture.ts";
import { answerTo, legacyClient, relayOf, requestFrom } from "./relay-of.ts";

/** A server on stdio that says without end that its tools have changed, and counts how often it is asked for them. */
const restless = scriptConfig(
  `const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
  let asked = 0;
  const capabilities = { tools: { listChanged: true }, prompts: { listChanged: true } };
  const methods = {
    "server/discover": (id) => send({ id, error: { code: -32601, message: "unknown" } }),
    initialize: (id) => send({ id, result: { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "s", version: "1" } } }),
    "notifications/initialized": () => setInterval(() => {
      for (let n = 0; n < 50; n += 1) send({ method: "notifications/tools/list_changed" });
      send({ method: "notifications/prompts/list_changed" });
    }, 20),
    "tools/list": (id) => send({ id, result: { tools: [{ name: "tool-" + (asked += 1), inputSchema: { type: "object" } }] } }),
    "prompts/list": (id) => send({ id, result: { prompts: [] } }),
  };
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method } = JSON.parse(line);
    methods[method]?.(id);
  });`,
  { name: "s" },
);

it("lists that change without end are read and told of once a second, and in the end as they are", async () => {
  const { relay } = await relayOf([restless]);
  const heard: string[] = [];
  relay.listen({
    client: legacyClient,
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: false,
    resources: new Set(),
    logLevel: undefined,
    onNotification: ({ method }: Call) => void heard.push(method),
  });
  const tool = async (): Promise<number> => {
    const { tools } = (await answerTo(relay.request(requestFrom(legacyClient, "tools/list", {})))) as unknown as {
      tools: readonly { readonly name: string }[];
    };
    return Number(tools[0]?.name.split("-").at(-1));
  };
  await until(() => heard.length > 0);
  const before = { heard: heard.length, tool: await tool() };
  await wait(3000);
  for (const method of ["notifications/tools/list_changed", "notifications/prompts/list_changed"]) {
    const told = heard.slice(before.heard).filter((one) => one === method);
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(4);
  }
  expect((await tool()) - before.tool).toBeLessThanOrEqual(4);
  expect(await tool()).toBeGreaterThan(before.tool);
});
