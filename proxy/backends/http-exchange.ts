import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import type { Dispatcher } from "undici";

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

/** The body, or an event of it, is longer than the limit. */
export class ResponseTooLong extends Error {
  override readonly name = "ResponseTooLong";
}

/** One HTTP request and its response: a text or a stream of events, never more than `maxBytes` of it in memory. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #events: ExchangeEvents;
  readonly #maxBytes: number;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #parser: EventSourceParser | undefined;
  #decoder: StringDecoder | undefined;
  #over = false;

  constructor(maxBytes: number, events: ExchangeEvents) {
    this.#maxBytes = maxBytes;
    this.#events = events;
  }

  /** Closes its connection; nothing is told any more. */
  abort(): void {
    this.#over = true;
    this.#controller?.abort(new Error("aborted"));
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
      maxBufferSize: this.#maxBytes,
      onId: (id) => this.#tell(() => this.#events.eventId(id)),
      onEvent: ({ data, id }) => this.#tell(() => this.#events.event(data, id)),
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
    if (this.#bytes > this.#maxBytes) return this.#tooLong();
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
    const error = new ResponseTooLong(
      `its answer is longer than the ${this.#maxBytes} bytes of maxMessageBytes and was dropped`,
    );
    this.#finish(() => this.#events.failed(error, true));
    this.#controller?.abort(error);
  }

  #tell(what: () => void): void {
    if (!this.#over) what();
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    tell();
  }
}
