import type { HttpConnection } from "./http-connection.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { httpProblem } from "./http-problem.ts";

const defaultRetryMilliseconds = 1000;
const longestRetryMilliseconds = 30_000;

/** The GET stream of a legacy session: what the server says by itself. Servers need not have one. */
export class HttpServerStream {
  readonly #endpoint: HttpEndpoint;
  readonly #connection: HttpConnection;
  #exchange: HttpExchange | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastEventId: string | undefined;
  #retryMilliseconds = defaultRetryMilliseconds;
  #failures = 0;

  constructor(endpoint: HttpEndpoint, connection: HttpConnection) {
    this.#endpoint = endpoint;
    this.#connection = connection;
  }

  /** Also for a new session: what went before is forgotten. */
  open(): void {
    this.close();
    this.#lastEventId = undefined;
    this.#get();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#exchange?.abort();
    this.#exchange = undefined;
  }

  #get(): void {
    const { sessionId } = this.#connection;
    const resume = this.#lastEventId === undefined ? [] : ["last-event-id", this.#lastEventId];
    const headers = ["accept", "text/event-stream", ...this.#connection.eraHeaders(""), ...resume];
    this.#exchange = this.#endpoint.send("GET", headers, null, {
      event: (data) => {
        this.#failures = 0;
        if (data !== "") this.#connection.receive(data, this.#exchange);
      },
      eventId: (id) => (this.#lastEventId = id),
      retry: (milliseconds) => (this.#retryMilliseconds = milliseconds),
      ended: ({ isStream, status }) => {
        if (isStream) this.#again();
        // The session is gone; the new one opens its own stream. Any other answer means that there is none to be had.
        else if (status === 404 && sessionId !== undefined) void this.#connection.renew(sessionId);
      },
      failed: (error) => {
        const { sentence, isUnreachable } = httpProblem(this.#endpoint.url, error);
        if (isUnreachable) this.#connection.lose(sentence);
        else this.#again();
      },
    });
  }

  #again(): void {
    const milliseconds = Math.min(
      longestRetryMilliseconds,
      this.#retryMilliseconds * 2 ** Math.min(this.#failures, 10),
    );
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#get(), milliseconds);
    this.#timer.unref();
  }
}
