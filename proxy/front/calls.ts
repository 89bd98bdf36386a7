import type { BaseLogger } from "pino";
import { FairShare, type Shortage } from "../fair-share.ts";
import { Slots } from "../slots.ts";
import type { CutCall } from "../leaving/cut-call.ts";
import type { JsonText, Outcome } from "../message.ts";
import type { Client, Relay, RelayedCall } from "../relay/relay.ts";
import type { ClientRequestMessage } from "./client-message.ts";
import { longestName, nameOf, type CallOutcome, type CallRecord } from "../telemetry/call-record.ts";
import { rpcCodes } from "../relay/rpc-error.ts";
import type { Refusal } from "./modern/refusal.ts";
import { cutError, errorText, shortageRefusals } from "./rpc-error.ts";

/** How a call's messages reach its client. */
export interface CallSink {
  readonly notify: (notification: JsonText) => void;
  readonly answer: (outcome: Outcome) => void;
  /** It was not begun, for want of room. */
  readonly refuse: (refusal: Refusal) => void;
  /** The client wants no answer any more. */
  readonly cancelled: () => void;
  /** Asks the client; undefined where it cannot be asked. */
  readonly ask: ((method: string, params: JsonText | undefined) => Promise<Outcome>) | undefined;
}

interface CallContext {
  readonly client: Client;
  readonly message: ClientRequestMessage;
  /** Whose share of the limits it takes; undefined for the only client. */
  readonly who?: string;
  readonly traceparent?: string | undefined;
  /** A header of the HTTP request, by its name in lower case. */
  readonly header?: (name: string) => string | undefined;
}

/** A call on its way: dispatched, not answered. */
export interface RunningCall {
  readonly cancel: (reason: string) => void;
  readonly isOver: () => boolean;
}

/** `refused`: it was not begun. */
export type OwnOutcome = Extract<CallOutcome, "ok" | "error" | "refused">;

/** What all calls in flight hold together: a client that goes away does not end its calls in 2025-11-25. */
export interface CallLimits {
  readonly calls: number;
  readonly callsBytes: number;
}

/** The calls of one front. */
export interface Calls {
  readonly start: (context: CallContext, sink: CallSink) => RunningCall;
  /** A request that the front answers by itself, for audit and metrics. */
  readonly answered: (client: CallRecord["client"], message: ClientRequestMessage, outcome: OwnOutcome) => void;
  readonly inFlight: () => number;
  readonly lastActivityAt: () => number;
  /** Something came. */
  readonly touch: () => void;
  readonly cut: () => readonly CutCall[];
  readonly shares: { readonly calls: FairShare; readonly call_bytes: FairShare };
}

export interface CallsOptions {
  readonly relay: Relay;
  readonly onCallEnd: (record: CallRecord) => void;
  readonly limits: CallLimits;
  readonly log: Pick<BaseLogger, "error">;
}

export function createCalls({ relay, onCallEnd, limits, log }: CallsOptions): Calls {
  const running = new Slots<Call>();
  const shares = { calls: new FairShare(limits.calls), call_bytes: new FairShare(limits.callsBytes) };
  const take = (who: string | undefined, bytes: number): Shortage | undefined => {
    const shortage = shares.calls.take(who, 1);
    if (shortage !== undefined) return shortage;
    const ofBytes = shares.call_bytes.take(who, bytes);
    if (ofBytes !== undefined) shares.calls.give(who, 1);
    return ofBytes;
  };
  let lastActivityAt = -Infinity;
  const ended = (call: Call): void => {
    running.remove(call.slot, call);
    shares.calls.give(call.who, 1);
    shares.call_bytes.give(call.who, call.length);
    lastActivityAt = performance.now();
  };
  return {
    start(context, sink) {
      const call = new Call(context, sink, ended, onCallEnd);
      const shortage = take(call.who, call.length);
      if (shortage !== undefined) {
        lastActivityAt = performance.now();
        call.refuse(shortage);
        return call;
      }
      call.slot = running.add(call);
      try {
        call.dispatch(relay);
      } catch (error) {
        log.error({ err: error, method: context.message.method }, "a request failed inside the proxy");
        call.settle({ kind: "error", text: errorText(rpcCodes.internalError, "The proxy failed; its log says how.") });
      }
      return call;
    },
    answered(client, message, outcome) {
      onCallEnd({ client, ...aboutOf(message), backend: undefined, outcome, seconds: 0 });
    },
    inFlight: () => running.size,
    lastActivityAt: () => lastActivityAt,
    touch() {
      lastActivityAt = performance.now();
    },
    cut: () => [...running].map((call) => call.cut()),
    shares,
  };
}

class Call implements RunningCall {
  readonly #context: CallContext;
  readonly #sink: CallSink;
  readonly #ended: (call: Call) => void;
  readonly #onCallEnd: (record: CallRecord) => void;
  readonly #startedAt = performance.now();
  /** Among those that run. */
  slot = -1;
  #relayed: RelayedCall | undefined;
  #over = false;

  constructor(
    context: CallContext,
    sink: CallSink,
    ended: (call: Call) => void,
    onCallEnd: (record: CallRecord) => void,
  ) {
    this.#context = context;
    this.#sink = sink;
    this.#ended = ended;
    this.#onCallEnd = onCallEnd;
  }

  dispatch(relay: Relay): void {
    const { client, message, who, traceparent, header } = this.#context;
    const { ask } = this.#sink;
    this.#relayed = relay.request({
      client,
      method: message.method,
      paramsText: message.paramsText,
      params: message.params,
      who,
      traceparent,
      header,
      onNotification: ({ method, params }) => {
        if (!this.#over) this.#sink.notify(notificationText(method, params));
      },
      onRequest: ask && (({ method, params }) => ask(method, params)),
    });
    const { outcome } = this.#relayed;
    if (outcome instanceof Promise) void outcome.then((settled) => this.settle(settled));
    else this.settle(outcome);
  }

  get who(): string | undefined {
    return this.#context.who;
  }

  get length(): number {
    return this.#context.message.length;
  }

  isOver(): boolean {
    return this.#over;
  }

  refuse(shortage: Shortage): void {
    this.#over = true;
    this.#sink.refuse(shortageRefusals[shortage]);
    this.#tell("refused");
  }

  cancel(reason: string): void {
    // An answer that was a question to the client, and that it has not got, keeps a call waiting for it in the relay.
    if (this.#over) return this.#relayed?.cancel(reason);
    this.#end("cancelled");
    this.#relayed?.cancel(reason);
    this.#sink.cancelled();
  }

  cut(): CutCall {
    const { method, params } = this.#context.message;
    this.#end("cut");
    this.#sink.answer({ kind: "error", text: cutError });
    this.#relayed?.cancel("the proxy is shutting down");
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return { method, name: nameOf(params), backend: this.#relayed?.backend, seconds };
  }

  settle(outcome: Outcome): void {
    if (this.#over) return;
    this.#sink.answer(outcome);
    this.#end(outcome.kind === "result" ? "ok" : this.#relayed?.isDenied === true ? "denied" : "error");
  }

  #end(outcome: CallOutcome): void {
    this.#over = true;
    this.#ended(this);
    this.#tell(outcome);
  }

  #tell(outcome: CallOutcome): void {
    const { client, message } = this.#context;
    this.#onCallEnd({
      client,
      ...aboutOf(message),
      backend: this.#relayed?.backend,
      outcome,
      seconds: (performance.now() - this.#startedAt) / 1000,
    });
  }
}

const aboutOf = ({
  method,
  params,
}: Pick<ClientRequestMessage, "method" | "params">): Pick<CallRecord, "method" | "name" | "arguments"> => ({
  method: method.slice(0, longestName),
  name: nameOf(params),
  arguments: params?.["arguments"],
});

export const notificationText = (method: string, params: JsonText | undefined): JsonText =>
  `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${params === undefined ? "" : `,"params":${params}`}}`;

export const requestText = (id: string, method: string, params: JsonText | undefined): JsonText =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)}${params === undefined ? "" : `,"params":${params}`}}`;

export const answerText = (idText: JsonText, { kind, text }: Outcome): JsonText =>
  kind === "result"
    ? `{"jsonrpc":"2.0","id":${idText},"result":${text}}`
    : `{"jsonrpc":"2.0","id":${idText},"error":${text}}`;
