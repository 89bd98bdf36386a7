import type { ServerResponse } from "node:http";
import type { JsonText } from "../../message.ts";

/** How an open stream of server-sent events is kept within bounds. */
export interface StreamLimits {
  readonly unreadBytes: number;
  readonly stuckSeconds: number;
}

/** Why a stream was closed on its reader. */
export type StreamProblem = "unread" | "stuck";

/** One response that is a stream of server-sent events. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #limits: StreamLimits;
  readonly #onProblem: (problem: StreamProblem) => void;
  #fullSince: number | undefined;

  constructor(response: ServerResponse, limits: StreamLimits, onProblem: (problem: StreamProblem) => void) {
    this.#response = response;
    this.#limits = limits;
    this.#onProblem = onProblem;
    response.on("drain", () => {
      this.#fullSince = undefined;
    });
  }

  /** One message, with the event's id where it can be asked for again. */
  send(message: JsonText, id?: string): void {
    const lines = message.includes("\n") || message.includes("\r") ? message.replace(/[\r\n]+/g, " ") : message;
    this.#write(`${id === undefined ? "" : `id: ${id}\n`}event: message\ndata: ${lines}\n\n`);
  }

  /** An id to resume from before anything was sent (2025-11-25, basic/transports, "Sending Messages to the Server" 6). */
  prime(id: string, retryMs: number): void {
    this.#write(`id: ${id}\nretry: ${retryMs}\ndata: \n\n`);
  }

  retry(ms: number): void {
    this.#write(`retry: ${ms}\n\n`);
  }

  comment(): void {
    if (this.#fullSince === undefined) this.#write(":\n\n");
    else if (performance.now() - this.#fullSince > this.#limits.stuckSeconds * 1000) this.#drop("stuck");
  }

  end(): void {
    if (!this.#response.writableEnded) this.#response.end();
  }

  #write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (this.#response.write(text)) return;
    this.#fullSince ??= performance.now();
    if (this.#response.writableLength > this.#limits.unreadBytes) this.#drop("unread");
  }

  #drop(problem: StreamProblem): void {
    this.#onProblem(problem);
    this.#response.destroy();
  }
}
