/**
 * Loads a server of MCP with calls of its tool `echo` over kept connections, as a process of its own, and prints what came
 * of it as JSON: `node proxy-load.ts URL TOOL REVISION WAYS SECONDS-OR-CALLS`, where `5s` is seconds and `5000` is calls.
 * Raw sockets, since a client that costs more than what it measures measures itself.
 */
import { connect, type Socket } from "node:net";

const [url = "", tool = "echo", revision = "2025-11-25", ways = "1", amount = "3s"] = process.argv.slice(2);
const { hostname, port, pathname, host } = new URL(url);
const isStateless = revision === "2026-07-28";
const meta = {
  "io.modelcontextprotocol/protocolVersion": revision,
  "io.modelcontextprotocol/clientInfo": { name: "load", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

class Connection {
  readonly #socket: Socket;
  #head = "";
  #received: Buffer[] = [];
  #length = 0;
  #answer: ((answer: { readonly head: string; readonly body: string }) => void) | undefined;
  #failure: ((error: Error) => void) | undefined;

  constructor() {
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#failure?.(error));
    this.#socket.on("close", () => this.#failure?.(new Error("closed")));
  }

  send(bytes: string): Promise<{ readonly head: string; readonly body: string }> {
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#failure = reject;
      this.#socket.write(bytes);
    });
  }

  end(): void {
    this.#failure = undefined;
    this.#socket.destroy();
  }

  /** An answer has a length, or chunks of which the last is empty. */
  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#length += chunk.length;
    if (this.#head === "") {
      const text = Buffer.concat(this.#received).toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#head = text.slice(0, end + 4);
    }
    const length = /content-length: *(\d+)/i.exec(this.#head)?.[1];
    const isWhole =
      length === undefined
        ? Buffer.concat(this.#received.slice(-5)).subarray(-5).equals(lastChunk) ||
          / (?:202|204) /.test(this.#head.slice(0, 14))
        : this.#length >= this.#head.length + Number(length);
    if (!isWhole) return;
    const body = Buffer.concat(this.#received).subarray(this.#head.length).toString();
    const head = this.#head;
    this.#head = "";
    this.#received = [];
    this.#length = 0;
    this.#answer?.({ head, body });
  }
}

const lastChunk = Buffer.from("0\r\n\r\n");
let session = "";

function request(message: object, name?: string): string {
  const body = JSON.stringify(message);
  const { method } = message as { readonly method: string };
  return [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    "content-type: application/json",
    "accept: application/json, text/event-stream",
    `mcp-protocol-version: ${revision}`,
    ...(isStateless ? [`mcp-method: ${method}`] : []),
    ...(isStateless && name !== undefined ? [`mcp-name: ${name}`] : []),
    ...(session === "" ? [] : [`mcp-session-id: ${session}`]),
    `content-length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
}

async function openSession(connection: Connection): Promise<void> {
  const params = { protocolVersion: revision, capabilities: {}, clientInfo: { name: "load", version: "1" } };
  const { head } = await connection.send(request({ jsonrpc: "2.0", id: 0, method: "initialize", params }));
  session = /mcp-session-id: *(\S+)/i.exec(head)?.[1] ?? "";
  await connection.send(request({ jsonrpc: "2.0", method: "notifications/initialized" }));
}

const connections = Array.from({ length: Number(ways) }, () => new Connection());
if (!isStateless) await openSession(connections[0]!);

const isTimed = amount.endsWith("s");
const began = performance.now();
const end = isTimed ? began + Number.parseFloat(amount) * 1000 : Infinity;
const most = isTimed ? Infinity : Number(amount);
const times: number[] = [];
let sent = 0;
async function work(connection: Connection): Promise<void> {
  while (sent < most && performance.now() < end) {
    const id = ++sent;
    const text = `told ${id}`;
    const params = { name: tool, arguments: { text }, ...(isStateless && { _meta: meta }) };
    const askedAt = performance.now();
    const { head, body } = await connection.send(request({ jsonrpc: "2.0", id, method: "tools/call", params }, tool));
    times.push(performance.now() - askedAt);
    // What comes back to the wrong one is worse than slow.
    if (!head.startsWith("HTTP/1.1 200") || !body.includes(`"id":${id}`) || !body.includes(`"${text}"`))
      throw new Error(`call ${id} was answered with ${head}${body}`);
  }
}
await Promise.all(connections.map(work));
const seconds = (performance.now() - began) / 1000;
for (const connection of connections) connection.end();
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
console.log(JSON.stringify({ calls: times.length, perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) }));
