import type { Call, Era, JsonObject, JsonText, Outcome } from "../message.ts";

/** A request to a backend. */
export interface UpstreamRequest extends Call {
  /** The number in `params._meta.progressToken`, unique in this process: progress comes back by it. */
  readonly progressToken?: number | undefined;
  /** Name of the tool or prompt, or the URI: the header `Mcp-Name` of the modern era. */
  readonly subject?: string | undefined;
  /** More headers on HTTP: `Mcp-Param-*` of the modern era, `traceparent`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Notifications that belong to this request: by token on stdio, by its own stream on HTTP. */
  onNotification?(notification: Call): void;
  /** A request of the server that belongs to this one: by its own stream on legacy HTTP. */
  onRequest?(request: Call): Promise<Outcome>;
}

export interface UpstreamCall {
  /** Never rejects: a connection that is lost, or a request that is cancelled, is an error outcome. */
  readonly outcome: Promise<Outcome>;
  /** Tells the backend that nobody waits any more, by the rule of its era and transport. */
  readonly cancel: (reason: string) => void;
}

/** What a backend said of itself. */
export interface ServerDescription {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  readonly serverInfo: JsonObject;
  readonly instructions: string | undefined;
}

/** A live, initialised connection to one backend. */
export interface Connection extends ServerDescription {
  request(request: UpstreamRequest): UpstreamCall;
  /** Best effort. */
  notify(notification: Call): void;
  /** Requests without an answer yet. */
  inFlight(): number;
}

/** What comes from a backend by itself, belonging to no request that the connection can tell. */
export interface Unsolicited {
  onNotification(notification: Call): void;
  onRequest(request: Call): Promise<Outcome>;
}

/** Of the params of `initialize`; what the proxy says of itself to a backend of the legacy era. */
export interface ClientDescription {
  readonly capabilities: JsonText;
  readonly clientInfo: JsonText;
}
