import type { JsonText, Outcome } from "../../message.ts";
import { answerText, type CallSink } from "../calls.ts";
import type { ClientRequestMessage } from "../client-message.ts";
import type { Delays } from "../http/delays.ts";
import type { EventStream } from "../http/event-stream.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Refusal } from "../modern/refusal.ts";
import { errorResponse } from "../rpc-error.ts";
import type { ReplayStream } from "./replay.ts";
import type { Session } from "./session.ts";
import { applyToSession } from "./session-state.ts";

/** How long a legacy call waits for its outcome before it becomes a stream, and what its client is told of coming back. */
export interface LegacyCallTimes {
  readonly plain: Delays;
  /** Where the client can come back to the stream. */
  readonly resumable: Delays;
  readonly retryMs: number;
}

/** The first revision whose clients come back to a stream that was primed; older ones fail on an event without data. */
export const resumableVersion = "2025-11-25";

/**
 * Sends one call's messages: plain JSON where the answer is first, else a stream that outlives its connection, since in
 * this era a client that goes away has not cancelled.
 */
export class LegacyCall implements CallSink {
  readonly #exchange: Exchange;
  readonly #message: ClientRequestMessage;
  readonly #session: Session;
  readonly #times: LegacyCallTimes;
  #stream: ReplayStream | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(exchange: Exchange, message: ClientRequestMessage, session: Session, times: LegacyCallTimes) {
    this.#exchange = exchange;
    this.#message = message;
    this.#session = session;
    this.#times = times;
  }

  get ask(): CallSink["ask"] {
    if (!this.#exchange.accepts.events) return undefined;
    return (method, params) => this.#session.ask({ method, params }, this.#begin());
  }

  /** No answer yet: a stream begins after a while. */
  wait(): void {
    if (!this.#exchange.accepts.events || this.#stream !== undefined) return;
    const { resumable, plain } = this.#times;
    this.#stopWaiting = (this.#isResumable() ? resumable : plain).begin(() => this.#begin());
  }

  notify(notification: JsonText): void {
    if (this.#exchange.accepts.events) this.#begin()?.send(notification);
  }

  answer(outcome: Outcome): void {
    this.#stopWaiting?.();
    this.#session.calls.delete(this.#message.id);
    applyToSession(this.#message, outcome, this.#session);
    const text = answerText(this.#message.idText, outcome);
    const stream = this.#exchange.accepts.json ? this.#stream : this.#begin();
    if (stream === undefined) return this.#exchange.json(200, text);
    stream.send(text);
    this.#session.endStream(stream);
  }

  refuse({ status, error }: Refusal): void {
    this.#exchange.json(status, errorResponse(this.#message.idText, error), { "retry-after": "1" });
  }

  /** The client asked for it, and a response to the cancelled request is not to be sent. */
  cancelled(): void {
    this.#stopWaiting?.();
    this.#session.calls.delete(this.#message.id);
    if (this.#stream === undefined) this.#exchange.empty(202);
    else this.#session.endStream(this.#stream);
  }

  #isResumable(): boolean {
    return this.#session.client.protocolVersion >= resumableVersion;
  }

  /** Undefined where none can begin: the client is gone and knows no event to come back to, or there are too many. */
  #begin(): ReplayStream | undefined {
    if (this.#stream !== undefined) return this.#stream;
    this.#stopWaiting?.();
    const sink: EventStream | undefined = this.#exchange.stream();
    if (sink === undefined) return undefined;
    const stream = this.#session.openStream(this.#message.idText);
    this.#stream = stream;
    stream.attach(sink, { after: 0, primeMs: this.#isResumable() ? this.#times.retryMs : undefined });
    this.#exchange.onGone(() => stream.detach(sink));
    return stream;
  }
}
