import type { CallLimits } from "../calls.ts";

/** What one front holds at most. */
export interface FrontLimits extends CallLimits {
  readonly connections: number;
  /** Open event streams of all kinds. */
  readonly streams: number;
  /** Legacy sessions that are open at once; the longest unused is closed, its id can be opened again. */
  readonly sessions: number;
  /** A session without a request or a stream for so long is closed, its id can be opened again. */
  readonly sessionIdleSeconds: number;
  /** Above load balancers' 60 s. */
  readonly keepAliveSeconds: number;
  /** From a request's headers to the end of its body. */
  readonly bodySeconds: number;
  /** All bodies that are on their way together. */
  readonly bodiesBytes: number;
  /** What a slow reader may leave unread of one stream. */
  readonly unreadBytes: number;
  /** A reader that takes nothing for so long is cut off. */
  readonly stuckSeconds: number;
  /** Between comments on an open stream. */
  readonly commentSeconds: number;
  /** A call without an answer for so long gets a stream with comments, so that nothing on the way thinks it dead. */
  readonly streamAfterSeconds: number;
  /** The same where the stream can be resumed (2025-11-25): the sooner it begins, the more can be. */
  readonly resumableAfterSeconds: number;
  /** Events kept for Last-Event-ID, of all sessions together. */
  readonly replayBytes: number;
  /** A stream that is over or left is kept for so long. */
  readonly replaySeconds: number;
  /** What a client is told to wait before it comes again for its stream. */
  readonly retryMs: number;
}

export const defaultFrontLimits: FrontLimits = {
  calls: 10_000,
  callsBytes: 256 * 1024 * 1024,
  connections: 10_000,
  streams: 5000,
  sessions: 10_000,
  sessionIdleSeconds: 1800,
  keepAliveSeconds: 120,
  bodySeconds: 30,
  bodiesBytes: 256 * 1024 * 1024,
  unreadBytes: 8 * 1024 * 1024,
  stuckSeconds: 60,
  commentSeconds: 15,
  streamAfterSeconds: 10,
  resumableAfterSeconds: 0.05,
  replayBytes: 32 * 1024 * 1024,
  replaySeconds: 60,
  retryMs: 1000,
};
