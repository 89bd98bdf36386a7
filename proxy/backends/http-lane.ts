import { ExchangeFailed, type HttpExchange } from "./http-exchange.ts";

/** How many requests run at once, and how many more wait for their turn. */
export interface LaneLimits {
  readonly running: number;
  readonly waiting: number;
}

/** Requests to one server, each of which takes a connection: what is beyond the limit waits its turn, or fails. */
export class HttpLane {
  readonly #limits: LaneLimits;
  /** With a number beside it and not a Set, for the reason in slots.ts. */
  readonly #isRunning = new WeakSet<HttpExchange>();
  #running = 0;
  readonly #waiting = new Map<HttpExchange, () => void>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** `dispatch` sends it, now or when there is room. Whoever sends it says when it is `over`. */
  enter(exchange: HttpExchange, dispatch: () => void): void {
    const { running, waiting } = this.#limits;
    if (this.#running < running) {
      this.#run(exchange, dispatch);
    } else if (this.#waiting.size < waiting) {
      this.#waiting.set(exchange, dispatch);
    } else {
      // Whoever sends it has not got it yet.
      queueMicrotask(() =>
        exchange.fail(
          new ExchangeFailed(`${running} calls run there and ${waiting} wait for their turn: try again later`),
        ),
      );
    }
  }

  /** It is answered, or nobody wants it any more. */
  readonly leave = (exchange: HttpExchange): void => {
    this.#waiting.delete(exchange);
    if (!this.#isRunning.delete(exchange)) return;
    this.#running -= 1;
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [exchangeOfNext, dispatch] = next;
    this.#waiting.delete(exchangeOfNext);
    this.#run(exchangeOfNext, dispatch);
  };

  #run(exchange: HttpExchange, dispatch: () => void): void {
    this.#isRunning.add(exchange);
    this.#running += 1;
    dispatch();
  }
}
