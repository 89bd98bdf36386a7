import type { Agent } from "node:http";
import type { Client } from "./client.ts";
import type { Seen } from "./exchange.ts";

/**
 * What a client may be told of something it has under way when the end comes.
 * - `answered`: the call fits, so its result.
 * - `cut`: the error -32010 in the call's own response.
 * - `answered or cut`: whichever comes first; the end is forced.
 * - `told`: any complete answer: what stands behind it is broken or not there yet.
 * - `ended`: a stream ends as HTTP says it does.
 * - `any`: nothing is promised.
 */
export type Promised = "answered" | "cut" | "answered or cut" | "told" | "ended" | "any";

export interface Underway {
  readonly what: string;
  /** Seconds after the signal, where it begins then. */
  readonly at?: number;
  readonly promised: Promised;
  readonly seen: Promise<Seen>;
}

/** A cell's proxy while it still serves. */
export interface Serving {
  readonly url: string;
  readonly clients: readonly Client[];
  /** Keeps connections, as a client between calls does. */
  readonly kept: Agent;
  /** Nothing answers calls: the backend is dead. */
  readonly backendIsDown: boolean;
  /** A second signal cuts what the first would have let finish. */
  readonly forced: boolean;
  /** When the first signal was sent, or the hook asked, by performance.now(). */
  readonly signalled: Promise<number>;
  /** Settles when the proxy has ended, or was given up. */
  readonly over: Promise<void>;
  readonly note: (text: string) => void;
}
