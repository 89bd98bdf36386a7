import type { Relay } from "../../relay/relay.ts";
import { answerText, type Calls, type OwnOutcome } from "../calls.ts";
import type { ClientMessage, ClientRequestMessage } from "../client-message.ts";
import type { Delays } from "../http/delays.ts";
import type { Exchange } from "../http/exchange.ts";
import { rpcCodes } from "../../relay/rpc-error.ts";
import { errorResponse, errorText, leavingError } from "../rpc-error.ts";
import { discover } from "./discover.ts";
import { ModernCall } from "./modern-call.ts";
import { headerProblem } from "./request-headers.ts";
import type { Refusal } from "./refusal.ts";
import { ModernClient, readClient } from "./request-meta.ts";
import { subscribe, type Subscription } from "./subscription.ts";

export interface ModernOptions {
  readonly relay: Relay;
  readonly calls: Calls;
  /** Until a call without an answer becomes a stream. */
  readonly delays: Delays;
  /** No more calls. */
  readonly isRefusing: () => boolean;
  readonly areStreamsOver: () => boolean;
}

/** Streamable HTTP of 2026-07-28: each request by itself. */
export interface ModernHttp {
  readonly post: (exchange: Exchange, message: ClientMessage) => void;
  /** Ends the listen requests by their own rules. */
  readonly endSubscriptions: () => void;
}

/** Of the eras before: known, and gone. */
export const removedMethods: ReadonlySet<string> = new Set([
  "initialize",
  "ping",
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
]);

export function createModernHttp({ relay, calls, delays, isRefusing, areStreamsOver }: ModernOptions): ModernHttp {
  const subscriptions = new Set<Subscription>();

  const listen = (exchange: Exchange, message: ClientRequestMessage, client: ModernClient): void => {
    const { idText } = message;
    if (areStreamsOver()) return exchange.json(503, errorResponse(idText, leavingError), { "retry-after": "1" });
    if (!exchange.accepts.events) {
      const problem = "subscriptions/listen is answered by a stream: the Accept header must take text/event-stream.";
      return exchange.json(406, errorResponse(idText, errorText(rpcCodes.invalidRequest, problem)));
    }
    let stream: ReturnType<Exchange["stream"]>;
    // Nothing is sent before the filter is known to be one: the first message opens the stream.
    const subscription = subscribe(message, client, relay, (text) => (stream ??= exchange.stream())?.send(text));
    if (subscription === undefined)
      return exchange.json(
        400,
        errorResponse(
          idText,
          errorText(rpcCodes.invalidParams, "subscriptions/listen needs params.notifications, an object."),
        ),
      );
    if (stream === undefined) {
      subscription.cancel();
      const problem = "Too many event streams are open: come again later.";
      return exchange.json(503, errorResponse(idText, errorText(rpcCodes.internalError, problem)), {
        "retry-after": "5",
      });
    }
    const opened = stream;
    const ours: Subscription = {
      cancel: subscription.cancel,
      end() {
        subscription.end();
        opened.end();
      },
    };
    subscriptions.add(ours);
    calls.answered(client, message, "ok");
    exchange.onGone(() => {
      if (subscriptions.delete(ours)) ours.cancel();
    });
  };

  /** Answers by itself what needs no backend; true where it has. */
  const isAnswered = (exchange: Exchange, message: ClientRequestMessage, client: ModernClient | Refusal): boolean => {
    const { method, idText } = message;
    const answered = (outcome: OwnOutcome): void =>
      calls.answered({ era: "modern", identity: exchange.identity, session: undefined }, message, outcome);
    const problem = "status" in client ? client : headerProblem(exchange.request.headers, message);
    if (problem !== undefined) {
      answered("error");
      exchange.json(problem.status, errorResponse(idText, problem.error));
    } else if (removedMethods.has(method)) {
      answered("error");
      const gone = errorText(rpcCodes.methodNotFound, `${method} is not a method of this protocol version.`);
      exchange.json(404, errorResponse(idText, gone));
    } else if (isRefusing()) {
      answered("refused");
      exchange.json(503, errorResponse(idText, leavingError), { "retry-after": "1" });
    } else if (method === "server/discover" && client instanceof ModernClient) {
      answered("ok");
      exchange.json(200, answerText(idText, { kind: "result", text: discover(client, relay) }));
    } else return false;
    return true;
  };

  const request = (exchange: Exchange, message: ClientRequestMessage): void => {
    const { method, idText } = message;
    const client = readClient(message, exchange.identity, { value: exchange.header("mcp-protocol-version") });
    if (isAnswered(exchange, message, client) || "status" in client) return;
    if (method === "subscriptions/listen") return listen(exchange, message, client);
    const sink = new ModernCall(exchange, idText);
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
    exchange.onGone(() => call.cancel("the client closed the response"));
    sink.wait(delays);
  };

  return {
    post(exchange, message) {
      switch (message.kind) {
        case "request":
          return request(exchange, message);
        case "notification":
          // None is defined for this transport: cancelling is closing the response.
          return exchange.empty(202);
        case "response":
          return exchange.json(
            400,
            errorResponse(
              undefined,
              errorText(rpcCodes.invalidRequest, "Clients of this protocol version send no responses."),
            ),
          );
      }
    },
    endSubscriptions() {
      for (const subscription of subscriptions) subscription.end();
      subscriptions.clear();
    },
  };
}
