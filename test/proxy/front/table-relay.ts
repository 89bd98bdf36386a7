import type { Call, JsonObject, Outcome } from "../../../proxy/message.ts";
import type { Client, ClientRequest, Interest, Relay, RelayedCall } from "../../../proxy/relay/relay.ts";

export type Answer = Outcome | Promise<Outcome>;

/** A relay that answers from a table: by method, or `tools/call NAME`. */
export interface TableRelay extends Relay {
  readonly requests: ClientRequest[];
  readonly notified: { readonly client: Client; readonly notification: Call }[];
  readonly cancelled: string[];
  readonly interests: Set<Interest>;
  readonly endedSessions: string[];
  readonly emit: (notification: Call) => void;
}

const result = (value: unknown): Outcome => ({ kind: "result", text: JSON.stringify(value) });
const failure = (code: number, message: string): Outcome => ({
  kind: "error",
  text: JSON.stringify({ code, message }),
});
export const text = (words: string): Outcome =>
  result({ content: [{ type: "text", text: words }], resultType: "complete" });
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const capabilities: JsonObject = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: {},
  logging: {},
};

const tools = ["echo", "slow", "progress", "ask", "never", "big", "error"].map((name) => ({
  name,
  inputSchema: { type: "object" },
}));

const cached = { ttlMs: 0, cacheScope: "private", resultType: "complete" };

/** What all tests share; a test gives what it needs beside. */
const common: Record<string, (request: ClientRequest) => Answer> = {
  "tools/list": ({ client }) => result({ tools, ...(client.era === "modern" ? cached : {}) }),
  "resources/subscribe": () => result({}),
  "resources/unsubscribe": () => result({}),
  "logging/setLevel": () => result({}),
  "tools/call echo": ({ paramsText, params }) =>
    result({
      content: [{ type: "text", text: JSON.stringify(params?.["arguments"] ?? {}) }],
      _meta: { length: paramsText?.length },
      resultType: "complete",
    }),
  "tools/call slow": async ({ params }) => {
    const ms = (params?.["arguments"] as { ms?: number } | undefined)?.ms ?? 300;
    await sleep(ms);
    return text(`after ${ms}`);
  },
  "tools/call progress": async ({ params, onNotification }) => {
    const { progressToken } = (params?.["_meta"] ?? {}) as { progressToken?: unknown };
    for (const progress of [1, 2, 3]) {
      onNotification({
        method: "notifications/progress",
        params: JSON.stringify({ progressToken, progress, total: 3 }),
      });
      await sleep(5);
    }
    return text("done");
  },
  "tools/call ask": async ({ params, onRequest }) => {
    if (onRequest === undefined) return failure(-32603, "cannot be asked");
    const { method, params: about } = (params ?? {})["arguments"] as { method: string; params: unknown };
    const { text: words } = await onRequest({ method, params: JSON.stringify(about) });
    return text(words);
  },
  "tools/call never": () => new Promise<Outcome>(() => {}),
  "tools/call big": () => text("x".repeat(2_000_000)),
  "tools/call error": () => failure(-32603, "backend lost"),
};

export function tableRelay(table: Record<string, (request: ClientRequest) => Answer> = {}): TableRelay {
  const answers = { ...common, ...table };
  const relay: TableRelay = {
    requests: [],
    notified: [],
    cancelled: [],
    interests: new Set(),
    endedSessions: [],
    emit(notification) {
      for (const interest of relay.interests) interest.onNotification(notification);
    },
    request(request): RelayedCall {
      relay.requests.push(request);
      const { method, params } = request;
      const answer = answers[method] ?? answers[`${method} ${String(params?.["name"])}`];
      return {
        outcome: answer?.(request) ?? failure(-32601, `no backend knows ${method}`),
        cancel: (reason) => relay.cancelled.push(reason),
        backend: "table",
      };
    },
    notify: (client, notification) => void relay.notified.push({ client, notification }),
    describe: () => ({
      capabilities: JSON.stringify(capabilities),
      serverInfo: '{"name":"table","version":"1"}',
      instructions: "Ask the table.",
    }),
    listen(interest) {
      relay.interests.add(interest);
      return () => relay.interests.delete(interest);
    },
    endSession: (session) => void relay.endedSessions.push(session),
  };
  return relay;
}
