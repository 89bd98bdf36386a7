import { randomBytes } from "node:crypto";
import type { Backend } from "../backends/backend.ts";
import type { JsonText, Outcome } from "../message.ts";
import { asksForInput, Dialogue } from "./dialogue.ts";
import type { Dispatch } from "./dispatch.ts";
import { inModernForm } from "./modern-form.ts";
import type { ClientRequest, RelayedCall } from "./relay.ts";
import { textOfMember } from "./request-member.ts";
import { failed } from "./rpc-error.ts";

/** A person may take so long to answer an elicitation; then the backend's call is cancelled. */
const maxSuspendedSeconds = 600;
/** Each holds a call of a backend open. */
const maxSuspended = 1000;

interface Suspended {
  readonly dispatch: Dispatch;
  readonly dialogue: Dialogue;
  readonly backend: Backend;
  readonly timer: NodeJS.Timeout;
}

/** Calls of modern clients to legacy backends: between two rounds of its client, a call waits here, in this process. */
export class SuspendedCalls {
  readonly #byState = new Map<string, Suspended>();

  /** The first round of a call. */
  begin(dispatch: Dispatch, backend: Backend, final: Promise<Outcome>): Promise<Outcome> {
    const state = `gw-${randomBytes(18).toString("base64url")}`;
    const dialogue = new Dialogue(final, state);
    dispatch.dialogue = dialogue;
    return this.#round(state, dispatch, dialogue, backend);
  }

  /** A later round, where the request carries the state of a call that waits; undefined where it does not. */
  resume(request: ClientRequest, backend: Backend): RelayedCall | undefined {
    const state = request.params?.["requestState"];
    const waiting = typeof state === "string" ? this.#byState.get(state) : undefined;
    if (waiting === undefined || typeof state !== "string") return undefined;
    const { dispatch, dialogue, timer } = waiting;
    const isSame =
      dispatch.request.client.identity.subject === request.client.identity.subject &&
      waiting.backend === backend &&
      dispatch.method === request.method;
    if (!isSame) {
      const outcome = failed("invalidParams", "this requestState belongs to another call");
      return { outcome, cancel: () => {}, backend: backend.name };
    }
    clearTimeout(timer);
    this.#byState.delete(state);
    dispatch.request = request;
    dialogue.answer(inputResponses(request));
    return {
      outcome: this.#round(state, dispatch, dialogue, backend),
      cancel: (reason) => dispatch.cancel(reason),
      backend: backend.name,
    };
  }

  /** One round; if it ends with questions, the call waits for the next. */
  async #round(state: string, dispatch: Dispatch, dialogue: Dialogue, backend: Backend): Promise<Outcome> {
    const outcome = await dialogue.round();
    if (!asksForInput(outcome)) return inModernForm(dispatch.method, outcome);
    if (this.#byState.size >= maxSuspended) {
      dispatch.cancel("too many calls wait for their client");
      return failed("internalError", "too many calls wait for the answers of their clients; try again later");
    }
    const timer = setTimeout(() => {
      this.#byState.delete(state);
      dispatch.cancel("its client did not answer");
      dialogue.abandon("the client did not answer in time");
    }, maxSuspendedSeconds * 1000);
    timer.unref();
    this.#byState.set(state, { dispatch, dialogue, backend, timer });
    return outcome;
  }
}

function inputResponses({ text, params }: ClientRequest): JsonText | undefined {
  const given = params?.["inputResponses"];
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  return textOfMember(text, "params", "inputResponses");
}
