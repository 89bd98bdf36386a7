const windowMilliseconds = 100;
/** In one window: 20,000 messages a second of some hundred bytes. One of n bytes counts as 1 + n / 1024. */
const unitsPerWindow = 2000;

/** What can be held up: the stdout of a process, the response of a server. */
export interface Pausable {
  pause(): unknown;
  resume(): unknown;
}

/**
 * Backpressure on what nobody asked for: a backend that floods its stdout or its streams waits at its pipe or socket, and
 * leaves the proxy time for the other backends. Nothing is lost. Answers are not counted.
 */
export class FloodGate {
  readonly #held = new Set<Pausable>();
  #units = 0;
  #windowEnds = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #open = false;

  /** A message of that length came from `source`. */
  count(length: number, source: Pausable): void {
    const now = performance.now();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + windowMilliseconds;
      this.#units = 0;
    }
    this.#units += 1 + length / 1024;
    if (this.#units < unitsPerWindow || this.#open || this.#held.has(source)) return;
    source.pause();
    this.#held.add(source);
    this.#timer ??= setTimeout(() => this.#resume(), this.#windowEnds - now);
  }

  /** From now on nothing waits: the backend ends and must not hang at a full pipe. */
  open(): void {
    this.#open = true;
    clearTimeout(this.#timer);
    this.#resume();
  }

  #resume(): void {
    this.#timer = undefined;
    const held = [...this.#held];
    this.#held.clear();
    for (const source of held) source.resume();
  }
}
