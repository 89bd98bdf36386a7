import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { begin, post } from "../front/post.ts";
import { configFile, hasty, politeServer, startProxy, type ProxyProcess } from "../proxy-process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const servers = (...names: readonly string[]): object => ({
  mcpServers: Object.fromEntries(names.map((name) => [name, politeServer])),
});

async function pidOf(proxy: ProxyProcess, server: string): Promise<string | undefined> {
  return (await proxy.call(`${server}__pid`)).message.result?.content[0]?.text;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 8000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error("it never became so");
    await wait(50);
  }
}

const denying = (deny: readonly string[]): object => ({ access: [{ roles: ["*"], allow: ["*"], deny }] });

const isThere = (proxy: ProxyProcess, server: string) => async () => (await pidOf(proxy, server)) !== undefined;

describe("a changed configuration", () => {
  it("is followed: what is the same lives on, what is new starts, what is gone finishes its calls first", async () => {
    const file = configFile(servers("same", "gone"));
    const proxy = await startProxy(["--config", file], hasty);
    await proxy.logged(/^ready$/);
    const same = await pidOf(proxy, "same");
    const slow = proxy.call("gone__sleep", { ms: 1500 });
    await wait(200);
    writeFileSync(file, JSON.stringify(servers("same", "new")));
    await proxy.logged(/^configuration reloaded$/);
    await until(isThere(proxy, "new"));
    expect(await pidOf(proxy, "same")).toBe(same);
    expect((await slow).message.result?.content[0]?.text).toBe("slept 1500");
    await proxy.logged(/^backend gone of the former configuration has ended$/);
    expect((await proxy.call("gone__pid")).message.error?.code).toBe(-32602);
    expect((await proxy.admin("/metrics")).text).toMatch(/gracewarden_proxy_config_generation 2/);
  });

  it("replaces a server whose settings changed", async () => {
    const file = configFile(servers("a"));
    const proxy = await startProxy(["--config", file], hasty);
    await proxy.logged(/^ready$/);
    const before = await pidOf(proxy, "a");
    writeFileSync(file, JSON.stringify({ mcpServers: { a: { ...politeServer, env: { NEW: "yes" } } } }));
    proxy.process.kill("SIGHUP");
    await proxy.logged(/^configuration reloaded$/);
    await until(async () => ![before, undefined].includes(await pidOf(proxy, "a")));
    expect((await proxy.call("a__env", { name: "NEW" })).message.result?.content[0]?.text).toBe("yes");
  });

  it("that changes what only a start can says so by name, until it is changed back", async () => {
    const file = configFile(servers("a"));
    const proxy = await startProxy(["--config", file], hasty);
    await proxy.logged(/^ready$/);
    const folder = temporaryFolder();
    const later = {
      audit: { to: "stderr" },
      listCache: folder,
      maxMessageBytes: 1_000_000,
      traces: { endpoint: "http://127.0.0.1:1/v1/traces" },
    };
    writeFileSync(file, JSON.stringify({ ...servers("a"), ...later }));
    const told = await proxy.logged(/until then the former values of audit, listCache, maxMessageBytes, traces hold$/);
    expect(told).toMatchObject({ level: "warn", keys: Object.keys(later) });
    const health = async (): Promise<string> => (await proxy.admin("/health")).text;
    for (const key of Object.keys(later)) expect(await health()).toContain(`the change of ${key} takes a restart`);
    writeFileSync(file, JSON.stringify(servers("a")));
    await until(async () => !(await health()).includes("takes a restart"));
  });

  it("that is broken leaves the former one in place; log, health and a metric say so", async () => {
    const file = configFile(servers("a"));
    const proxy = await startProxy(["--config", file], hasty);
    await proxy.logged(/^ready$/);
    writeFileSync(file, `{"mcpServers": {"a": {"comand": "x"}}}`);
    const line = await proxy.logged(/^configuration not reloaded; the former one holds on$/);
    expect(line["problem"]).toMatch(/unknown key "comand"/);
    expect(await pidOf(proxy, "a")).toBeDefined();
    const health = JSON.parse((await proxy.admin("/health")).text) as { problems: readonly string[] };
    expect(health.problems).toEqual([expect.stringContaining(`unknown key "comand"`)]);
    expect((await proxy.admin("/metrics")).text).toMatch(/gracewarden_proxy_config_failures_total 1/);
    expect(await proxy.admin("/readyz")).toMatchObject({ status: 200 });
    writeFileSync(file, JSON.stringify(servers("a", "b")));
    await until(isThere(proxy, "b"));
    expect(JSON.parse((await proxy.admin("/health")).text)).toMatchObject({ problems: [] });
  });

  it("is seen where a mounted ConfigMap swaps its symbolic links", async () => {
    const folder = temporaryFolder();
    const put = (name: string, config: object): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "proxy.json"), JSON.stringify(config));
      symlinkSync(name, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    };
    put("..1", servers("a"));
    symlinkSync("..data/proxy.json", join(folder, "proxy.json"));
    const proxy = await startProxy(["--config", join(folder, "proxy.json")], hasty);
    await proxy.logged(/^ready$/);
    put("..2", servers("a", "b"));
    await until(isThere(proxy, "b"));
    expect(await pidOf(proxy, "a")).toBeDefined();
  });

  it("gives and takes access at once", async () => {
    const token = "0123456789abcdef0123456789abcdef";
    const auth = { bearer: [{ token, subject: "ci", roles: ["dev"] }] };
    const file = configFile({ ...servers("a"), auth, access: [{ roles: ["dev"], allow: ["a__echo"] }] });
    const proxy = await startProxy(["--config", file], hasty);
    await proxy.logged(/^ready$/);
    const asDev = { authorization: `Bearer ${token}` };
    expect((await proxy.call("a__echo")).status).toBe(401);
    expect((await proxy.call("a__echo", {}, asDev)).message.result).toBeDefined();
    expect((await proxy.call("a__pid", {}, asDev)).message.error?.code).toBe(-32602);
    writeFileSync(file, JSON.stringify({ ...servers("a"), auth, access: [{ roles: ["dev"], allow: ["a__pid"] }] }));
    await until(async () => (await proxy.call("a__pid", {}, asDev)).message.result !== undefined);
    expect((await proxy.call("a__echo", {}, asDev)).message.error?.code).toBe(-32602);
    expect(proxy.stderr()).not.toContain(token);
  });

  it("changes the lists with the rules, the separator and the servers, and clients are told", async () => {
    const file = configFile({ ...servers("a", "b"), ...denying(["a__env"]) });
    const proxy = await startProxy(["--config", file], hasty);
    await proxy.logged(/^ready$/);
    const session = await begin(proxy.url);
    const names = async (): Promise<readonly string[]> => {
      const { json } = await post(proxy.url, { jsonrpc: "2.0", id: 1, method: "tools/list" }, session);
      return ((json.result ?? {}) as { tools: { name: string }[] }).tools.map(({ name }) => name);
    };
    expect(await names()).toEqual(expect.arrayContaining(["a__echo", "a__pid", "b__echo"]));
    const stream = await fetch(proxy.url, { headers: { accept: "text/event-stream", ...session } });
    let told = "";
    const ended = (async () => {
      for await (const chunk of stream.body ?? []) told += Buffer.from(chunk).toString();
    })();
    writeFileSync(file, JSON.stringify({ ...servers("a"), ...denying(["a.pid"]), separator: "." }));
    await proxy.logged(/^configuration reloaded$/);
    await until(async () => (await names()).includes("a.echo"));
    expect((await names()).filter((name) => !name.startsWith("a.") || name === "a.pid")).toEqual([]);
    expect(await names()).toContain("a.env");
    // Lists are told of once a second; this one may have to wait for its turn.
    await until(async () => Promise.resolve(told.includes("notifications/tools/list_changed")));
    proxy.process.kill("SIGTERM");
    await ended;
  });
});
