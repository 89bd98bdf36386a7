import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A POST, as a test's server sees it. */
export interface Posted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly message: {
    readonly id?: number | string;
    readonly method?: string;
    readonly params?: { readonly name?: string; readonly arguments?: Readonly<Record<string, unknown>> };
  };
}

export interface HttpMcpServer {
  readonly url: string;
  readonly server: Server;
  /** `METHOD rpc-method`, in the order of arrival. */
  readonly seen: string[];
  readonly headers: IncomingMessage["headers"][];
  close(): Promise<void>;
}

type Handler = (posted: Posted) => boolean | void;

export const answerJson = (
  { response, message }: Posted,
  result: unknown,
  headers: Record<string, string> = {},
): void =>
  void response
    .writeHead(200, { "content-type": "application/json", ...headers })
    .end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }));

export const event = (data: unknown, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

export const answerOf = ({ message }: Posted, text: string): unknown => ({
  jsonrpc: "2.0",
  id: message.id,
  result: { content: [{ type: "text", text }] },
});

export const startStream = ({ response }: Pick<Posted, "response">): void =>
  response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();

/** A Streamable HTTP server of one era. `handle` sees each POST first; what it does not take gets a plain answer. */
export async function httpMcpServer(
  era: "legacy" | "modern",
  handle: Handler = () => false,
  get: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    void response.writeHead(405).end(),
  port = 0,
): Promise<HttpMcpServer> {
  const seen: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    if (request.method !== "POST") {
      seen.push(request.method!);
      if (request.method === "GET") return get(request, response);
      return void response.writeHead(200).end();
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Posted["message"];
      seen.push(`POST ${message.method ?? "answer"}`);
      const posted = { request, response, message };
      if (handle(posted) !== true) plain(era, posted);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, server, seen, headers, close };
}

function plain(era: "legacy" | "modern", posted: Posted): void {
  const { response, message } = posted;
  const capabilities = { tools: {} };
  if (message.id === undefined || message.method === undefined) return void response.writeHead(202).end();
  switch (message.method) {
    case "server/discover":
      if (era === "legacy") return void response.writeHead(400).end("Bad Request: No valid session ID provided");
      return answerJson(posted, { supportedVersions: ["2026-07-28"], capabilities });
    case "initialize":
      if (era === "modern") return void response.writeHead(400).end();
      return answerJson(
        posted,
        { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "s", version: "1" } },
        { "mcp-session-id": `session-${Math.random()}` },
      );
    default:
      return answerJson(posted, { content: [{ type: "text", text: String(message.params?.arguments?.["text"]) }] });
  }
}
