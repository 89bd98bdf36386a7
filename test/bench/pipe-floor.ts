/**
 * The floor for the proxy: HTTP in front of one stdio server with nothing but other ids, for nothing less can share a pipe.
 * No sessions, no checks, no limits, no shutdown: `node pipe-floor.ts PORT COMMAND ARGS…`.
 */
import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";

const [port = "0", command = "", ...args] = process.argv.slice(2);
const backend = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map<number, { readonly id: unknown; readonly response: ServerResponse }>();
let lastId = 0;

let rest = "";
backend.stdout.setEncoding("utf8").on("data", (chunk: string) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const message = JSON.parse(line) as { id: number };
    const request = waiting.get(message.id);
    if (request === undefined) continue;
    waiting.delete(message.id);
    const body = JSON.stringify({ ...message, id: request.id });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    request.response.writeHead(200, headers).end(body);
  }
});

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
  request.on("end", () => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const message = JSON.parse(body) as { id?: unknown };
    if (message.id === undefined) {
      backend.stdin.write(`${body}\n`);
      return response.writeHead(202).end();
    }
    const id = ++lastId;
    waiting.set(id, { id: message.id, response });
    return backend.stdin.write(`${JSON.stringify({ ...message, id })}\n`);
  });
});
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : port}/mcp`;
  process.stderr.write(`${JSON.stringify({ msg: "listening", url })}\n`);
});
