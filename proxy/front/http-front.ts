import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { BaseLogger } from "pino";
import type { Identity } from "../access/identity.ts";
import type { ProxyConfig } from "../config/config.ts";
import type { FairShare } from "../fair-share.ts";
import { modernVersion } from "../message.ts";
import type { Relay } from "../relay/relay.ts";
import type { Authenticate, Authenticated } from "../access/authenticate.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import { createCalls } from "./calls.ts";
import { readMessage, type ClientMessage } from "./client-message.ts";
import type { Drainable } from "./drainable.ts";
import { createBodies, type BodyOutcome } from "./http/bodies.ts";
import { trackConnections } from "./http/connections.ts";
import { Exchange, sendJson, type ResponseRules } from "./http/exchange.ts";
import { defaultFrontLimits, type FrontLimits } from "./http/limits.ts";
import { isJson } from "./http/media-type.ts";
import { createOriginCheck } from "./http/origin-check.ts";
import { createDelays } from "./http/delays.ts";
import { createStreams } from "./http/streams.ts";
import { createLegacyHttp } from "./legacy/legacy-http.ts";
import type { SealKeys } from "./legacy/seal-keys.ts";
import { createSessions } from "./legacy/sessions.ts";
import { createModernHttp } from "./modern/modern-http.ts";
import { versionInMeta } from "./modern/request-meta.ts";
import { rpcCodes } from "../relay/rpc-error.ts";
import { errorResponse, errorText, leavingError } from "./rpc-error.ts";

export interface HttpFrontOptions {
  readonly relay: Relay;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Read at each request, so that a reloaded configuration holds at once. */
  readonly settings: () => Pick<ProxyConfig, "hosts" | "origins" | "maxMessageBytes" | "sessionSeconds">;
  readonly sessionKeys: SealKeys;
  readonly authenticate: Authenticate;
  readonly onCallEnd: (record: CallRecord) => void;
  readonly log: BaseLogger;
  readonly limits?: Partial<FrontLimits>;
}

/** `/mcp` on one address. */
export interface HttpFront extends Drainable {
  /** Rejects where the address cannot be had. */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  /** For metrics. */
  counts(): { readonly sessions: number; readonly streams: number };
  readonly shares: Readonly<Record<string, FairShare>>;
}

const path = "/mcp";
/** A long answer goes out in one piece, so that only its end can be seen: it gets more time than an event. */
const unreadAnswerFactor = 5;
/** A client that is gone: its response notices by itself. */
const ignore = (): void => {};

export function createHttpFront(options: HttpFrontOptions): HttpFront {
  const { relay, settings, authenticate, log } = options;
  const limits = { ...defaultFrontLimits, ...options.limits };
  const origins = createOriginCheck(options.host);
  let announced = false;
  let streamsOver = false;
  let refusing = false;

  const calls = createCalls({ relay, onCallEnd: options.onCallEnd, limits, log });
  const streams = createStreams(limits, log);
  const bodies = createBodies(limits);
  const sessions = createSessions({
    relay,
    keys: options.sessionKeys,
    sessionSeconds: () => settings().sessionSeconds,
    limits,
    log,
  });
  const phase = { isRefusing: () => refusing, areStreamsOver: () => streamsOver };
  const plain = createDelays(limits.streamAfterSeconds);
  const times = { plain, resumable: createDelays(limits.resumableAfterSeconds), retryMs: limits.retryMs };
  const legacy = createLegacyHttp({ relay, calls, sessions, times, log, ...phase });
  const modern = createModernHttp({ relay, calls, delays: plain, ...phase });
  const rules: ResponseRules = { isAnnounced: () => announced, openStream: streams.open };

  const refuse = (
    response: ServerResponse,
    status: number,
    code: number,
    message: string,
    headers?: Readonly<Record<string, string>>,
  ): void => sendJson(response, announced, status, errorResponse(undefined, errorText(code, message)), headers);

  const received = (exchange: Exchange, response: ServerResponse, body: BodyOutcome): void => {
    calls.touch();
    switch (body.kind) {
      case "body":
        return answer(exchange, body.bytes);
      case "too-large":
        return refuse(
          response,
          413,
          rpcCodes.invalidRequest,
          `The message is longer than the ${settings().maxMessageBytes} bytes that this proxy takes.`,
        );
      case "full":
      case "share":
        return refuse(
          response,
          body.kind === "full" ? 503 : 429,
          rpcCodes.internalError,
          body.kind === "full"
            ? "Too many large messages are on their way: send it again later."
            : "This client has its share of what may be on its way to the proxy: send it when other messages have come.",
          { "retry-after": "1" },
        );
      case "too-slow":
        response.shouldKeepAlive = false;
        return refuse(
          response,
          408,
          rpcCodes.invalidRequest,
          `The message did not come within ${limits.bodySeconds} s.`,
        );
      case "closing":
        response.shouldKeepAlive = false;
        return sendJson(response, true, 503, errorResponse(undefined, leavingError), { "retry-after": "1" });
    }
  };

  const answer = (exchange: Exchange, bytes: Buffer): void => {
    const message = readMessage(bytes);
    if (message.kind === "problem") {
      const { code, message: sentence, idText } = message;
      return exchange.json(400, errorResponse(idText, errorText(code, sentence)));
    }
    if (isModern(exchange.header("mcp-protocol-version"), message)) modern.post(exchange, message);
    else legacy.post(exchange, message);
  };

  const known = (request: IncomingMessage, response: ServerResponse, identity: Identity): void => {
    const exchange = new Exchange(request, response, identity, rules);
    switch (request.method) {
      case "POST": {
        if (!isJson(request.headers["content-type"]))
          return refuse(response, 415, rpcCodes.invalidRequest, "The Content-Type of a message is application/json.");
        return bodies.read(request, exchange.who, settings().maxMessageBytes, (body) =>
          received(exchange, response, body),
        );
      }
      case "GET":
      case "DELETE":
        request.resume();
        if (isModern(exchange.header("mcp-protocol-version"), undefined)) return refuseMethod(response);
        return request.method === "GET" ? legacy.get(exchange) : legacy.delete(exchange);
      default:
        return refuseMethod(response);
    }
  };

  const refuseMethod = (response: ServerResponse): void =>
    refuse(
      response,
      405,
      rpcCodes.invalidRequest,
      "MCP is spoken by POST; sessions until 2025-11-25 know GET and DELETE too.",
      {
        allow: "POST, GET, DELETE",
      },
    );

  const decided = (request: IncomingMessage, response: ServerResponse, decision: Authenticated): void => {
    if ("identity" in decision) return known(request, response, decision.identity);
    const { status, message, headers } = decision.refusal;
    refuse(response, status, rpcCodes.invalidRequest, message, headers);
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    connections.opened(response);
    response.on("error", ignore);
    const { url = "" } = request;
    if (url !== path && !url.startsWith(`${path}?`)) {
      request.resume();
      return refuse(
        response,
        404,
        rpcCodes.invalidRequest,
        `There is nothing at ${url.slice(0, 200)}: MCP is at ${path}.`,
      );
    }
    const problem = origins.problem(request.headers, settings());
    if (problem !== undefined) return refuse(response, 403, rpcCodes.invalidRequest, problem);
    const decision = authenticate(request);
    if (!(decision instanceof Promise)) return decided(request, response, decision);
    decision.then(
      (late) => decided(request, response, late),
      (error: unknown) => {
        log.error({ err: error }, "a request could not be authenticated");
        refuse(
          response,
          500,
          rpcCodes.internalError,
          "The request could not be authenticated; the proxy's log says why.",
        );
      },
    );
  };

  const server = createServer(
    {
      keepAliveTimeout: limits.keepAliveSeconds * 1000,
      // Bodies have their own, shorter time. Both of these count from a connection's start too, so that one that is pooled
      // before its first request must outlive the pool.
      requestTimeout: 0,
      headersTimeout: limits.keepAliveSeconds * 1000,
    },
    handle,
  );
  const connections = trackConnections(server, limits, log);

  const timers = [
    setInterval(() => {
      streams.comment();
      connections.endUnread(limits.stuckSeconds * unreadAnswerFactor);
    }, limits.commentSeconds * 1000),
    setInterval(() => {
      bodies.sweep();
      connections.endUnwanted(limits.bodySeconds);
      sessions.sweep();
    }, 1000),
  ];
  for (const timer of timers) timer.unref();

  return {
    async listen() {
      server.listen(options.port, options.host);
      await once(server, "listening");
      const { address, port } = server.address() as AddressInfo;
      return { host: address, port };
    },
    counts: () => ({ sessions: sessions.count(), streams: streams.share.total }),
    shares: { ...calls.shares, bodies: bodies.share, streams: streams.share, connections: connections.share },
    inFlight: calls.inFlight,
    lastActivityAt: calls.lastActivityAt,
    announce() {
      announced = true;
    },
    endStreams() {
      announced = true;
      streamsOver = true;
      for (const session of sessions.all()) session.pauseListening(limits.retryMs);
      modern.endSubscriptions();
      connections.closeIdle();
    },
    refuse() {
      announced = true;
      refusing = true;
    },
    cut: calls.cut,
    async close(seconds) {
      announced = true;
      streamsOver = true;
      refusing = true;
      for (const timer of timers) clearInterval(timer);
      for (const session of sessions.all()) session.pauseListening(limits.retryMs);
      modern.endSubscriptions();
      bodies.close();
      await connections.close(seconds);
    },
    unread: connections.unread,
  };
}

/** By the header, or by what the request itself says where the header is missing or of the other era. */
function isModern(version: string | undefined, message: ClientMessage | undefined): boolean {
  if (version !== undefined && isModernVersion(version)) return true;
  return message?.kind === "request" && versionInMeta(message.params) !== undefined;
}

/** Dates compare as text; a word that is no date is nobody's. */
const isModernVersion = (version: string): boolean => version >= modernVersion && /^\d{4}-\d{2}-\d{2}$/.test(version);
