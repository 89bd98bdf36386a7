import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Identity } from "../../access/identity.ts";
import type { JsonText } from "../../message.ts";
import { requesterOf } from "./requester.ts";
import { acceptedBy, type Accepted } from "./media-type.ts";
import type { EventStream } from "./event-stream.ts";

/** What the front as a whole adds to each response. */
export interface ResponseRules {
  /** Each response ends its connection. */
  readonly isAnnounced: () => boolean;
  /** Undefined where no more streams are held. */
  readonly openStream: (response: ServerResponse, who: string) => EventStream | undefined;
}

/** One HTTP request whose sender is known, and its response. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly identity: Identity;
  readonly accepts: Accepted;
  readonly #response: ServerResponse;
  readonly #rules: ResponseRules;

  constructor(request: IncomingMessage, response: ServerResponse, identity: Identity, rules: ResponseRules) {
    this.request = request;
    this.#response = response;
    this.identity = identity;
    this.#rules = rules;
    this.accepts = acceptedBy(request.headers.accept);
  }

  /** A header's value; undefined where it is absent or stands several times. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return typeof value === "string" ? value : undefined;
  }

  /** Whose share of the limits it takes. */
  get who(): string {
    return requesterOf(this.identity, this.request.socket.remoteAddress);
  }

  json(status: number, body: JsonText, headers?: OutgoingHttpHeaders): void {
    sendJson(this.#response, this.#rules.isAnnounced(), status, body, headers);
  }

  empty(status: number, headers?: OutgoingHttpHeaders): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    if (this.#rules.isAnnounced()) response.shouldKeepAlive = false;
    response.writeHead(status, { "content-length": 0, ...headers });
    response.end();
  }

  /** Begins a stream of events; undefined where there are too many, or the client is gone. */
  stream(headers?: OutgoingHttpHeaders): EventStream | undefined {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return undefined;
    const stream = this.#rules.openStream(response, this.who);
    if (stream === undefined) return undefined;
    if (this.#rules.isAnnounced()) response.shouldKeepAlive = false;
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      // Reverse proxies are not to hold events back.
      "x-accel-buffering": "no",
      ...headers,
    });
    response.flushHeaders();
    return stream;
  }

  /** The client went away before the response was complete. */
  onGone(listener: () => void): void {
    const response = this.#response;
    response.on("close", () => {
      if (!response.writableFinished) listener();
    });
  }
}

/** A whole response of JSON. */
export function sendJson(
  response: ServerResponse,
  isLast: boolean,
  status: number,
  body: JsonText,
  headers?: OutgoingHttpHeaders,
): void {
  if (response.headersSent || response.destroyed) return;
  if (isLast) response.shouldKeepAlive = false;
  const length = Buffer.byteLength(body);
  response.writeHead(
    status,
    headers === undefined
      ? { "content-type": "application/json", "content-length": length }
      : { "content-type": "application/json", "content-length": length, ...headers },
  );
  // The same bytes, where no character needs more than one.
  response.end(body, length === body.length ? "latin1" : "utf8");
}
