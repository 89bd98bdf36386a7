import type { Worker } from "node:worker_threads";
import { Refusal } from "../errors.ts";
import type { Verdict } from "./judge-review.ts";
import type { LargeAnswer, LargeReview } from "./large-review.ts";

/** Judges large reviews in a thread of its own, so that nobody else waits for them. */
export interface LargeReviews {
  /** The verdict, or a Refusal thrown; undefined where its sender was gone before its turn. Throws whatever kept it from being judged. */
  readonly judge: (review: LargeReview, isGone: () => boolean) => Promise<Verdict | undefined>;
  readonly close: () => void;
}

export interface LargeReviewsOptions {
  readonly startThread: () => Worker;
  /** What takes longer will not be waited for: an API server's patience ends at 30 s, and is 3 s here. */
  readonly mostSeconds?: number;
  /** Without a large review for so long, the thread gives its memory back. */
  readonly idleSeconds?: number;
}

interface Job {
  readonly review: LargeReview;
  readonly isGone: () => boolean;
  readonly done: (answer: LargeAnswer | undefined) => void;
}

/**
 * One thread, started when it is needed, and one review at a time, so that two do not need the memory of one. A thread
 * that dies takes only its review with it.
 */
export function largeReviews({ startThread, mostSeconds = 10, idleSeconds = 20 }: LargeReviewsOptions): LargeReviews {
  const waiting: Job[] = [];
  let current: Job | undefined;
  let thread: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;

  const stop = (): void => {
    void thread?.terminate();
    thread = undefined;
  };
  const settle = (answer: LargeAnswer): void => {
    const job = current;
    current = undefined;
    clearTimeout(timer);
    job?.done(answer);
    next();
  };
  const start = (): Worker => {
    const started = startThread();
    const lost = (cause: unknown): void => {
      if (thread !== started) return;
      stop();
      settle({ failure: cause });
    };
    started.on("message", (answer: LargeAnswer) => {
      if (thread === started) settle(answer);
    });
    started.on("error", lost);
    started.on("exit", (code) => lost(new Error(`the thread of large reviews ended with ${code}`)));
    started.unref();
    return started;
  };
  function next(): void {
    if (current !== undefined) return;
    clearTimeout(timer);
    while (waiting[0]?.isGone() === true) waiting.shift()?.done(undefined);
    current = waiting.shift();
    if (current === undefined) {
      timer = setTimeout(stop, idleSeconds * 1000).unref();
      return;
    }
    thread ??= start();
    timer = setTimeout(() => {
      stop();
      settle({ failure: new Error(`a large review was not judged within ${mostSeconds} s`) });
    }, mostSeconds * 1000);
    // A thread is no window.
    // oxlint-disable-next-line require-post-message-target-origin
    thread.postMessage(current.review);
  }

  return {
    async judge(review, isGone) {
      const answer = await new Promise<LargeAnswer | undefined>((done) => {
        waiting.push({ review, isGone, done });
        next();
      });
      if (answer === undefined) return undefined;
      if ("failure" in answer) throw answer.failure;
      if ("verdict" in answer) return { ...answer.verdict, tells: () => "" };
      const { code, message, reason } = answer.refusal;
      throw new Refusal(code, message, { reason });
    },
    close() {
      clearTimeout(timer);
      stop();
    },
  };
}
