import { Agent, request } from "node:http";

export type Revision = "2025-11-25" | "2026-07-28";
export type Connections = "kept" | "fresh";

export interface CallerOptions {
  readonly url: string;
  readonly revision: Revision;
  /** Kept: one connection for all calls, until the server ends it. Fresh: one for each call. */
  readonly connections: Connections;
  readonly timeoutSeconds: number;
}

/** A client that calls the tool `echo`. It tries nothing twice: what it hears is what a client without luck hears. */
export interface Caller {
  /** Calls once; how it was lost, if it was. Opens a session first, where it has none. */
  call(text: string, waitMilliseconds: number): Promise<Lost | undefined>;
  /** The sessions that it had to give up. */
  readonly sessionsLost: number;
  close(): void;
}

/** In a few words, such that the same cause has the same words. */
type Lost = string;

interface Answer {
  readonly status: number;
  readonly session: string | undefined;
  readonly body: string;
}

const clientInfo = { name: "gracewarden-rollouts", version: "1" };

export function newCaller({ url, revision, connections, timeoutSeconds }: CallerOptions): Caller {
  const agent = connections === "kept" ? new Agent({ keepAlive: true, maxSockets: 1 }) : undefined;
  const isStateless = revision === "2026-07-28";
  const meta = {
    "io.modelcontextprotocol/protocolVersion": revision,
    "io.modelcontextprotocol/clientInfo": clientInfo,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  let session: string | undefined;
  let isOpen = isStateless;
  let lastId = 0;
  let sessionsLost = 0;

  const post = (message: { readonly method: string }, name?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ jsonrpc: "2.0", ...message });
      const asked = request(url, {
        method: "POST",
        agent: agent ?? false,
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": revision,
          "content-length": Buffer.byteLength(body),
          ...(isStateless && { "mcp-method": message.method }),
          ...(isStateless && name !== undefined && { "mcp-name": name }),
          ...(session !== undefined && { "mcp-session-id": session }),
        },
      });
      // Of the whole answer, and of the connection as well: a SYN to an address that is gone hangs.
      const timer = setTimeout(
        () => asked.destroy(new Error(`no answer in ${timeoutSeconds} s`)),
        timeoutSeconds * 1000,
      );
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      asked.on("error", fail).on("response", (response) => {
        let said = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
        response.on("error", fail).on("end", () => {
          clearTimeout(timer);
          const id = response.headers["mcp-session-id"];
          resolve({ status: response.statusCode ?? 0, session: typeof id === "string" ? id : undefined, body: said });
        });
      });
      asked.end(body);
    });

  const open = async (): Promise<Lost | undefined> => {
    session = undefined;
    const params = { protocolVersion: revision, capabilities: {}, clientInfo };
    const answer = await post({ method: "initialize", id: ++lastId, params } as { method: string });
    if (answer.status !== 200) return `initialize: HTTP ${answer.status}`;
    session = answer.session;
    const told = await post({ method: "notifications/initialized" });
    if (told.status >= 300) return `initialized: HTTP ${told.status}`;
    isOpen = true;
    return undefined;
  };

  const call = async (text: string, wait: number): Promise<Lost | undefined> => {
    if (!isOpen) {
      const lost = await open();
      if (lost !== undefined) return lost;
    }
    const params = { name: "echo", arguments: { text, wait }, ...(isStateless && { _meta: meta }) };
    const message = { method: "tools/call", id: ++lastId, params };
    const { status, body } = await post(message, "echo");
    if (status === 404) {
      sessionsLost += 1;
      isOpen = isStateless;
    }
    if (status !== 200) return `HTTP ${status}`;
    const json = /^data: ?(\{.*\})\r?$/m.exec(body)?.[1] ?? body;
    const answer = JSON.parse(json) as { readonly id?: unknown; readonly error?: { readonly code: number } };
    if (answer.error !== undefined) return `JSON-RPC error ${answer.error.code}`;
    return answer.id === message.id && json.includes(JSON.stringify(text)) ? undefined : "another's answer";
  };

  return {
    call: (text, wait) => call(text, wait).catch(causeOf),
    get sessionsLost() {
      return sessionsLost;
    },
    close: () => agent?.destroy(),
  };
}

function causeOf(error: unknown): Lost {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return code === undefined ? message : `${code}${code === "ECONNRESET" ? ` (${message})` : ""}`;
}
