import type { BaseLogger } from "pino";
import { legacyVersions } from "../../message.ts";
import type { Relay } from "../../relay/relay.ts";
import { answerText, type Calls, type OwnOutcome } from "../calls.ts";
import type { ClientMessage, ClientNotification, ClientRequestMessage, ClientResponse } from "../client-message.ts";
import type { Exchange } from "../http/exchange.ts";
import { rpcCodes } from "../../relay/rpc-error.ts";
import { errorResponse, errorText, leavingError, unknownSession } from "../rpc-error.ts";
import { initialize } from "./initialize.ts";
import { LegacyCall, resumableVersion, type LegacyCallTimes } from "./legacy-call.ts";
import { readEventId } from "./replay.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

export interface LegacyOptions {
  readonly relay: Relay;
  readonly calls: Calls;
  readonly sessions: Sessions;
  readonly times: LegacyCallTimes;
  /** No more calls, no more streams. */
  readonly isRefusing: () => boolean;
  readonly areStreamsOver: () => boolean;
  readonly log: Pick<BaseLogger, "warn">;
}

/** Streamable HTTP of 2025-11-25 and before. */
export interface LegacyHttp {
  readonly post: (exchange: Exchange, message: ClientMessage) => void;
  readonly get: (exchange: Exchange) => void;
  readonly delete: (exchange: Exchange) => void;
}

export function createLegacyHttp(options: LegacyOptions): LegacyHttp {
  const { relay, calls, sessions, times, log } = options;

  const answered = ({ identity }: Exchange, message: ClientRequestMessage, outcome: OwnOutcome): void =>
    calls.answered({ era: "legacy", identity, session: undefined }, message, outcome);

  const begin = (exchange: Exchange, message: ClientRequestMessage): void => {
    const { idText, params } = message;
    const { identity } = exchange;
    const begun = initialize(params, relay, identity);
    answered(exchange, message, typeof begun === "string" ? "error" : "ok");
    if (typeof begun === "string")
      return exchange.json(400, errorResponse(idText, errorText(rpcCodes.invalidParams, begun)));
    const { protocolVersion, capabilities, info, result } = begun;
    const id = sessions.begin(protocolVersion, capabilities, info, identity);
    exchange.json(200, answerText(idText, { kind: "result", text: result }), { "mcp-session-id": id });
  };

  const request = (exchange: Exchange, message: ClientRequestMessage): void => {
    const { method, idText } = message;
    if (options.isRefusing()) {
      answered(exchange, message, "refused");
      return refuse(exchange, message);
    }
    if (method === "initialize") return begin(exchange, message);
    const session = openSession(exchange, sessions, idText);
    if (session === undefined) return answered(exchange, message, "error");
    if (method === "ping") return exchange.json(200, answerText(idText, { kind: "result", text: "{}" }));
    if (session.calls.get(message.id) !== undefined) {
      answered(exchange, message, "error");
      const twice = `A request with the id ${idText} is still being answered in this session: give each its own.`;
      return exchange.json(400, errorResponse(idText, errorText(rpcCodes.invalidRequest, twice)));
    }
    const client = session.as(exchange.identity);
    const sink = new LegacyCall(exchange, message, session, times);
    const traceparent = exchange.header("traceparent");
    const call = calls.start(
      {
        client,
        message,
        who: exchange.who,
        traceparent,
        header: (name) => exchange.header(name),
      },
      sink,
    );
    if (call.isOver()) return;
    session.calls.set(message.id, call);
    sink.wait();
  };

  const notification = (exchange: Exchange, { method, params, paramsText }: ClientNotification): void => {
    const session = openSession(exchange, sessions, undefined);
    if (session === undefined) return;
    if (method === "notifications/cancelled") {
      const { requestId, reason } = params ?? {};
      const call =
        typeof requestId === "string" || typeof requestId === "number" ? session.calls.get(requestId) : undefined;
      call?.cancel(typeof reason === "string" ? reason : "the client cancelled the request");
    } else if (method !== "notifications/initialized")
      relay.notify(session.as(exchange.identity), { method, params: paramsText });
    exchange.empty(202);
  };

  const response = (exchange: Exchange, { id, outcome }: ClientResponse): void => {
    const session = openSession(exchange, sessions, undefined);
    if (session === undefined) return;
    if (session.answered(id, outcome) === "taken") return exchange.empty(202);
    log.warn(
      { id, session: session.client.session },
      "a client answers a question that this replica did not ask: with several replicas, sampling and elicitation of 2025 clients need session affinity",
    );
    const message = "This replica did not ask that: the question came from another one, or from one that is gone.";
    exchange.json(400, errorResponse(undefined, errorText(rpcCodes.invalidRequest, message)));
  };

  return {
    post(exchange, message) {
      const version = exchange.header("mcp-protocol-version");
      if (version !== undefined && !isLegacyVersion(version))
        return refuseVersion(exchange, message.kind === "request" ? message.idText : undefined, version);
      switch (message.kind) {
        case "request":
          return request(exchange, message);
        case "notification":
          return notification(exchange, message);
        case "response":
          return response(exchange, message);
      }
    },
    get(exchange) {
      if (!exchange.accepts.events) {
        const message = "GET opens a stream of events: the Accept header must take text/event-stream.";
        return exchange.json(406, errorResponse(undefined, errorText(rpcCodes.invalidRequest, message)));
      }
      const session = openSession(exchange, sessions, undefined);
      if (session === undefined) return;
      if (options.areStreamsOver()) return unavailable(exchange);
      listen(exchange, session, options);
    },
    delete(exchange) {
      const session = openSession(exchange, sessions, undefined);
      if (session === undefined) return;
      sessions.end(exchange.header("mcp-session-id") ?? "", session);
      exchange.empty(204);
    },
  };
}

function listen(exchange: Exchange, session: Session, { relay, times, log }: LegacyOptions): void {
  const isResumable = session.client.protocolVersion >= resumableVersion;
  const lastId = exchange.header("last-event-id");
  const place = lastId === undefined ? undefined : readEventId(lastId);
  const resumed = place === undefined ? undefined : session.streamAt(place);
  if (resumed === undefined && place?.idText !== undefined) return lost(exchange, place.idText);
  // 405 is what makes clients stop coming back, without taking the session for ended as 404 would.
  if (lastId === lostId || (resumed?.isOver() === true && !resumed.hasAfter(place?.number ?? 0)))
    return exchange.json(
      405,
      errorResponse(undefined, errorText(rpcCodes.invalidRequest, "This stream is over, and all of it was sent.")),
      { allow: "POST, GET, DELETE" },
    );
  const missing = resumed?.lostAfter(place?.number ?? 0) ?? "nothing";
  if (missing !== "nothing")
    log.warn(
      { session: session.client.session, stream: resumed?.name },
      "a client came back for messages of which some were given up: too much was kept for others",
    );
  if (missing === "end" && resumed?.idText !== undefined) return lost(exchange, resumed.idText);
  const sink = exchange.stream();
  if (sink === undefined) return tooMany(exchange);
  const stream = resumed ?? session.openStream();
  if (resumed === undefined) session.listen(stream, relay);
  const after = resumed === undefined ? 0 : (place?.number ?? 0);
  stream.attach(sink, { after, primeMs: isResumable && !stream.isOver() ? times.retryMs : undefined });
  exchange.onGone(() => stream.detach(sink));
}

/** The id of an event after which nothing comes. */
const lostId = "lost";

/** The stream of an answer that this pod does not hold: its client learns that no answer will come. */
function lost(exchange: Exchange, idText: string): void {
  const sink = exchange.stream();
  if (sink === undefined) return tooMany(exchange);
  const message = "The answer to this request is lost: the replica that ran it is gone, or has dropped it.";
  sink.send(errorResponse(idText, errorText(rpcCodes.internalError, message)), lostId);
  sink.end();
}

const isLegacyVersion = (version: string): boolean => (legacyVersions as readonly string[]).includes(version);

/** The session of a request; undefined where it has been answered that there is none. */
function openSession(exchange: Exchange, sessions: Sessions, idText: string | undefined): Session | undefined {
  const id = exchange.header("mcp-session-id");
  if (id === undefined) {
    const message = "The header Mcp-Session-Id is missing: begin a session with initialize.";
    exchange.json(400, errorResponse(idText, errorText(rpcCodes.invalidRequest, message)));
    return undefined;
  }
  const session = sessions.open(id, exchange.identity);
  if (session === undefined) {
    const message = "There is no such session, or it is over: begin another with initialize.";
    exchange.json(404, errorResponse(idText, errorText(unknownSession, message)));
  }
  return session;
}

function refuseVersion(exchange: Exchange, idText: string | undefined, version: string): void {
  const message = `The MCP-Protocol-Version ${JSON.stringify(version)} is not one that this proxy speaks: ${legacyVersions.join(", ")}.`;
  exchange.json(400, errorResponse(idText, errorText(rpcCodes.invalidRequest, message)));
}

function refuse(exchange: Exchange, { idText }: ClientRequestMessage): void {
  exchange.json(503, errorResponse(idText, leavingError), { "retry-after": "1" });
}

function unavailable(exchange: Exchange): void {
  exchange.json(503, errorResponse(undefined, leavingError), { "retry-after": "1" });
}

function tooMany(exchange: Exchange): void {
  const message = "Too many event streams are open: come again later.";
  exchange.json(503, errorResponse(undefined, errorText(rpcCodes.internalError, message)), { "retry-after": "5" });
}
