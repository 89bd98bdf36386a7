import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { backoffSeconds } from "../../../proxy/backends/backoff.ts";
import type { StdioBackend } from "../../../proxy/config/config.ts";
import {
  callTool,
  processesWith,
  stdioConfig,
  textOf,
  toolCall,
  until,
  watched,
  type Watched,
} from "../backend-fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "backends-"));
afterAll(() => rmSync(folder, { recursive: true }));

const open: Watched[] = [];
function start(config: StdioBackend): Watched {
  const result = watched(config, { random: () => 0 });
  open.push(result);
  return result;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ backend }) => backend.stop(1)));
});

const starts = (log: string): number =>
  readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.includes("started")).length;

describe("a backend that dies", () => {
  it.each([["polite.mjs"], ["grandchildren.mjs"]])(
    "%s, killed from outside, is back at once the first time",
    async (file) => {
      const marker = `killed-${Math.random()}`;
      const { backend, ready, down } = start(stdioConfig(file, ["--marker", marker]));
      const connection = await backend.connection();
      const call = connection.request(toolCall(connection, "sleep", { ms: 60_000 }));
      const pid = backend.health().pid!;
      process.kill(pid, "SIGKILL");
      expect(textOf(await call.outcome)).toBe("error: backend b: its process was killed by SIGKILL");
      await until(() => ready.length === 2, 5);
      expect(down).toEqual(["its process was killed by SIGKILL"]);
      expect(backend.health()).toMatchObject({ state: "ready", restarts: 1 });
      expect(backend.health().pid).not.toBe(pid);
      expect(await callTool(backend, "echo", { text: "again" })).toBe("again");
      // What the first one left is gone.
      await until(() => processesWith(marker).length === (file === "polite.mjs" ? 1 : 2));
    },
  );

  it("again and again backs off, and health and calls say so", async () => {
    const log = join(folder, "dies.log");
    const { backend, ready } = start(stdioConfig("dies.mjs", ["--log", log]));
    await backend.connection();
    process.kill(backend.health().pid!, "SIGKILL");
    await until(() => backend.state() === "waiting");
    expect(ready).toHaveLength(1);
    const { problem, retryInSeconds } = backend.health();
    expect(problem).toBe("its process exited with code 1");
    expect(retryInSeconds).toBeGreaterThan(0);
    expect(() => backend.connection()).toThrow(
      /^backend b: its process exited with code 1; the next attempt is in \d+ s$/,
    );
    rmSync(log);
    await until(() => ready.length === 2);
    expect(backend.health()).toMatchObject({ state: "ready", restarts: 1 });
    expect(backend.health().problem).toBeUndefined();
  });

  it("once the proxy leaves stays dead", async () => {
    const log = join(folder, "frozen.log");
    const { backend } = start(stdioConfig("polite.mjs", ["--log", log]));
    const connection = await backend.connection();
    backend.freeze();
    expect(await callTool(backend, "echo", { text: "still" })).toBe("still");
    expect(backend.connection()).toBe(connection);
    process.kill(backend.health().pid!, "SIGKILL");
    await until(() => backend.state() === "idle");
    await wait(1500);
    expect(starts(log)).toBe(1);
    expect(() => backend.connection()).toThrow(
      "backend b: its process was killed by SIGKILL, and the proxy is leaving",
    );
  });

  it("while it waits and the proxy leaves is not started again", async () => {
    const { backend } = start(stdioConfig("dies.mjs"));
    backend.start();
    await until(() => backend.state() === "waiting");
    backend.freeze();
    expect(backend.state()).toBe("idle");
    await wait(1500);
    expect(backend.state()).toBe("idle");
  });
});

describe("a backend that does not start", () => {
  const script = join(folder, "not-executable");
  writeFileSync(script, "#!/bin/sh\n", { mode: 0o644 });

  it.each<[string, Partial<StdioBackend>, string]>([
    [
      "a command that is not there",
      { command: "no-such-command" },
      `the command no-such-command was not found: install it, or correct "command" or PATH`,
    ],
    [
      "a folder that is not there",
      { cwd: "/no/such/folder" },
      `its folder /no/such/folder does not exist: correct "cwd"`,
    ],
    [
      "a file that is not executable",
      { command: script },
      `the command ${script} may not be run: it is not executable, or its folder (or "cwd") is closed to this user`,
    ],
    [
      "a program that ends at once",
      { args: ["-e", "console.error('no DATABASE_URL'); process.exit(3)"] },
      "its process exited with code 3",
    ],
    [
      "a shell that finds no command",
      { command: "sh", args: ["-c", "no-such-command 2>/dev/null"] },
      "its process exited with code 127 (a shell's way to say that a command was not found)",
    ],
    [
      "a program that says nothing",
      { args: ["-e", "setInterval(() => {}, 1000)"], connectTimeoutSeconds: 2 },
      "it did not connect within its connectTimeout of 2 s",
    ],
    [
      "a program of another protocol",
      {
        args: [
          "-e",
          `require("node:readline").createInterface(process.stdin).on("line", (line) => console.log(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, result: { protocolVersion: "1999-01-01" } })))`,
        ],
      },
      "it speaks the protocol version 1999-01-01, which this proxy does not know",
    ],
    [
      "a server of a later era alone",
      {
        args: [
          "-e",
          `require("node:readline").createInterface(process.stdin).on("line", (line) => console.log(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, error: { code: -32022, message: "Unsupported", data: { supported: ["2030-01-01"] } } })))`,
        ],
      },
      "it speaks the protocol versions 2030-01-01, of which this proxy knows none",
    ],
  ])("%s: says why", async (_, more, problem) => {
    const { backend, log } = start(stdioConfig("polite.mjs", [], more));
    await expect(backend.connection()).rejects.toThrow(`backend b: ${problem}`);
    expect(backend.health()).toMatchObject({ state: "waiting", problem });
    expect(log.at(-1)).toMatchObject({ level: "warn", data: { backend: "b", problem } });
  });

  it("makes one attempt for all who wait", async () => {
    const log = join(folder, "one-attempt.log");
    const { backend } = start(stdioConfig("polite.mjs", ["--log", log, "--start-delay", "300"]));
    backend.start();
    const [first, ...others] = await Promise.all([1, 2, 3].map(async () => await backend.connection()));
    expect(others).toEqual([first, first]);
    expect(starts(log)).toBe(1);
  });
});

describe("an idle backend", () => {
  it("is stopped when nobody used it, and started by the next call", async () => {
    const { backend, down } = start(stdioConfig("polite.mjs", [], { idleTimeoutSeconds: 0.5 }));
    const pid = await callTool(backend, "pid");
    await until(() => backend.state() === "idle", 3);
    expect(backend.health().problem).toBeUndefined();
    expect(await callTool(backend, "pid")).not.toBe(pid);
    expect(down).toEqual([]);
  });

  it("is counted from the end of a call, and never while one runs", async () => {
    const { backend } = start(stdioConfig("polite.mjs", [], { idleTimeoutSeconds: 0.5 }));
    const pid = await callTool(backend, "pid");
    expect(await callTool(backend, "sleep", { ms: 1400 })).toBe("slept 1400");
    await wait(350);
    expect(await callTool(backend, "pid")).toBe(pid);
  });

  it("is not there twice: the next process waits for the end of the last", async () => {
    const marker = `idle-${Math.random()}`;
    const { backend } = start(
      stdioConfig("polite.mjs", ["--marker", marker, "--stop-after", "600"], { idleTimeoutSeconds: 0.3 }),
    );
    await backend.connection();
    await until(() => backend.state() === "idle", 3);
    const next = backend.connection();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, processesWith(marker).length)), 20);
    await next;
    clearInterval(watch);
    expect(most).toBe(1);
  });
});

describe("what a backend inherits", () => {
  it.each([
    ["PATH", process.env["PATH"]],
    ["HOME", "/nowhere"],
    ["SECRET", "unset"],
    ["OWN", "own"],
    ["GRACEWARDEN_BACKEND", expect.stringMatching(/^[0-9a-f-]{36}$/)],
  ])("%s", async (name, value) => {
    const { backend } = start(stdioConfig("polite.mjs", [], { env: { OWN: "own", GRACEWARDEN_BACKEND: "mine" } }));
    expect(await callTool(backend, "env", { name })).toEqual(value);
  });
});

describe("the time until the next attempt", () => {
  it.each<[string, { wanted: boolean; processDied: boolean }, readonly number[]]>([
    ["optional, never ready", { wanted: false, processDied: false }, [30, 60, 120, 240, 300, 300]],
    ["required, or ready before", { wanted: true, processDied: false }, [1, 2, 4, 8, 16, 30, 30]],
    ["a process that died", { wanted: true, processDied: true }, [0, 2, 4, 8, 16, 30]],
  ])("%s", (_, failures, expected) => {
    expect(expected.map((__, index) => backoffSeconds({ inRow: index + 1, ...failures }, 0))).toEqual(expected);
    expect(backoffSeconds({ inRow: 5, ...failures }, 0.999)).toBeGreaterThan(expected[4]! * 0.8);
  });
});
