import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

export const program = resolve(import.meta.dirname, "../../proxy/gracewarden-proxy.ts");
export const fixture = (name: string): string => join(import.meta.dirname, "backends", name);
export const politeServer = { command: process.execPath, args: [fixture("polite.mjs")] };

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [key: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The proxy as a process of its own. */
export interface ProxyProcess {
  readonly process: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
  readonly log: readonly LogLine[];
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
  /** Settles with the line that says so. */
  readonly logged: (pattern: RegExp) => Promise<LogLine>;
  readonly admin: (path: string, init?: RequestInit) => Promise<{ readonly status: number; readonly text: string }>;
  /** `tools/call` of the modern era; the JSON-RPC message. */
  readonly call: (tool: string, args?: object, headers?: Readonly<Record<string, string>>) => Promise<CallAnswer>;
}

interface CallAnswer {
  readonly status: number;
  readonly connection: string | null;
  readonly message: {
    readonly result?: { readonly content: readonly { readonly text: string }[] };
    readonly error?: { readonly code: number; readonly message: string };
  };
}

/** A configuration in a file of its own. */
export function configFile(config: object): string {
  const file = join(temporaryFolder(), "proxy.json");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** No window and a short drain, for what is not about them. */
export const hasty = { GRACEWARDEN_PROPAGATION_SECONDS: "0", GRACEWARDEN_DRAIN_SECONDS: "2" };

/** Runs until it ends; for commands that do. */
export async function runProxy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((settle) => child.on("close", (code, signal) => settle({ code, signal, stdout, stderr })));
}

/**
 * Starts it on free ports and waits until it listens; it is killed when the test is over. `launcher`: a command that
 * becomes the one that follows it.
 */
export async function startProxy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  launcher: readonly string[] = [],
): Promise<ProxyProcess> {
  const split = args.includes("--") ? args.indexOf("--") : args.length;
  const own = [...args.slice(0, split), "--port", "0", "--admin-port", "0", ...args.slice(split)];
  const [command = "", ...rest] = [...launcher, process.execPath, program, ...own];
  const child = spawn(command, rest, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const log: LogLine[] = [];
  const listeners = new Set<() => void>();
  let text = "";
  let unread = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const lines = (unread + chunk.toString()).split("\n");
    unread = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("{")) log.push(JSON.parse(line) as LogLine);
    for (const listener of listeners) listener();
  });
  const exited = new Promise<Exit>((settle) => child.on("close", (code, signal) => settle({ code, signal })));
  const logged = (pattern: RegExp): Promise<LogLine> =>
    new Promise((settle, fail) => {
      const look = (): void => {
        const line = log.find(({ msg }) => pattern.test(msg));
        if (line === undefined) return;
        listeners.delete(look);
        settle(line);
      };
      listeners.add(look);
      look();
      void exited.then(() => {
        look();
        fail(new Error(`it ended before it logged ${String(pattern)}:\n${text}`));
      });
    });
  const { url, adminUrl } = await logged(/^listening$/);
  return {
    process: child,
    url: String(url),
    adminUrl: String(adminUrl),
    log,
    stderr: () => text,
    exited,
    logged,
    async admin(path, init) {
      const response = await fetch(`${String(adminUrl)}${path}`, init);
      return { status: response.status, text: await response.text() };
    },
    call: (tool, callArgs = {}, headers = {}) => callTool(String(url), tool, callArgs, headers),
  };
}

async function callTool(
  url: string,
  name: string,
  args: object,
  headers: Readonly<Record<string, string>>,
): Promise<CallAnswer> {
  const version = "2026-07-28";
  const meta = {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": version,
      "mcp-method": "tools/call",
      "mcp-name": name,
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name, arguments: args, _meta: meta },
    }),
  });
  const text = await response.text();
  const data = text.startsWith("{") ? text : (/^data: (\{.*"id":1.*)$/m.exec(text)?.[1] ?? "{}");
  return {
    status: response.status,
    connection: response.headers.get("connection"),
    message: JSON.parse(data) as CallAnswer["message"],
  };
}
