import { Pool } from "undici";
import type { HttpBackend } from "../config/config.ts";
import { FloodGate } from "./flood-gate.ts";
import { HttpExchange, type ExchangeEvents } from "./http-exchange.ts";
import { HttpLane, type LaneLimits } from "./http-lane.ts";

type Method = "POST" | "GET" | "DELETE";

/** As many as Envoy lets through to one upstream unless it is told otherwise (circuit breaking: 1024 and 1024). */
const callLimits: LaneLimits = { running: 1024, waiting: 1024 };
/**
 * Calls hold their connections for as long as they take, and may take until they are answered a question or are cancelled:
 * what is said about them, and what finds out whether the server lives, must not wait behind them.
 */
const messageLimits: LaneLimits = { running: 16, waiting: 1024 };

/** The one URL of a backend, with its connections. Redirects are not followed: a call must not go where nobody configured it. */
export class HttpEndpoint {
  readonly url: URL;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: readonly string[];
  readonly #maxBytes: number;
  readonly #calls: HttpLane;
  readonly #messages = new HttpLane(messageLimits);
  readonly gate = new FloodGate();

  constructor(
    { url, headers, connectTimeoutSeconds }: Pick<HttpBackend, "url" | "headers" | "connectTimeoutSeconds">,
    maxBytes: number,
    limits = callLimits,
  ) {
    this.url = url;
    this.#path = `${url.pathname}${url.search}`;
    this.#headers = Object.entries(headers).flat();
    this.#maxBytes = maxBytes;
    this.#calls = new HttpLane(limits);
    this.#pool = new Pool(url.origin, {
      allowH2: false,
      connect: { timeout: connectTimeoutSeconds * 1000 },
      // A call may take as long as its client waits; a dead peer is found by TCP's own keep-alive.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** A call, which may take long, or the rest of its answer. */
  call(method: "POST" | "GET", headers: readonly string[], body: string | null, events: ExchangeEvents): HttpExchange {
    return this.#send(this.#calls, method, headers, body, events);
  }

  /** Anything else: it waits for no call. */
  send(method: Method, headers: readonly string[], body: string | null, events: ExchangeEvents): HttpExchange {
    return this.#send(this.#messages, method, headers, body, events);
  }

  #send(
    lane: HttpLane,
    method: Method,
    headers: readonly string[],
    body: string | null,
    events: ExchangeEvents,
  ): HttpExchange {
    const exchange = new HttpExchange({ maxBytes: this.#maxBytes, gate: this.gate, onOver: lane.leave }, events);
    const all = [...this.#headers, ...headers];
    lane.enter(exchange, () => this.#pool.dispatch({ method, path: this.#path, headers: all, body }, exchange));
    return exchange;
  }

  /** Requests under way go on to their end. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}
