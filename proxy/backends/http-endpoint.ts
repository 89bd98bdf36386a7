import { Pool } from "undici";
import type { HttpBackend } from "../config/config.ts";
import { HttpExchange, type ExchangeEvents } from "./http-exchange.ts";

type Method = "POST" | "GET" | "DELETE";

/** The one URL of a backend, with its connections. Redirects are not followed: a call must not go where nobody configured it. */
export class HttpEndpoint {
  readonly url: URL;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: readonly string[];
  readonly #maxBytes: number;

  constructor({ url, headers, connectTimeoutSeconds }: HttpBackend, maxBytes: number) {
    this.url = url;
    this.#path = `${url.pathname}${url.search}`;
    this.#headers = Object.entries(headers).flat();
    this.#maxBytes = maxBytes;
    this.#pool = new Pool(url.origin, {
      allowH2: false,
      connect: { timeout: connectTimeoutSeconds * 1000 },
      // A call may take as long as its client waits; a dead peer is found by TCP's own keep-alive.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  send(method: Method, headers: readonly string[], body: string | null, events: ExchangeEvents): HttpExchange {
    const exchange = new HttpExchange(this.#maxBytes, events);
    const all = [...this.#headers, ...headers];
    this.#pool.dispatch({ method, path: this.#path, headers: all, body }, exchange);
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
