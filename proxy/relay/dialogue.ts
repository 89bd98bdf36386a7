import type { Call, JsonObject, JsonText, Outcome } from "../message.ts";
import { failed } from "./rpc-error.ts";
import { membersOf, textAt } from "./splice.ts";

/** A backend that asks and asks. */
const mostQuestions = 100;

interface Question {
  readonly request: Call;
  readonly answer: (outcome: Outcome) => void;
}

/**
 * A call to a legacy backend, which asks in the middle of it, for a modern client, which is asked by `input_required`
 * and calls again with the answers (MRTR, 2026-07-28). The call to the backend lives on between the rounds.
 */
export class Dialogue {
  readonly #final: Promise<Outcome>;
  readonly #state: string;
  readonly #questions = new Map<string, Question>();
  #asked = 0;
  #onQuestion: (() => void) | undefined;

  /** `state`: the requestState by which the client's next round finds this call. */
  constructor(final: Promise<Outcome>, state: string) {
    this.#final = final;
    this.#state = state;
  }

  /** The backend asks. */
  ask(request: Call): Promise<Outcome> {
    if (this.#questions.size >= mostQuestions)
      return Promise.resolve(failed("internalError", `the client has ${mostQuestions} questions to answer already`));
    return new Promise((answer) => {
      this.#questions.set(`q${(this.#asked += 1)}`, { request, answer });
      this.#onQuestion?.();
    });
  }

  /** The client's answers to the questions of the last round; what it left out is asked again. */
  answer(text: JsonText | undefined): void {
    if (text === undefined) return;
    for (const [key, span] of membersOf(text)) {
      const question = this.#questions.get(key);
      if (question === undefined) continue;
      this.#questions.delete(key);
      question.answer({ kind: "result", text: textAt(text, span) });
    }
  }

  /** How this round ends: with the call's own outcome, or with questions. */
  round(): Promise<Outcome> {
    const asked = new Promise<Outcome>((resolve) => {
      const put = (): void => resolve({ kind: "result", text: this.#inputRequired() });
      this.#onQuestion = put;
      if (this.#questions.size > 0) put();
    });
    return Promise.race([this.#final, asked]);
  }

  /** Nobody will answer any more. */
  abandon(why: string): void {
    for (const { answer } of this.#questions.values()) answer(failed("internalError", why));
    this.#questions.clear();
  }

  #inputRequired(): JsonText {
    const requests = [...this.#questions].map(
      ([key, { request }]) =>
        `${JSON.stringify(key)}:{"method":${JSON.stringify(request.method)}${request.params === undefined ? "" : `,"params":${request.params}`}}`,
    );
    return `{"resultType":"input_required","inputRequests":{${requests.join(",")}},"requestState":${JSON.stringify(this.#state)}}`;
  }
}

/** Whether a result asks for more instead of being complete. Cheap for all that do not. */
export function asksForInput(outcome: Outcome): boolean {
  if (outcome.kind === "error" || !outcome.text.includes("input_required")) return false;
  return (JSON.parse(outcome.text) as JsonObject)["resultType"] === "input_required";
}
