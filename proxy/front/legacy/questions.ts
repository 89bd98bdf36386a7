import type { JsonText, Outcome, RequestId } from "../../message.ts";
import { failed } from "../../relay/rpc-error.ts";

interface Question<On> {
  readonly on: On;
  readonly askedAt: number;
  readonly settle: (outcome: Outcome) => void;
}

/** A backend that asks and asks. */
const mostQuestions = 100;
/** A person may take so long. */
const longestSeconds = 600;

/**
 * What backends have asked a client of 2025-11-25 and earlier, until it answers. While a question is open, its call runs,
 * and a server on stdio that is shared can ask nobody else: so none is open longer than somebody may be there to answer.
 */
export class Questions<On> {
  readonly #prefix: string;
  readonly #tell: (on: On, message: JsonText) => void;
  readonly #asked = new Map<string, Question<On>>();
  #last = 0;

  /** `prefix`: of the ids, by which others' questions can be told. `tell`: sends to the client, on where it was asked. */
  constructor(prefix: string, tell: (on: On, message: JsonText) => void) {
    this.#prefix = prefix;
    this.#tell = tell;
  }

  /** `text`: the request with its id. */
  ask(on: On, text: (id: string) => JsonText): Promise<Outcome> {
    if (this.#asked.size >= mostQuestions)
      return Promise.resolve(failed("internalError", `The client has ${mostQuestions} questions to answer already.`));
    const id = `${this.#prefix}-${(this.#last += 1)}`;
    return new Promise((settle) => {
      this.#asked.set(id, { on, askedAt: performance.now(), settle });
      this.#tell(on, text(id));
    });
  }

  /** `foreign`: somebody else has asked. Late and unknown answers are taken and dropped. */
  answered(id: RequestId, outcome: Outcome): "taken" | "foreign" {
    const question = this.#asked.get(String(id));
    if (question === undefined) return String(id).startsWith(`${this.#prefix}-`) ? "taken" : "foreign";
    this.#asked.delete(String(id));
    question.settle(outcome);
    return "taken";
  }

  /** It is over there: what was asked gets no answer any more. */
  end(why: string, isThere: (on: On) => boolean): void {
    for (const [id, { on, settle }] of this.#asked) {
      if (!isThere(on)) continue;
      this.#asked.delete(id);
      settle(failed("internalError", why));
    }
  }

  /** Gives up what nobody answers: its client has gone, or has had its time. It is told, should it come back. */
  sweep(isGone: (on: On) => boolean): void {
    const now = performance.now();
    for (const [id, { on, askedAt, settle }] of this.#asked) {
      const isLate = now - askedAt > longestSeconds * 1000;
      if (!isLate && !isGone(on)) continue;
      const why = isLate
        ? `The client did not answer within ${longestSeconds} s.`
        : "The client went away and did not come back to answer.";
      this.#asked.delete(id);
      this.#tell(on, cancelled(id, why));
      settle(failed("internalError", why));
    }
  }
}

const cancelled = (requestId: string, reason: string): JsonText =>
  `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${JSON.stringify({ requestId, reason })}}`;
