import type { IncomingMessage } from "node:http";
import { Slots } from "../../slots.ts";
import { FairShare, type Shortage } from "../../fair-share.ts";

export type BodyOutcome =
  | { readonly kind: "body"; readonly bytes: Buffer }
  /** More than one message may have. */
  | { readonly kind: "too-large" }
  /** Too many at once: of all, or of this client. */
  | { readonly kind: Shortage }
  | { readonly kind: "too-slow" }
  /** The proxy closes, and the rest is not waited for. */
  | { readonly kind: "closing" };

/** Bodies on their way. */
export interface Bodies {
  /** `done` is called once, or never where the client goes away first. */
  readonly read: (
    request: IncomingMessage,
    who: string,
    maxBytes: number,
    done: (outcome: BodyOutcome) => void,
  ) => void;
  readonly share: FairShare;
  /** Ends those that have taken too long. */
  readonly sweep: () => void;
  /** Ends all, and those to come. */
  readonly close: () => void;
}

/** Of a body that is too large, this much is still read, so that its sender can hear about it before the connection ends. */
const drainBytes = 16 * 1024 * 1024;

export function createBodies({
  bodySeconds,
  bodiesBytes,
}: {
  readonly bodySeconds: number;
  readonly bodiesBytes: number;
}): Bodies {
  const reading = new Slots<Reading>();
  const share = new FairShare(bodiesBytes);
  let closed = false;

  class Reading {
    readonly #startedAt = performance.now();
    readonly #chunks: Buffer[] = [];
    readonly #who: string;
    readonly #maxBytes: number;
    readonly #done: (outcome: BodyOutcome) => void;
    #size = 0;
    /** What of it counts for its client. */
    #held = 0;
    #refused: "too-large" | Shortage | undefined;
    readonly #slot: number;

    constructor(request: IncomingMessage, who: string, maxBytes: number, done: (outcome: BodyOutcome) => void) {
      this.#who = who;
      this.#maxBytes = maxBytes;
      this.#done = done;
      this.#slot = reading.add(this);
      if (Number(request.headers["content-length"] ?? 0) > maxBytes) this.#refused = "too-large";
      request.on("data", (chunk: Buffer) => this.#take(chunk));
      request.on("end", () => {
        if (this.#refused !== undefined) return this.finish({ kind: this.#refused });
        const [first = Buffer.alloc(0)] = this.#chunks;
        this.finish({ kind: "body", bytes: this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first });
      });
      request.on("close", () => this.#release());
    }

    age(): number {
      return (performance.now() - this.#startedAt) / 1000;
    }

    finish(outcome: BodyOutcome): void {
      if (this.#release()) this.#done(outcome);
    }

    #take(chunk: Buffer): void {
      this.#size += chunk.length;
      if (this.#refused !== undefined) {
        if (this.#size > this.#maxBytes + drainBytes) this.finish({ kind: this.#refused });
        return;
      }
      this.#refused = this.#size > this.#maxBytes ? "too-large" : share.take(this.#who, chunk.length);
      if (this.#refused !== undefined) return this.#drop();
      this.#held += chunk.length;
      this.#chunks.push(chunk);
    }

    #drop(): void {
      share.give(this.#who, this.#held);
      this.#held = 0;
      this.#chunks.length = 0;
    }

    #release(): boolean {
      if (!reading.remove(this.#slot, this)) return false;
      this.#drop();
      return true;
    }
  }

  return {
    read(request, who, maxBytes, done) {
      if (closed) return done({ kind: "closing" });
      void new Reading(request, who, maxBytes, done);
    },
    share,
    sweep() {
      for (const one of reading) if (one.age() > bodySeconds) one.finish({ kind: "too-slow" });
    },
    close() {
      closed = true;
      for (const one of reading) one.finish({ kind: "closing" });
    },
  };
}
