const pauseMilliseconds = 1000;

/** Does what it is told at once, and again at most once a second however often it is told: the last telling counts. */
export class Paced {
  /** What is to be done when the second is over, by what it is about. */
  readonly #pausing = new Map<string, (() => void) | undefined>();

  run(about: string, act: () => void): void {
    if (this.#pausing.has(about)) {
      this.#pausing.set(about, act);
      return;
    }
    this.#pausing.set(about, undefined);
    setTimeout(() => {
      const again = this.#pausing.get(about);
      this.#pausing.delete(about);
      if (again !== undefined) this.run(about, again);
    }, pauseMilliseconds).unref();
    act();
  }
}
