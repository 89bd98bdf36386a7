import type { CutCall } from "./cut-call.ts";

/** Calls that go on at a backend while their clients, with no connection open for them, think about a question. */
export interface WaitingCalls {
  readonly count: () => number;
  /** Gives them up and names them. */
  readonly cut: () => readonly CutCall[];
}
