import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to its first answer. */
  readonly startMilliseconds: number;
  /** Ends it and everything that it has started. */
  stop(): Promise<void>;
}

/**
 * Starts a server of MCP and waits until it answers `server/discover` or `initialize` with anything but a refusal.
 * Its place is the port; with port 0 the address of its log line `"msg":"listening"`.
 */
export async function startServer(
  command: readonly string[],
  port: number,
  { seconds = 60, env = process.env }: { readonly seconds?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RunningServer> {
  const [file = "", ...args] = command;
  const startedAt = performance.now();
  // A group of its own: what it leaves behind must not outlive the test.
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env });
  let said = "";
  const hear = (chunk: Buffer): void => {
    if (said.length < 64 * 1024) said += chunk.toString();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const url = (): string | undefined =>
    port === 0
      ? /"url":"([^"]+)"/.exec(said.split("\n").find((line) => line.includes('"msg":"listening"')) ?? "")?.[1]
      : `http://127.0.0.1:${port}/mcp`;
  try {
    for (const deadline = startedAt + seconds * 1000; ; await wait(10)) {
      const place = url();
      if (place !== undefined && (await answers(place)))
        return {
          url: place,
          pid: child.pid ?? 0,
          startMilliseconds: performance.now() - startedAt,
          stop: () => stop(child),
        };
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command.join(" ")} ended: ${said}`);
      if (performance.now() > deadline) throw new Error(`${command.join(" ")} does not answer: ${said}`);
    }
  } catch (error) {
    await stop(child);
    throw error;
  }
}

const ping = JSON.stringify({
  jsonrpc: "2.0",
  id: "ready?",
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "ready?", version: "1" } },
});

async function answers(url: string): Promise<boolean> {
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: ping,
      signal: AbortSignal.timeout(5000),
    });
    const session = response.headers.get("mcp-session-id");
    await response.text();
    if (session !== null) await fetch(url, { method: "DELETE", headers: { "mcp-session-id": session } });
    return response.status < 500;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const ended = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, "exit");
  child.kill("SIGTERM");
  await Promise.race([ended, wait(1000, undefined, { ref: false })]);
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left of its group.
  }
  await ended;
}

/** A port that is free now, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
