import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const modern = { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } };

let folder: string;
let child: ChildProcessWithoutNullStreams | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gracewarden-backends-"));
});
afterEach(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function start(name: string, ...options: string[]) {
  const server = (child = spawn(process.execPath, [join(import.meta.dirname, `${name}.mjs`), ...options]));
  const lines: string[] = [];
  createInterface(server.stdout).on("line", (line) => lines.push(line));
  let id = 0;
  return {
    server,
    lines,
    ended: new Promise((done) => server.once("exit", (code, signal) => done(code ?? signal))),
    call: async (method: string, params: object): Promise<unknown> => {
      const mine = ++id;
      server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: mine, method, params })}\n`);
      for (;;) {
        const answer = lines.find((line) => line.includes(`"id":${mine},`));
        if (answer !== undefined) return JSON.parse(answer);
        await wait(5);
      }
    },
  };
}

const logged = (file: string): string[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { event: string }).event);

describe("backends", () => {
  it("answer both eras", async () => {
    const { call } = start("polite", "--name", "one");
    expect(await call("initialize", { protocolVersion: "2025-11-25" })).toMatchObject({
      result: { protocolVersion: "2025-11-25", serverInfo: { name: "one" } },
    });
    expect(await call("server/discover", modern)).toMatchObject({ result: { resultType: "complete" } });
    expect(await call("tools/call", { name: "echo", arguments: { text: "hi" } })).toMatchObject({
      result: { content: [{ type: "text", text: "one: hi" }] },
    });
    expect(await call("tools/call", { name: "ask", ...modern })).toMatchObject({
      result: { resultType: "input_required", requestState: "asked-once" },
    });
    const inputResponses = { name: { action: "decline" } };
    expect(await call("tools/call", { name: "ask", inputResponses, ...modern })).toMatchObject({
      result: { resultType: "complete", content: [{ text: '{"action":"decline"}' }] },
    });
  });

  it("speak one era where told to", async () => {
    const { call } = start("polite", "--era", "legacy");
    expect(await call("server/discover", modern)).toMatchObject({ error: { code: -32601 } });
  });

  it.each([
    ["polite", [], 0, ["started", "eof", "exit"]],
    ["ignores-eof", ["SIGTERM"], 0, ["started", "eof", "SIGTERM", "exit"]],
    ["ignores-sigterm", ["SIGTERM", "SIGKILL"], "SIGKILL", ["started", "eof", "SIGTERM"]],
  ] as const)("%s ends as its name says", async (name, signals, code, events) => {
    const log = join(folder, "log");
    const { server, call, ended } = start(name, "--log", log);
    await call("ping", {});
    server.stdin.end();
    for (const signal of signals) {
      await wait(100);
      server.kill(signal);
    }
    expect(await ended).toBe(code);
    expect(logged(log)).toEqual(events);
  });

  it("die the second time where they are to", async () => {
    const log = join(folder, "log");
    const first = start("dies", "--log", log);
    await first.call("ping", {});
    expect(await start("dies", "--log", log).ended).toBe(1);
    first.server.kill("SIGKILL");
  });
});
