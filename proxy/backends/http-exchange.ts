import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import type { Dispatcher } from "undici";
import type { FloodGate, Pausable } from "./flood-gate.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What one HTTP request tells. Exactly one of `ended` and `failed` comes last; after `abort` neither. */
export interface ExchangeEvents {
  /** An event of an SSE stream with data. */
  event(data: string, id: string | undefined): void;
  /** The id of the last event, also of one without data. */
  eventId(id: string): void;
  retry(milliseconds: number): void;
  /** The response is over. `text` is its body when it was no SSE stream. */
  ended(response: ExchangeResponse): void;
  failed(error: Error, wasSent: boolean): void;
}

export interface ExchangeResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly isStream: boolean;
}

/** The request failed, and the server is none the worse for it. The message says why. */
export class ExchangeFailed extends Error {
  override readonly name = "ExchangeFailed";
}

export interface ExchangeOptions {
  readonly maxBytes: number;
  /** Holds up a stream of what nobody asked for. */
  readonly gate: FloodGate;
  /** Its connection is free, or never was taken. */
  readonly onOver: (exchange: HttpExchange) => void;
}

/** One HTTP request and its response: a text or a stream of events, never more than `maxBytes` of it in memory. */
export class HttpExchange implements Dispatcher.DispatchHandler, Pausable {
  readonly #events: ExchangeEvents;
  readonly #options: ExchangeOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #parser: EventSourceParser | undefined;
  #decoder: StringDecoder | undefined;
  #over = false;

  constructor(options: ExchangeOptions, events: ExchangeEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Closes its connection; nothing is told any more. */
  abort(): void {
    this.#end();
    this.#controller?.abort(new Error("aborted"));
  }

  /** Ends it with this error. */
  fail(error: ExchangeFailed): void {
    this.#finish(() => this.#events.failed(error, this.#controller !== undefined));
    this.#controller?.abort(error);
  }

  pause(): void {
    if (!this.#over) this.#controller?.pause();
  }

  resume(): void {
    if (!this.#over) this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error("aborted"));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    const type = headers["content-type"];
    if (typeof type !== "string" || !/^text\/event-stream\b/i.test(type) || status >= 300) return;
    this.#decoder = new StringDecoder("utf8");
    this.#parser = createParser({
      maxBufferSize: this.#options.maxBytes,
      onId: (id) => this.#tell(() => this.#events.eventId(id)),
      onEvent: ({ data, id }) => {
        if (data === "") this.#options.gate.count(0, this);
        this.#tell(() => this.#events.event(data, id));
      },
      onComment: (comment) => this.#options.gate.count(comment.length, this),
      onRetry: (milliseconds) => this.#tell(() => this.#events.retry(milliseconds)),
      onError: ({ type: problem }) => {
        if (problem === "max-buffer-size-exceeded") this.#tooLong();
      },
    });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    if (this.#parser !== undefined) return this.#parser.feed(this.#decoder!.write(chunk));
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxBytes) return this.#tooLong();
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish(() => {
      const [first = Buffer.alloc(0)] = this.#chunks;
      const text = (this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first).toString("utf8");
      this.#events.ended({ status: this.#status, headers: this.#headers, text, isStream: this.#parser !== undefined });
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#finish(() => this.#events.failed(error, this.#controller !== undefined));
  }

  #tooLong(): void {
    const { maxBytes } = this.#options;
    this.fail(new ExchangeFailed(`its answer is longer than the ${maxBytes} bytes of maxMessageBytes and was dropped`));
  }

  #tell(what: () => void): void {
    if (!this.#over) what();
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#end();
    tell();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.onOver(this);
  }
}
