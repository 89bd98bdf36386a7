/**
 * The cheapest server of MCP that a proxy can have behind it, for measurements: one tool, `echo`, in both revisions of the
 * protocol, over stdio or, with a port, over Streamable HTTP. Nothing is checked. It needs no package, so that it runs in any image.
 * `--slow-start MS`: how long it takes to answer who it is. An argument `wait` of the tool: how many ms its answer takes.
 */
import { createServer } from "node:http";
import { parseArgs } from "node:util";

interface Message {
  readonly id?: string | number;
  readonly method: string;
  readonly params?: {
    readonly arguments?: { readonly text?: string; readonly wait?: number };
    readonly _meta?: Readonly<Record<string, unknown>>;
  };
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { "slow-start": { type: "string" } } });
const slowStart = Number(values["slow-start"] ?? 0);
const identity = { name: "echo", version: "1.0.0" };
const capabilities = { tools: {} };
const tools = [
  {
    name: "echo",
    description: "Says what it was told",
    inputSchema: { type: "object", properties: { text: { type: "string" }, wait: { type: "number" } } },
  },
];

function resultOf({ method, params }: Message): object | undefined {
  switch (method) {
    case "initialize":
      return { protocolVersion: "2025-11-25", capabilities, serverInfo: identity };
    case "server/discover":
      return {
        supportedVersions: ["2026-07-28"],
        capabilities,
        _meta: { "io.modelcontextprotocol/serverInfo": identity },
        ttlMs: 0,
        cacheScope: "private",
      };
    case "ping":
      return {};
    case "tools/list":
      return { tools, ...(isStateless(params) && { ttlMs: 0, cacheScope: "private" }) };
    case "tools/call":
      return { content: [{ type: "text", text: params?.arguments?.text ?? "" }] };
    default:
      return undefined;
  }
}

const isStateless = (params: Message["params"]): boolean =>
  params?._meta?.["io.modelcontextprotocol/protocolVersion"] !== undefined;

/** Hands the answer to a line on, where it needs one. */
function answer(line: string, send: (answer: string | undefined) => void): void {
  const message = JSON.parse(line) as Message;
  if (message.id === undefined) return send(undefined);
  const result = resultOf(message);
  const complete = isStateless(message.params) ? { resultType: "complete", ...result } : result;
  const text = JSON.stringify({
    jsonrpc: "2.0",
    id: message.id,
    ...(result === undefined ? { error: { code: -32601, message: `No ${message.method}` } } : { result: complete }),
  });
  const isFirst = message.method === "initialize" || message.method === "server/discover";
  const wait = isFirst ? slowStart : (message.params?.arguments?.wait ?? 0);
  if (wait === 0) send(text);
  else setTimeout(() => send(text), wait);
}

function overStdio(): void {
  let rest = "";
  let out = "";
  // What one turn of the event loop brings is answered by one write.
  const flush = (): void => {
    process.stdout.write(out);
    out = "";
  };
  process.stdin.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines)
      answer(line, (text) => {
        if (text === undefined) return;
        if (out === "") setImmediate(flush);
        out += `${text}\n`;
      });
  });
}

function overHttp(port: number): void {
  const server = createServer((request, response) => {
    if (request.method !== "POST") return response.writeHead(405).end();
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    return request.on("end", () =>
      answer(body, (text) => {
        if (text === undefined) return response.writeHead(202).end();
        const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
        return response.writeHead(200, { ...headers, "mcp-session-id": "echo" }).end(text);
      }),
    );
  });
  server.listen(port, "127.0.0.1", () => {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : port}/mcp`;
    process.stderr.write(`${JSON.stringify({ msg: "listening", url })}\n`);
  });
}

const [port] = positionals;
if (port === undefined) overStdio();
else overHttp(Number(port));
