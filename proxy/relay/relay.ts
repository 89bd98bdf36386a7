import type { Identity } from "../access/identity.ts";
import type { Call, Era, JsonObject, JsonText, Outcome } from "../message.ts";

/** A client as its request shows it: by its session (legacy) or by the request's own `_meta` (modern). */
export interface Client {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  /** Text of clientInfo. */
  readonly info: JsonText;
  readonly identity: Identity;
  /** Tells legacy sessions apart: the digest of the sealed id. */
  readonly session: string | undefined;
}

/** One request of a client. The front has checked that it is one valid JSON-RPC request of at most maxMessageBytes. */
export interface ClientRequest {
  readonly client: Client;
  readonly method: string;
  /** As they came, and their value. */
  readonly paramsText: JsonText | undefined;
  readonly params: JsonObject | undefined;
  /** Whose share of the limits it takes; undefined for the only client. */
  readonly who?: string | undefined;
  /** A header of the HTTP request, by its name in lower case; undefined on stdio. */
  readonly header?: ((name: string) => string | undefined) | undefined;
  /** W3C trace context to carry upstream. */
  readonly traceparent?: string | undefined;
  /** Puts a notification on the response's stream. */
  readonly onNotification: (notification: Call) => void;
  /** Asks the client on the response's stream (legacy); undefined where it cannot be asked. */
  readonly onRequest?: ((request: Call) => Promise<Outcome>) | undefined;
}

export interface RelayedCall {
  /** Never rejects. */
  readonly outcome: Outcome | Promise<Outcome>;
  /** The client went away, or said so. */
  readonly cancel: (reason: string) => void;
  /** For audit and metrics: the backend that it went to. */
  readonly backend: string | undefined;
  /** For them too: an access rule or a filter of the configuration forbids it; the client is told that there is no such thing. */
  readonly isDenied?: boolean;
}

/** What a client wants to hear of between requests. A session's changes while it is held: read it when something comes. */
export interface Interest {
  readonly client: Client;
  readonly toolsListChanged: boolean;
  readonly promptsListChanged: boolean;
  readonly resourcesListChanged: boolean;
  readonly resources: ReadonlySet<string>;
  /** Log messages at or above it (legacy, set by logging/setLevel). */
  readonly logLevel: string | undefined;
  readonly onNotification: (notification: Call) => void;
  /** Legacy: a backend asks between requests. */
  readonly onRequest?: (request: Call) => Promise<Outcome>;
}

/** Between fronts and backends: names, lists, eras. Knows no sockets and no clock but timers of backends. */
export interface Relay {
  /** Any request but `initialize`, `ping` and `subscriptions/listen`, which fronts answer with what `describe` says. */
  request(request: ClientRequest): RelayedCall;
  /** Notifications of a client other than `cancelled` and `initialized`. */
  notify(client: Client, notification: Call): void;
  /** Capabilities, serverInfo and instructions as this client may see them; texts of JSON. */
  describe(client: Pick<Client, "era" | "identity">): {
    readonly capabilities: JsonText;
    readonly serverInfo: JsonText;
    readonly instructions: string | undefined;
  };
  /** Until the returned function is called; a front calls it when the GET stream or the listen request ends. */
  listen(interest: Interest): () => void;
  /** The session is over: its own backends end, what it subscribed to is given back. */
  endSession(session: string): void;
}
