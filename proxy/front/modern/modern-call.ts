import type { JsonText, Outcome } from "../../message.ts";
import { answerText, type CallSink } from "../calls.ts";
import type { Delays } from "../http/delays.ts";
import type { EventStream } from "../http/event-stream.ts";
import type { Exchange } from "../http/exchange.ts";
import { rpcCodes } from "../../relay/rpc-error.ts";
import { codeOf, errorResponse } from "../rpc-error.ts";
import type { Refusal } from "./refusal.ts";

/** Sends one call's messages: plain JSON where the answer is first, else a stream that ends with it. */
export class ModernCall implements CallSink {
  readonly ask = undefined;
  readonly #exchange: Exchange;
  readonly #idText: JsonText;
  #stream: EventStream | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(exchange: Exchange, idText: JsonText) {
    this.#exchange = exchange;
    this.#idText = idText;
  }

  /** No answer yet: a stream begins after a while. */
  wait(delays: Delays): void {
    if (!this.#exchange.accepts.events || this.#stream !== undefined) return;
    this.#stopWaiting = delays.begin(() => this.#begin());
  }

  notify(notification: JsonText): void {
    if (this.#exchange.accepts.events) this.#begin()?.send(notification);
  }

  answer(outcome: Outcome): void {
    this.#stopWaiting?.();
    const text = answerText(this.#idText, outcome);
    const stream = this.#exchange.accepts.json ? this.#stream : this.#begin();
    if (stream === undefined)
      return this.#exchange.json(outcome.kind === "result" ? 200 : statusOf(outcome.text), text);
    stream.send(text);
    stream.end();
  }

  refuse({ status, error }: Refusal): void {
    this.#exchange.json(status, errorResponse(this.#idText, error), { "retry-after": "1" });
  }

  /** Its connection is gone: that is how it is cancelled. */
  cancelled(): void {
    this.#stopWaiting?.();
  }

  #begin(): EventStream | undefined {
    this.#stopWaiting?.();
    this.#stream ??= this.#exchange.stream();
    return this.#stream;
  }
}

/** The status that goes with an error (2026-07-28, Streamable HTTP, "Protocol Version Header" and "Server Validation"). */
function statusOf(error: JsonText): number {
  switch (codeOf(error)) {
    case rpcCodes.methodNotFound:
      return 404;
    case rpcCodes.headerMismatch:
    case rpcCodes.missingClientCapability:
    case rpcCodes.unsupportedVersion:
      return 400;
    default:
      return 200;
  }
}
