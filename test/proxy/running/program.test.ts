import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { configFile, fixture, hasty, politeServer, program, runProxy, startProxy } from "../proxy-process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const polite = ["--", process.execPath, fixture("polite.mjs")];
const textOf = ({ message }: { message: { result?: { content: readonly { text: string }[] } } }): string | undefined =>
  message.result?.content[0]?.text;
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("gracewarden-proxy", () => {
  it.each<[readonly string[], number, RegExp, RegExp]>([
    [["--help"], 0, /^gracewarden-proxy: many MCP servers behind one endpoint/, /^$/],
    [["--version"], 0, new RegExp(`^${manifest.version.replaceAll(".", "\\.")}\n$`), /^$/],
    [[], 2, /^$/, /Usage/],
    [["chek", "x"], 2, /^$/, /there is no command "chek"; did you mean "check"\?/],
    [["node", "server.js"], 2, /^$/, /write gracewarden-proxy -- node/],
    [["--prt", "1", "--", "a"], 2, /^$/, /there is no option --prt; did you mean --port\?/],
    [["--port", "80800", "--", "a"], 2, /^$/, /--port must be a port from 0 .* not "80800"/],
    [["--port", "1", "--admin-port", "1", "--", "a"], 2, /^$/, /cannot share the port 1/],
    [["--port", "0"], 2, /^$/, /--config FILE, or -- COMMAND, is missing/],
    [["--"], 2, /^$/, /COMMAND behind -- is missing/],
    [["--config", "a", "--", "b"], 2, /^$/, /exclude each other/],
    [["--config", "/no/such/file"], 2, /^$/, /\/no\/such\/file cannot be read: it does not exist/],
    [["check", "/no/such/file"], 2, /^$/, /cannot be read: it does not exist/],
    [["check"], 2, /^$/, /FILE is missing/],
  ])("%j exits with %d", async (args, code, stdout, stderr) => {
    const run = await runProxy(args);
    expect(run).toMatchObject({ code, stdout: expect.stringMatching(stdout), stderr: expect.stringMatching(stderr) });
  });

  it.each([
    ["GRACEWARDEN_DRAIN_SECONDS", "ten"],
    ["GRACEWARDEN_LISTEN", "8080"],
    ["GRACEWARDEN_ADMIN_LISTEN", "[::1:80"],
    ["GRACEWARDEN_NODE_ADDRESS", "node-1"],
  ])("does not start with %s=%s", async (name, value) => {
    const { code, stderr } = await runProxy(polite, { [name]: value });
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^gracewarden-proxy: ${name} must `));
  });

  it("says which port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const run = await runProxy(["--port", String(port), "--admin-port", "0", ...polite]);
    taken.close();
    expect(run).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`cannot listen on 127.0.0.1 port ${port}: another program listens there`),
    });
  });
});

describe("one server behind it", () => {
  it("is ready when it has connected, answers, and ends with 0 and no process left", async () => {
    const log = join(temporaryFolder(), "termination-log");
    writeFileSync(log, "");
    const proxy = await startProxy(polite, { ...hasty, GRACEWARDEN_TERMINATION_LOG: log });
    await proxy.logged(/^ready$/);
    expect(await proxy.admin("/readyz")).toEqual({ status: 200, text: "ready\n" });
    expect(await proxy.admin("/startupz")).toMatchObject({ status: 200 });
    expect(await proxy.admin("/livez")).toMatchObject({ status: 200 });
    expect(await proxy.admin("/other")).toMatchObject({ status: 404 });
    expect(textOf(await proxy.call("echo", { text: "hi" }))).toBe("hi");
    const pid = Number(textOf(await proxy.call("pid")));
    const health = JSON.parse((await proxy.admin("/health")).text) as object;
    expect(health).toMatchObject({
      state: "ready",
      problems: [],
      backends: [{ name: "default", state: "ready", pid }],
    });
    const metrics = (await proxy.admin("/metrics")).text;
    expect(metrics).toMatch(/gracewarden_proxy_calls_total\{backend="default",outcome="ok"\} 2/);
    expect(metrics).toMatch(/gracewarden_proxy_backend_state\{backend="default",state="ready"\} 1/);
    expect(metrics).toMatch(/gracewarden_proxy_state\{state="ready"\} 1/);
    proxy.process.kill("SIGTERM");
    expect(await proxy.exited).toEqual({ code: 0, signal: null });
    expect(isAlive(pid)).toBe(false);
    expect(readFileSync(log, "utf8")).toMatch(/^gracewarden-proxy left .* after SIGTERM\. No call was cut/);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "serves its window after %s: ready, calls succeed, connections close",
    async (signal) => {
      const proxy = await startProxy(polite, { GRACEWARDEN_PROPAGATION_SECONDS: "1.5" });
      await proxy.logged(/^ready$/);
      expect((await proxy.call("echo")).connection).not.toBe("close");
      const began = performance.now();
      proxy.process.kill(signal);
      await proxy.logged(/^asked to leave$/);
      while (performance.now() - began < 1200) {
        const answer = await proxy.call("echo", { text: "late" });
        expect(answer).toMatchObject({ status: 200, connection: "close" });
        expect(await proxy.admin("/readyz")).toMatchObject({ status: 200, text: "draining\n" });
      }
      expect(await proxy.exited).toEqual({ code: 0, signal: null });
      expect((performance.now() - began) / 1000).toBeGreaterThan(1.5);
    },
  );

  it("answers a call in flight that fits, though readiness has turned", async () => {
    const proxy = await startProxy(polite, { GRACEWARDEN_PROPAGATION_SECONDS: "0.2", GRACEWARDEN_DRAIN_SECONDS: "5" });
    await proxy.logged(/^ready$/);
    const call = proxy.call("sleep", { ms: 1500 });
    await wait(200);
    proxy.process.kill("SIGTERM");
    await proxy.logged(/not ready any more/);
    expect(await proxy.admin("/readyz")).toMatchObject({ status: 503, text: "not ready: draining\n" });
    expect(await proxy.admin("/livez")).toMatchObject({ status: 200 });
    expect(textOf(await call)).toBe("slept 1500");
    expect(await proxy.exited).toEqual({ code: 0, signal: null });
  });

  it("cuts a call that does not fit with an error in its own response, and exits with 1", async () => {
    const log = join(temporaryFolder(), "termination-log");
    writeFileSync(log, "");
    const proxy = await startProxy(polite, {
      GRACEWARDEN_PROPAGATION_SECONDS: "0",
      GRACEWARDEN_DRAIN_SECONDS: "0.5",
      GRACEWARDEN_TERMINATION_LOG: log,
    });
    await proxy.logged(/^ready$/);
    const call = proxy.call("sleep", { ms: 30_000 });
    await wait(200);
    proxy.process.kill("SIGTERM");
    expect((await call).message.error).toMatchObject({ code: -32010 });
    expect(await proxy.exited).toEqual({ code: 1, signal: null });
    expect(readFileSync(log, "utf8")).toMatch(/1 call was cut: tools\/call sleep \(default\) after \d\.\d s\./);
  });

  it("ends at once at a second signal", async () => {
    const proxy = await startProxy(polite, { GRACEWARDEN_PROPAGATION_SECONDS: "20" });
    await proxy.logged(/^ready$/);
    const call = proxy.call("sleep", { ms: 30_000 });
    await wait(200);
    proxy.process.kill("SIGTERM");
    await proxy.logged(/^asked to leave$/);
    const began = performance.now();
    proxy.process.kill("SIGTERM");
    expect((await call).message.error).toMatchObject({ code: -32010 });
    expect(await proxy.exited).toEqual({ code: 1, signal: null });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it("begins to leave at /prestop, which answers when the window is over; SIGTERM then changes nothing", async () => {
    const proxy = await startProxy(polite, { GRACEWARDEN_PROPAGATION_SECONDS: "1" });
    await proxy.logged(/^ready$/);
    const began = performance.now();
    const hook = proxy.admin("/prestop");
    await proxy.logged(/^leaving$/);
    expect(await proxy.call("echo")).toMatchObject({ status: 200, connection: "close" });
    expect(await hook).toMatchObject({ status: 200 });
    expect((performance.now() - began) / 1000).toBeGreaterThan(0.95);
    proxy.process.kill("SIGTERM");
    expect(await proxy.exited).toEqual({ code: 0, signal: null });
  });

  it.each<[string, Record<string, string>, Record<string, string>, number]>([
    ["without its token", { GRACEWARDEN_PRESTOP_TOKEN: "t0ken" }, {}, 403],
    ["with another token", { GRACEWARDEN_PRESTOP_TOKEN: "t0ken" }, { authorization: "Bearer token" }, 403],
    ["with its token", { GRACEWARDEN_PRESTOP_TOKEN: "t0ken" }, { authorization: "Bearer t0ken" }, 200],
    ["of a browser's page", {}, { origin: "http://evil.example" }, 403],
  ])("answers a /prestop %s as it should", async (_name, env, headers, status) => {
    const proxy = await startProxy(polite, { ...hasty, ...env });
    expect(await proxy.admin("/prestop", { headers })).toMatchObject({ status });
    await proxy.logged(status === 200 ? /^leaving$/ : /^\/prestop is not obeyed/);
    expect(proxy.log.some(({ msg }) => msg === "leaving")).toBe(status === 200);
  });
});

describe("on stdio", () => {
  it("answers its client, keeps stdout for it, and leaves when it goes", async () => {
    const child = spawn(process.execPath, [program, "--stdio", ...polite], { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    const answered = new Promise((resolve) =>
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk.toString();
        if (stdout.includes(`"id":2`)) resolve(undefined);
      }),
    );
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const exited = new Promise((resolve) => child.on("close", (code) => resolve(code)));
    const send = (message: object): unknown => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const clientInfo = { name: "test", version: "1" };
    send({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo } });
    send({ method: "notifications/initialized" });
    send({ id: 2, method: "tools/call", params: { name: "echo", arguments: { text: "over stdio" } } });
    await answered;
    for (const line of stdout.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
    expect(stdout).toContain("over stdio");
    const began = performance.now();
    child.stdin.end();
    expect(await exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(stderr).toContain("left");
    expect(stderr).not.toContain("adminUrl");
  });

  it("keeps the audit log from stdout", async () => {
    const file = configFile({ mcpServers: { a: politeServer }, audit: { to: "stdout" } });
    expect(await runProxy(["--stdio", "--config", file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("stdout belongs to MCP"),
    });
  });
});

describe("a proxy under unusual circumstances", () => {
  it("is not ready while a required backend does not connect, leaves at once, and says so", async () => {
    const servers = { slow: { command: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] } };
    const proxy = await startProxy(["--config", configFile({ mcpServers: servers })]);
    expect(await proxy.admin("/startupz")).toMatchObject({
      status: 503,
      text: expect.stringContaining("backend slow is required and is connecting"),
    });
    expect(await proxy.admin("/readyz")).toMatchObject({ status: 503 });
    proxy.process.kill("SIGTERM");
    const began = performance.now();
    expect(await proxy.exited).toMatchObject({ code: 0 });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it("does not wait for a backend that is not required", async () => {
    const servers = { polite: politeServer, dead: { command: "/no/such/program", required: false } };
    const proxy = await startProxy(["--config", configFile({ mcpServers: servers })], hasty);
    await proxy.logged(/^ready$/);
    expect(textOf(await proxy.call("polite__echo", { text: "a" }))).toBe("a");
    const health = JSON.parse((await proxy.admin("/health")).text) as { problems: readonly string[] };
    expect(health.problems).toEqual([expect.stringMatching(/^backend dead: /)]);
  });

  it("gets a signal that came before anything was loaded", async () => {
    for (const after of [60, 100, 150]) {
      const child = spawn(process.execPath, [program, "--port", "0", "--admin-port", "0", ...polite], {
        stdio: "ignore",
      });
      const exited = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
      await wait(after);
      child.kill("SIGTERM");
      // Before Node runs the first line, the signal ends the process by itself.
      expect([
        { code: 0, signal: null },
        { code: null, signal: "SIGTERM" },
      ]).toContainEqual(await exited);
    }
  });

  it("leaves as politely when a shell has started it by exec", async () => {
    const proxyCommand = `exec "${process.execPath}" "${program}" --port 0 --admin-port 0 -- "${process.execPath}" "${fixture("polite.mjs")}"`;
    const child = spawn("sh", ["-c", proxyCommand], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...hasty },
    });
    const listening = new Promise((resolve) =>
      child.stderr.on("data", (chunk: Buffer) => chunk.includes("listening") && resolve(undefined)),
    );
    const exited = new Promise((resolve) => child.on("close", (code) => resolve(code)));
    await listening;
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
  });
});
