import type { BaseLogger } from "pino";

const windowMilliseconds = 10_000;

/** A log that a backend cannot flood: so many lines in ten seconds, then one that counts what was left out. */
export class QuietLog {
  readonly #log: BaseLogger;
  readonly #limit: number;
  #written = 0;
  #omitted = 0;
  #windowEnds = -Infinity;

  constructor(log: BaseLogger, limit: number) {
    this.#log = log;
    this.#limit = limit;
  }

  info(data: Readonly<Record<string, unknown>>, message: string): void {
    if (this.#admits()) this.#log.info(data, message);
  }

  warn(data: Readonly<Record<string, unknown>>, message: string): void {
    if (this.#admits()) this.#log.warn(data, message);
  }

  /** Says what was left out since the last line. */
  flush(): void {
    if (this.#omitted === 0) return;
    this.#log.warn(
      { omitted: this.#omitted },
      "lines about this backend were left out of the log: there were too many",
    );
    this.#omitted = 0;
  }

  #admits(): boolean {
    const now = performance.now();
    if (now >= this.#windowEnds) {
      this.flush();
      this.#windowEnds = now + windowMilliseconds;
      this.#written = 0;
    }
    this.#written += 1;
    if (this.#written <= this.#limit) return true;
    this.#omitted += 1;
    return false;
  }
}
