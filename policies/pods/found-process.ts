import type { Process } from "./process.ts";
import type { Word } from "./shell-words.ts";

/** A word of a command line; `literal` is false where it is only known at run time. */
export type Part = Pick<Word, "text" | "literal">;

export type FoundProcess = Omit<Process, "argv">;

/** Looks at the command that a shell, an init or a wrapper starts; `pid1` where that becomes PID 1. */
export type Next = (words: readonly Part[], pid1: boolean) => FoundProcess;

export const unknownProcess = (why: string, more: Partial<FoundProcess> = {}): FoundProcess => ({
  program: undefined,
  programArgs: [],
  first: "unknown",
  signal: "unknown",
  reaps: undefined,
  why,
  ...more,
});
