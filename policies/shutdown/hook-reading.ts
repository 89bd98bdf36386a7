import type { SentSignal } from "./sent-signal.ts";

/** Where the seconds come from. */
interface Part {
  readonly known: boolean;
  readonly text: string;
}

/** What is gathered while a hook's command is read from its start to its end. */
export class HookReading {
  readonly programs = new Set<string>();
  readonly signals: SentSignal[] = [];
  tells = false;
  /** True once a command went to the background. */
  hasJobs = false;
  /** `set -e`. */
  stopsAtFailure = false;
  #parts: Part[] = [];
  #costLeft = 100_000;
  #depth = 0;

  /** False once so much was read that functions calling each other must be at work. */
  goesOn(cost = 1): boolean {
    this.#costLeft -= cost;
    return this.#costLeft > 0;
  }

  /** Reads what a command starts in its turn, to a depth that people write. */
  deeper<T>(read: () => T, tooDeep: () => T): T {
    if (this.#depth >= 32 || !this.goesOn(50)) return tooDeep();
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  /** A command with a known duration. */
  took(text: string): void {
    this.#parts.push({ known: true, text });
  }

  /** A command whose duration nobody knows, and why. */
  unknown(text: string): void {
    this.#parts.push({ known: false, text });
  }

  add(parts: readonly Part[]): void {
    for (const part of parts) this.#parts.push(part);
  }

  /** Keeps the origins that `read` finds apart, for whoever decides whether they matter. */
  apart<T>(read: () => T): readonly [T, readonly Part[]] {
    const before = this.#parts;
    this.#parts = [];
    try {
      const value = read();
      return [value, this.#parts];
    } finally {
      this.#parts = before;
    }
  }

  /** The origin in words. */
  text(): string {
    const unknown = this.#parts.find(({ known }) => !known);
    if (unknown !== undefined) return unknown.text;
    const texts = [...new Set(this.#parts.map(({ text }) => text))];
    const shown = texts.length > 3 ? [...texts.slice(0, 2), `${texts.length - 2} more`] : texts;
    return shown.length === 0 ? "the preStop command" : `${shown.join(" + ")} in the preStop command`;
  }
}
