import type { Readable, Writable } from "node:stream";

/** What a command has of its process that serves until it is told to stop. */
export interface Service {
  readonly input: Readable;
  readonly output: Writable;
  /** Aborted by SIGTERM, SIGINT or SIGHUP; a second one of these ends the process at once. */
  readonly told: AbortSignal;
  readonly now: () => Date;
}

export function openService(): Service {
  const told = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => told.abort());
  return { input: process.stdin, output: process.stdout, told: told.signal, now: () => new Date() };
}
