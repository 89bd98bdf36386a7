import type { Interval } from "./interval.ts";
import type { SentSignal } from "./sent-signal.ts";

/** What running a part of a hook takes. */
export interface Run {
  readonly seconds: Interval;
  readonly known: boolean;
  /** Undefined where it may succeed or fail. */
  readonly succeeds: boolean | undefined;
  /** Whether the script around it ends with it: `exit`, `exec`. */
  readonly ends: "no" | "maybe" | "yes";
}

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
  #commandsLeft = 100_000;

  /** False once so many commands were read that functions calling each other must be at work. */
  goesOn(): boolean {
    return this.#commandsLeft-- > 0;
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
