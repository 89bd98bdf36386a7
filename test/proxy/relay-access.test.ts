import { describe, expect, it } from "vitest";
import { begin, post, type Reply } from "./front/post.ts";
import { configFile, fixture, hasty, startProxy, type ProxyProcess } from "./proxy-process.ts";

const mirror = { command: process.execPath, args: [fixture("mirror.mjs")] };
const open = { roles: ["*"], allow: ["open", "docs://open/*"] };

/** A proxy with these rules before one server whose names are its own. */
async function guarded(access: readonly object[], more: object = {}): Promise<ProxyProcess> {
  const config = { mcpServers: { mirror }, separator: "", access, ...more };
  const proxy = await startProxy(["--config", configFile(config)], hasty);
  await proxy.logged(/^ready$/);
  return proxy;
}

const asker = async ({ url }: ProxyProcess): Promise<(method: string, params?: unknown) => Promise<Reply>> => {
  const headers = await begin(url);
  return (method, params) => post(url, { jsonrpc: "2.0", id: 1, method, params }, headers);
};

describe("an access rule", () => {
  it("gates every method by which something can be reached", async () => {
    const ask = await asker(await guarded([open]));
    const reached: readonly [string, unknown][] = [
      ["tools/call", { name: "open" }],
      ["prompts/get", { name: "open" }],
      ["resources/read", { uri: "docs://open/a" }],
      ["resources/subscribe", { uri: "docs://open/a" }],
      ["completion/complete", { ref: { type: "ref/prompt", name: "open" } }],
      ["completion/complete", { ref: { type: "ref/resource", uri: "docs://open/{x}" } }],
    ];
    for (const [method, params] of reached)
      expect.soft((await ask(method, params)).json.error, `${method} ${JSON.stringify(params)}`).toBeUndefined();
    const withheld: readonly [string, unknown][] = [
      ["tools/call", { name: "shut" }],
      ["prompts/get", { name: "shut" }],
      ["resources/read", { uri: "docs://shut/b" }],
      ["resources/subscribe", { uri: "docs://shut/b" }],
      ["completion/complete", { ref: { type: "ref/prompt", name: "shut" } }],
      ["completion/complete", { ref: { type: "ref/resource", uri: "docs://shut/b" } }],
      ["completion/complete", { ref: { type: "ref/resource", uri: "docs://shut/b", name: "open" } }],
      ["completion/complete", { ref: { type: "ref/resource", URI: "docs://shut/b", uri: "docs://open/a" } }],
      ["tasks/list", {}],
      ["vendor/run", { name: "shut" }],
    ];
    for (const [method, params] of withheld) {
      const { json } = await ask(method, params);
      expect.soft(json.error?.code, `${method} ${JSON.stringify(params)}`).toBeLessThan(-32599);
    }
    const lists: readonly [string, RegExp][] = [
      ["tools/list", /"open"/],
      ["prompts/list", /"open"/],
      ["resources/list", /open\/a/],
    ];
    for (const [method, shown] of lists) {
      const { text } = await ask(method);
      expect.soft(text).toMatch(shown);
      expect.soft(text).not.toContain("shut");
    }
  });

  it("lets the methods of extensions reach the only server where there is none", async () => {
    const ask = await asker(await guarded([]));
    expect((await ask("tasks/list", {})).text).toContain("tasks/list");
  });
});
