import { exchange, type Exchange, type ExchangeOptions, type Message } from "./exchange.ts";

export type Era = "2025-11-25" | "2026-07-28";

type Listening = Pick<ExchangeOptions, "onMessage" | "onOpen" | "agent">;

/** One client of one era, as raw HTTP. */
export interface Client {
  readonly era: Era;
  readonly call: (tool: string, input: object, extra?: object, options?: Listening) => Promise<Exchange>;
  /** A call as it goes over the wire, for clients with manners of their own. */
  readonly wire: (tool: string, input: object) => Wire;
  /** The stream of server-to-client messages; settles when it ends. */
  readonly listen: (options: Listening) => Promise<Exchange>;
  /** Answers a request of the server (2025-11-25). */
  readonly respond: (id: unknown, result: object) => Promise<Exchange>;
}

export interface Wire {
  readonly headers: Readonly<Record<string, string>>;
  readonly message: Message;
}

const clientInfo = { name: "matrix", version: "1.0.0" };
const capabilities = { elicitation: {} };

/** The first message of a session. */
export const initialize: Wire = {
  headers: {},
  message: {
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities, clientInfo },
  },
};

/** Initialises a session where the era has them. `prefix` stands before the name of each tool. */
export async function openClient(url: string, era: Era, prefix: string): Promise<Client> {
  return era === "2026-07-28" ? modernClient(url, prefix) : legacyClient(url, prefix);
}

async function legacyClient(url: string, prefix: string): Promise<Client> {
  const headers: Record<string, string> = { "mcp-protocol-version": "2025-11-25" };
  let id = 0;
  const send = (message: Message, options: Listening = {}): Promise<Exchange> =>
    exchange(url, { headers, message: { jsonrpc: "2.0", ...message }, ...options });
  const { seen, sessionId } = await exchange(url, initialize);
  if (seen.what !== "result") throw new Error(`initialize: ${JSON.stringify(seen)}`);
  if (sessionId !== undefined) headers["mcp-session-id"] = sessionId;
  await send({ method: "notifications/initialized" });
  const message = (name: string, input: object, extra?: object): Message => ({
    jsonrpc: "2.0",
    id: ++id,
    method: "tools/call",
    params: { name: `${prefix}${name}`, arguments: input, ...extra },
  });
  return {
    era: "2025-11-25",
    call: (tool, input, extra, options) => send(message(tool, input, extra), options),
    wire: (tool, input) => ({ headers, message: message(tool, input) }),
    listen: (options) => exchange(url, { method: "GET", headers, ...options }),
    respond: (answered, result) => send({ id: answered, result }),
  };
}

function modernClient(url: string, prefix: string): Client {
  let id = 0;
  const wire = (method: string, params: Message): Wire => ({
    headers: {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof params["name"] === "string" && { "mcp-name": params["name"] }),
    },
    message: {
      jsonrpc: "2.0",
      id: ++id,
      method,
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": clientInfo,
          "io.modelcontextprotocol/clientCapabilities": capabilities,
        },
      },
    },
  });
  const send = (sent: Wire, options: Listening = {}): Promise<Exchange> => exchange(url, { ...sent, ...options });
  return {
    era: "2026-07-28",
    call: (name, input, extra, options) =>
      send(wire("tools/call", { name: `${prefix}${name}`, arguments: input, ...extra }), options),
    wire: (name, input) => wire("tools/call", { name: `${prefix}${name}`, arguments: input }),
    listen: (options) => send(wire("subscriptions/listen", { notifications: { toolsListChanged: true } }), options),
    respond: () => Promise.reject(new Error("2026-07-28 has no requests from the server")),
  };
}
