import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { BaseLogger } from "pino";
import type { Backend } from "../../proxy/backends/backend.ts";
import type { Connection, UpstreamRequest } from "../../proxy/backends/connection.ts";
import { backendFactory, type BackendOptions, type CreateBackend } from "../../proxy/backends/create-backend.ts";
import type { BackendConfig, HttpBackend, StdioBackend } from "../../proxy/config/config.ts";
import type { Call, Outcome } from "../../proxy/message.ts";

const folder = join(import.meta.dirname, "backends");

const common = {
  name: "b",
  required: true,
  connectTimeoutSeconds: 10,
  shutdownTimeoutSeconds: 5,
  idleTimeoutSeconds: 0,
  perSession: false,
  tools: {},
} as const;

/** A backend of test/proxy/backends, by its file. */
export function stdioConfig(
  file: string,
  args: readonly string[] = [],
  more: Partial<StdioBackend> = {},
): StdioBackend {
  const script = join(folder, file);
  return {
    ...common,
    transport: "stdio",
    command: process.execPath,
    args: [script, ...args],
    env: {},
    cwd: undefined,
    ...more,
  };
}

/** A server in one line of JavaScript. */
export const scriptConfig = (script: string, more: Partial<StdioBackend> = {}): StdioBackend => ({
  ...stdioConfig(""),
  args: ["-e", script],
  ...more,
});

export const httpConfig = (url: string, more: Partial<HttpBackend> = {}): HttpBackend => ({
  ...common,
  transport: "http",
  url: new URL(url),
  headers: {},
  ...more,
});

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A backend, and what it told. */
export interface Watched {
  readonly backend: Backend;
  readonly log: LogLine[];
  readonly ready: Connection[];
  readonly down: string[];
  readonly notifications: Call[];
  readonly requests: Call[];
}

export interface WatchOptions extends Partial<BackendOptions> {
  readonly answer?: (request: Call) => Promise<Outcome>;
}

export function watched(config: BackendConfig, options: WatchOptions = {}): Watched {
  const log: LogLine[] = [];
  return { ...watchedBy(factory(log, options), config, options), log };
}

export function factory(log: LogLine[], options: Partial<BackendOptions> = {}): CreateBackend {
  const write = (level: string) => (data: object, message: string) =>
    void log.push({ level, message, data: { ...data } });
  const logger = { info: write("info"), warn: write("warn"), error: write("error") } as unknown as BaseLogger;
  return backendFactory({
    log: logger,
    client: { capabilities: "{}", clientInfo: `{"name":"test","version":"1"}` },
    maxMessageBytes: 4 * 1024 * 1024,
    environment: { PATH: process.env["PATH"], HOME: "/nowhere", SECRET: "s3cret" },
    ...options,
  });
}

const noAnswer = (): Promise<Outcome> => Promise.resolve({ kind: "result", text: `{"from":"client"}` });

function watchedBy(
  create: CreateBackend,
  config: BackendConfig,
  { answer = noAnswer }: WatchOptions,
): Omit<Watched, "log"> {
  const told = { ready: [] as Connection[], down: [] as string[], notifications: [] as Call[], requests: [] as Call[] };
  const backend = create(config, {
    onReady: (_, connection) => void told.ready.push(connection),
    onDown: (_, problem) => void told.down.push(problem),
    onNotification: (_, notification) => void told.notifications.push(notification),
    onRequest: (_, request) => {
      told.requests.push(request);
      return answer(request);
    },
  });
  return { backend, ...told };
}

/** The params of tools/call, as the era wants them. */
export function toolCall(
  { era }: Pick<Connection, "era">,
  name: string,
  args: object = {},
  more: Partial<UpstreamRequest> = {},
): UpstreamRequest {
  const modern = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const progress = more.progressToken === undefined ? {} : { progressToken: more.progressToken };
  const meta = { ...(era === "modern" && modern), ...progress };
  const params = JSON.stringify({ name, arguments: args, _meta: meta });
  return { method: "tools/call", params, subject: name, ...more };
}

/** Calls a tool and gives its first text, or the error's message after `error: `. */
export async function callTool(backend: Backend, name: string, args: object = {}): Promise<string> {
  const connection = await backend.connection();
  return textOf(await connection.request(toolCall(connection, name, args)).outcome);
}

export function textOf({ kind, text }: Outcome): string {
  const value = JSON.parse(text) as { message?: string; content?: { text: string }[] };
  return kind === "error" ? `error: ${value.message}` : (value.content?.[0]?.text ?? text);
}

/** Tries until it holds. */
export async function until(holds: () => boolean, seconds = 10): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`did not come true within ${seconds} s: ${holds.toString()}`);
    await wait(10);
  }
}

/** Pids of living processes with this text in their command line. */
export function processesWith(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isZombie = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.startsWith("Z");
        return !isZombie && readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(text);
      } catch {
        return false;
      }
    });
}
