import type { Readable, Writable } from "node:stream";
import type { BaseLogger } from "pino";
import { anonymous } from "../access/identity.ts";
import { ById } from "../by-id.ts";
import { LineReader } from "../backends/lines.ts";
import type { Era, Outcome, RequestId } from "../message.ts";
import type { Client, Relay } from "../relay/relay.ts";
import { rpcCodes } from "../relay/rpc-error.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import { answerText, createCalls, type OwnOutcome, type RunningCall } from "./calls.ts";
import { readMessageText, type ClientNotification, type ClientRequestMessage } from "./client-message.ts";
import type { Drainable } from "./drainable.ts";
import { defaultFrontLimits } from "./http/limits.ts";
import { applyToSession } from "./legacy/session-state.ts";
import { discover } from "./modern/discover.ts";
import { removedMethods } from "./modern/modern-http.ts";
import { readClient, versionInMeta } from "./modern/request-meta.ts";
import { subscribe, type Subscription } from "./modern/subscription.ts";
import { errorResponse, errorText, leavingError } from "./rpc-error.ts";
import { createStdioOutput } from "./stdio/stdio-output.ts";
import { beginStdioSession, type StdioSession } from "./stdio/stdio-session.ts";

export interface StdioFrontOptions {
  readonly relay: Relay;
  readonly input: Readable;
  /** Messages alone go here: logs would be taken for them. */
  readonly output: Writable;
  readonly maxMessageBytes: number;
  readonly onCallEnd: (record: CallRecord) => void;
  readonly log: BaseLogger;
}

/** One client on the standard streams. */
export interface StdioFront extends Drainable {
  /** The client has closed its side: time to leave. */
  readonly ended: Promise<void>;
}

const ownClient = (era: Era): CallRecord["client"] => ({ era, identity: anonymous, session: undefined });

/** What a client may leave unread before notifications are dropped. */
const unreadBytes = 64 * 1024 * 1024;

export function createStdioFront(options: StdioFrontOptions): StdioFront {
  const { relay, input, maxMessageBytes, log } = options;
  const calls = createCalls({ relay, onCallEnd: options.onCallEnd, limits: defaultFrontLimits, log });
  const { send, sendIfRead, flushed, hasUnread } = createStdioOutput({
    output: options.output,
    unreadBytes,
    onPressure: (isHigh) => (isHigh ? input.pause() : input.resume()),
    log,
  });
  const running = new ById<RunningCall>();
  const subscriptions = new Map<RequestId, Subscription>();
  let session: StdioSession | undefined;
  let refusing = false;

  const fail = (idText: string | undefined, code: number, message: string): void =>
    send(errorResponse(idText, errorText(code, message)));

  const dispatch = (message: ClientRequestMessage, client: Client): void => {
    const { id, idText } = message;
    const own = client.era === "legacy" ? session : undefined;
    const call = calls.start(
      { client, message },
      {
        notify: sendIfRead,
        answer(outcome: Outcome) {
          running.delete(id);
          own?.over(id);
          if (own !== undefined) applyToSession(message, outcome, own);
          send(answerText(idText, outcome));
        },
        refuse: ({ error }) => send(errorResponse(idText, error)),
        cancelled() {
          running.delete(id);
          own?.over(id);
        },
        ask: own === undefined ? undefined : (method, params) => own.ask({ method, params }, id),
      },
    );
    if (!call.isOver()) running.set(id, call);
  };

  const begin = (message: ClientRequestMessage): void => {
    const begun = beginStdioSession(message, relay, anonymous, sendIfRead);
    calls.answered(ownClient("legacy"), message, typeof begun === "string" ? "error" : "ok");
    if (typeof begun === "string") return fail(message.idText, rpcCodes.invalidParams, begun);
    session?.close();
    ({ session } = begun);
    send(answerText(message.idText, { kind: "result", text: begun.result }));
  };

  const legacyRequest = (message: ClientRequestMessage): void => {
    const { method, idText } = message;
    if (method === "initialize") return begin(message);
    if (method === "ping") return send(answerText(idText, { kind: "result", text: "{}" }));
    if (session === undefined)
      return fail(
        idText,
        rpcCodes.invalidRequest,
        "Begin with initialize, or say in params._meta who you are as 2026-07-28 has it.",
      );
    dispatch(message, session.client);
  };

  const modernRequest = (message: ClientRequestMessage): void => {
    const { method, id, idText } = message;
    const client = readClient(message, anonymous);
    const own = (outcome: OwnOutcome): void => calls.answered(ownClient("modern"), message, outcome);
    if ("status" in client) {
      own("error");
      return send(errorResponse(idText, client.error));
    }
    if (removedMethods.has(method)) {
      own("error");
      return fail(idText, rpcCodes.methodNotFound, `${method} is not a method of this protocol version.`);
    }
    if (method === "server/discover") {
      own("ok");
      return send(answerText(idText, { kind: "result", text: discover(client, relay) }));
    }
    if (method !== "subscriptions/listen") return dispatch(message, client);
    const subscription = subscribe(message, client, relay, sendIfRead);
    own(subscription === undefined ? "error" : "ok");
    if (subscription === undefined)
      return fail(idText, rpcCodes.invalidParams, "subscriptions/listen needs params.notifications, an object.");
    subscriptions.set(id, subscription);
  };

  const request = (message: ClientRequestMessage): void => {
    const { id, idText, method, params } = message;
    if (refusing) {
      calls.answered(ownClient(session === undefined ? "modern" : "legacy"), message, "refused");
      return send(errorResponse(idText, leavingError));
    }
    if (running.get(id) !== undefined || subscriptions.has(id))
      return fail(idText, rpcCodes.invalidRequest, "A request with this id is still being answered.");
    if (versionInMeta(params) !== undefined || method === "server/discover") modernRequest(message);
    else legacyRequest(message);
  };

  const notification = ({ method, params, paramsText }: ClientNotification): void => {
    if (method === "notifications/cancelled") {
      const { requestId, reason } = params ?? {};
      const id = requestId as RequestId;
      running.get(id)?.cancel(typeof reason === "string" ? reason : "the client cancelled the request");
      subscriptions.get(id)?.cancel();
      subscriptions.delete(id);
    } else if (method === "notifications/initialized") session?.listen(relay);
    else if (session !== undefined) relay.notify(session.client, { method, params: paramsText });
  };

  const lines = new LineReader(maxMessageBytes, {
    line(text) {
      calls.touch();
      const message = readMessageText(text);
      switch (message.kind) {
        case "problem":
          return fail(message.idText, message.code, message.message);
        case "request":
          return request(message);
        case "notification":
          return notification(message);
        case "response":
          return session?.answered(message.id, message.outcome);
      }
    },
    tooLong: (_head, _tail, bytes) =>
      fail(
        undefined,
        rpcCodes.invalidRequest,
        `The message has ${bytes} bytes, more than the ${maxMessageBytes} that this proxy takes.`,
      ),
  });

  const ended = new Promise<void>((resolve) => {
    input.once("end", () => {
      lines.end();
      resolve();
    });
    input.once("close", resolve);
    input.once("error", () => resolve());
  });
  input.on("data", (chunk: Buffer) => lines.push(chunk));

  const endStreams = (): void => {
    for (const subscription of subscriptions.values()) subscription.end();
    subscriptions.clear();
  };
  return {
    ended,
    inFlight: calls.inFlight,
    lastActivityAt: calls.lastActivityAt,
    // There is no connection to be moved elsewhere: the client learns of the end by the end.
    announce() {},
    endStreams,
    refuse() {
      refusing = true;
    },
    cut: calls.cut,
    unread: () => (hasUnread() ? 1 : 0),
    async close(seconds) {
      refusing = true;
      endStreams();
      session?.close();
      await flushed(seconds);
      input.destroy();
    },
  };
}
