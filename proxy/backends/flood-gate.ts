import type { Readable } from "node:stream";

const windowMilliseconds = 100;
/** In one window: 20,000 messages a second of some hundred bytes. One of n bytes counts as 1 + n / 1024. */
const unitsPerWindow = 2000;

/**
 * Backpressure on what nobody asked for: a backend that floods its stdout waits at its pipe, and leaves the proxy time for the
 * other backends. Nothing is lost. Answers are not counted.
 */
export class FloodGate {
  readonly #stream: Readable;
  #units = 0;
  #windowEnds = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #open = false;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  count(length: number): void {
    const now = performance.now();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + windowMilliseconds;
      this.#units = 0;
    }
    this.#units += 1 + length / 1024;
    if (this.#units < unitsPerWindow || this.#timer !== undefined || this.#open) return;
    this.#stream.pause();
    this.#timer = setTimeout(() => this.#resume(), this.#windowEnds - now);
  }

  /** From now on nothing waits: the backend ends and must not hang at a full pipe. */
  open(): void {
    this.#open = true;
    clearTimeout(this.#timer);
    this.#resume();
  }

  #resume(): void {
    this.#timer = undefined;
    this.#stream.resume();
  }
}
