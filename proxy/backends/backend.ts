import type { BackendConfig } from "../config/config.ts";
import type { Call, Outcome } from "../message.ts";
import type { Connection } from "./connection.ts";

/**
 * - `idle`: not started, or stopped since nobody used it; the next call connects it.
 * - `connecting`: one attempt is under way.
 * - `ready`: connected.
 * - `waiting`: the last attempt failed or the backend died; the next attempt comes by backoff.
 * - `stopped`: the proxy leaves or the config dropped it; never connects again.
 */
export type BackendState = "idle" | "connecting" | "ready" | "waiting" | "stopped";

/** What /health says of a backend. */
export interface BackendHealth {
  readonly name: string;
  readonly state: BackendState;
  readonly required: boolean;
  readonly era?: string;
  readonly protocolVersion?: string;
  /** Of the process, on stdio. */
  readonly pid?: number;
  readonly restarts: number;
  readonly inFlight: number;
  /** Why it is not ready, as a sentence. */
  readonly problem?: string;
  /** Seconds until the next attempt. */
  readonly retryInSeconds?: number;
}

/** How a backend ended. */
export interface StopReport {
  readonly name: string;
  /** What it took: `eof`, `sigterm`, `sigkill`, `already-gone`; `closed` for HTTP; `left-behind` when processes remain. */
  readonly by: "eof" | "sigterm" | "sigkill" | "already-gone" | "closed" | "left-behind";
  readonly seconds: number;
  /** Pids that still live; empty is proof on Linux. */
  readonly leftBehind: readonly number[];
  /** False where there is no /proc to look for daemons in. */
  readonly checkedForDaemons: boolean;
}

/** What a backend tells its owner. */
export interface BackendEvents {
  /** Each time it is connected, also after a restart: lists may have changed. */
  onReady(backend: Backend, connection: Connection): void;
  /** It was ready and is no more; its calls have got their errors. */
  onDown(backend: Backend, problem: string): void;
  onNotification(backend: Backend, notification: Call): void;
  onRequest(backend: Backend, request: Call): Promise<Outcome>;
}

/** One backend with its supervision: connects, restarts with backoff, idles, ends. */
export interface Backend {
  readonly name: string;
  readonly config: BackendConfig;
  state(): BackendState;
  health(): BackendHealth;
  /** Begins to connect in the background and goes on trying, one attempt at a time. */
  start(): void;
  /**
   * The live connection; a promise when it must be made first (idle, connecting). Throws or rejects with a
   * BackendUnavailable, at once when the backend waits for its backoff.
   */
  connection(): Connection | Promise<Connection>;
  /** No new attempt, no restart from now on; a connection that lives stays. The first thing that leaving does. */
  freeze(): void;
  /** Ends it within `seconds` (its own shutdownTimeout at most): end of stdin, SIGTERM to the group after 40 %, SIGKILL at the end, proof. */
  stop(seconds: number): Promise<StopReport>;
}

/** A call cannot be dispatched: the backend is down. The message says which and why. */
export class BackendUnavailable extends Error {
  override readonly name = "BackendUnavailable";
}
