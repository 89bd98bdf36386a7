import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: {
    readonly id?: unknown;
    readonly result?: never;
    readonly error?: { code: number; message: string; data?: unknown };
  };
}

const both = "application/json, text/event-stream";

/** One POST; a string goes as it is. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: both, ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  return reply(response);
}

export async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  let json: Reply["json"] = {};
  try {
    json = JSON.parse(text) as Reply["json"];
  } catch {
    // A stream, or nothing.
  }
  return { status: response.status, headers: response.headers, text, json };
}

export const initialize = (protocolVersion = "2025-11-25", capabilities: unknown = {}): unknown => ({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion, capabilities, clientInfo: { name: "test", version: "1" } },
});

export const call = (name: string, args: unknown = {}, id: unknown = 1): unknown => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: args },
});

/** Headers of a session that has begun. */
export async function begin(url: string, version = "2025-11-25"): Promise<Record<string, string>> {
  const { headers } = await post(url, initialize(version));
  return { "mcp-session-id": headers.get("mcp-session-id") ?? "", "mcp-protocol-version": version };
}

export const modernMeta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** Body and headers of a request of 2026-07-28. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
): { readonly body: unknown; readonly headers: Record<string, string> } {
  const name = params["name"] ?? params["uri"];
  return {
    body: { jsonrpc: "2.0", id: 7, method, params: { ...params, _meta: { ...modernMeta } } },
    headers: {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
    },
  };
}

/** The bytes of one POST, to be sent by hand. */
export function rawPost(body: string, headers: Record<string, string> = {}, length = Buffer.byteLength(body)): string {
  const lines = Object.entries({
    host: "localhost",
    "content-type": "application/json",
    accept: both,
    "content-length": String(length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /mcp HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

export interface RawConnection {
  readonly socket: Socket;
  /** What has come so far. */
  readonly received: () => string;
  /** `end` for a FIN, the error's code for a reset; settles when the connection is over. */
  readonly over: Promise<string>;
}

/** A connection whose bytes the test writes itself. */
export async function raw(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString();
  });
  const over = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("end"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, received: () => received, over };
}
