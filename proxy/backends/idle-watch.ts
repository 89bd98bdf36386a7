/** What tells whether a connection is used. */
interface Used {
  readonly inFlight: () => number;
  /** When a call last ended, on performance.now(). */
  readonly lastEnd: () => number;
}

/** Notices that nobody has used a backend for so long. Idle is counted from the end of the last call; while one runs it is not idle. */
export class IdleWatch {
  readonly #seconds: number;
  #lastUse = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** `seconds` 0: never. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Somebody wants it now. */
  used(): void {
    this.#lastUse = performance.now();
  }

  /** Until it was idle for so long, or `stop`. */
  watch(connection: Used, onIdle: () => void): void {
    if (this.#seconds === 0) return;
    const quietFor = performance.now() - Math.max(this.#lastUse, connection.lastEnd());
    const left = this.#seconds * 1000 - (connection.inFlight() > 0 ? 0 : quietFor);
    if (left <= 0) return onIdle();
    this.#timer = setTimeout(() => this.watch(connection, onIdle), left).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
