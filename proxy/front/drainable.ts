import type { CutCall } from "../leaving/cut-call.ts";

/** What leaving asks of a front (HTTP or stdio). */
export interface Drainable {
  /** Calls dispatched and not answered. */
  inFlight(): number;
  /** Milliseconds on performance.now() when a request last came or was answered; -Infinity before the first. */
  lastActivityAt(): number;
  /** From now on each response says `Connection: close`. Idle kept connections stay until `endStreams`. */
  announce(): void;
  /** The propagation window is over: GET streams get `retry:` and end, listen requests get their result, idle connections close. */
  endStreams(): void;
  /** Calls that come from now on are answered 503 with Retry-After and -32010: never dispatched. */
  refuse(): void;
  /** Calls in flight get the error -32010 in their own response; the result names them. */
  cut(): readonly CutCall[];
  /** Stops accepting and closes what is left, after answers are flushed; at the latest after `seconds`. Asked again with less, it hurries. */
  close(seconds: number): Promise<void>;
  /** Answers that `close` gave up, or would have to: their clients have not read them. */
  unread(): number;
}
