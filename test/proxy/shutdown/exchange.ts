import { request, type Agent, type IncomingMessage } from "node:http";

/** What a client saw of one HTTP request, down to how the connection ended. */
export type Seen =
  | { readonly what: "result"; readonly result: Record<string, unknown> }
  | { readonly what: "error"; readonly code: number; readonly text: string; readonly status: number }
  /** An HTTP response that was complete but held no answer to the request. */
  | { readonly what: "status"; readonly status: number }
  | { readonly what: "refused" | "reset" | "cut short" | "silence" | "not sent" };

export interface Exchange {
  readonly seen: Seen;
  readonly status: number | undefined;
  readonly sessionId: string | undefined;
  /** The response said `Connection: close`. */
  readonly closes: boolean;
}

export type Message = Record<string, unknown>;

export interface ExchangeOptions {
  readonly method?: "POST" | "GET";
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: Message;
  readonly agent?: Agent;
  /** Each JSON-RPC message as it comes. */
  readonly onMessage?: (message: Message) => void;
  readonly onOpen?: () => void;
  readonly limitSeconds?: number;
}

export function describeSeen(seen: Seen): string {
  if (seen.what === "error")
    return seen.status === 200 ? `error ${seen.code}` : `error ${seen.code}, status ${seen.status}`;
  return seen.what === "status" ? `status ${seen.status}` : seen.what;
}

/** Sends one request and reads the response to its end, as JSON or as a stream of events. Never rejects. */
export function exchange(url: string, options: ExchangeOptions): Promise<Exchange> {
  const { method = "POST", headers = {}, message, agent, onMessage, onOpen, limitSeconds = 30 } = options;
  return new Promise((resolve) => {
    let response: IncomingMessage | undefined;
    let answer: Seen | undefined;
    const finish = (seen: Seen): void => {
      clearTimeout(limit);
      const session = response?.headers["mcp-session-id"];
      resolve({
        seen,
        status: response?.statusCode,
        sessionId: typeof session === "string" ? session : undefined,
        closes: response?.headers.connection === "close",
      });
    };
    const outgoing = request(url, {
      method,
      headers: {
        ...(message !== undefined && { "content-type": "application/json" }),
        accept: method === "GET" ? "text/event-stream" : "application/json, text/event-stream",
        ...headers,
      },
      ...(agent === undefined ? { agent: false as const } : { agent }),
    });
    const limit = setTimeout(() => {
      finish({ what: "silence" });
      outgoing.destroy();
    }, limitSeconds * 1000);
    const receive = (text: string): void => {
      const received = parse(text);
      if (received === undefined) return;
      onMessage?.(received);
      if (message !== undefined && received["id"] === message["id"])
        answer ??= answerIn(received, response?.statusCode ?? 0);
    };
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      if (response === undefined) finish({ what: error.code === "ECONNREFUSED" ? "refused" : "reset" });
    });
    outgoing.on("response", (incoming) => {
      response = incoming;
      onOpen?.();
      const events = incoming.headers["content-type"]?.startsWith("text/event-stream") === true;
      let buffer = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        buffer += chunk;
        if (!events) return;
        const lines = buffer.split(/\r?\n/);
        buffer = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data:")) receive(line.slice(5));
      });
      incoming.on("error", () => {});
      incoming.on("close", () => {
        if (!events) receive(buffer);
        if (answer !== undefined) finish(answer);
        else if (!incoming.complete) finish({ what: "cut short" });
        else finish({ what: "status", status: incoming.statusCode ?? 0 });
      });
    });
    outgoing.end(message === undefined ? undefined : JSON.stringify(message));
  });
}

function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

function answerIn(message: Message, status: number): Seen | undefined {
  if (message["result"] !== undefined) return { what: "result", result: message["result"] as Record<string, unknown> };
  const error = message["error"] as { code: number; message: string } | undefined;
  return error && { what: "error", code: error.code, text: error.message, status };
}
