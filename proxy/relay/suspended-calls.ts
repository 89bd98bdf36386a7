import { randomBytes } from "node:crypto";
import type { BaseLogger } from "pino";
import type { Backend } from "../backends/backend.ts";
import { FairShare, type Shortage } from "../fair-share.ts";
import type { CutCall } from "../leaving/cut-call.ts";
import type { WaitingCalls } from "../leaving/waiting-calls.ts";
import type { JsonText, Outcome } from "../message.ts";
import { nameOf } from "../telemetry/call-record.ts";
import { withMissingCapability } from "./client-capability.ts";
import { asksForInput, Dialogue } from "./dialogue.ts";
import type { Dispatch } from "./dispatch.ts";
import { inModernForm } from "./modern-form.ts";
import type { ClientRequest, RelayedCall } from "./relay.ts";
import { textOfMember } from "./request-member.ts";
import { failed } from "./rpc-error.ts";

export interface WaitingLimits {
  /** Each holds a call of a backend open. */
  readonly calls: number;
  /** A person may take so long to answer an elicitation; then the backend's call is cancelled. */
  readonly seconds: number;
  /** Only so long while another client's call cannot be asked for it: clients that go away say nothing in this era. */
  readonly inTheWaySeconds: number;
}

export const defaultWaitingLimits: WaitingLimits = { calls: 1000, seconds: 600, inTheWaySeconds: 60 };

/** A call of a modern client to a legacy backend, over all of its rounds. */
interface Conversation {
  readonly state: string;
  readonly dispatch: Dispatch;
  readonly dialogue: Dialogue;
  readonly backend: Backend;
  readonly begunAt: number;
  /** Whose share it takes: the client's that began it. */
  readonly who: string | undefined;
  /** Between two rounds: since when, and what ends it. */
  waiting: { readonly since: number; readonly timer: NodeJS.Timeout } | undefined;
}

/** Calls of modern clients to legacy backends: between two rounds of its client, a call waits here, in this process. */
export class SuspendedCalls implements WaitingCalls {
  readonly #byState = new Map<string, Conversation>();
  readonly share: FairShare;
  readonly #limits: WaitingLimits;
  readonly #log: BaseLogger;

  constructor(limits: WaitingLimits, log: BaseLogger) {
    this.#limits = limits;
    this.share = new FairShare(limits.calls);
    this.#log = log;
  }

  readonly count = (): number => this.#byState.size;

  readonly cut = (): readonly CutCall[] =>
    [...this.#byState.values()].map((conversation) => {
      const { dispatch, backend, begunAt } = conversation;
      const { method, params } = dispatch.request;
      this.#giveUp(conversation, "the proxy is shutting down");
      const seconds = (performance.now() - begunAt) / 1000;
      return { method, name: nameOf(params), backend: backend.name, seconds, wasAsked: true };
    });

  /** The first round of a call. */
  begin(dispatch: Dispatch, backend: Backend, final: Promise<Outcome>): RelayedCall {
    const state = `gw-${randomBytes(18).toString("base64url")}`;
    const dialogue = new Dialogue(final, state);
    dispatch.dialogue = dialogue;
    const { who } = dispatch.request;
    return this.#round({ state, dispatch, dialogue, backend, begunAt: performance.now(), who, waiting: undefined });
  }

  /** A later round, where the request carries the state of a call that waits; undefined where it does not. */
  resume(request: ClientRequest, backend: Backend): RelayedCall | undefined {
    const state = request.params?.["requestState"];
    const conversation = typeof state === "string" ? this.#byState.get(state) : undefined;
    if (conversation === undefined) return undefined;
    const { dispatch, dialogue } = conversation;
    const isSame =
      dispatch.request.client.identity.subject === request.client.identity.subject &&
      conversation.backend === backend &&
      dispatch.method === request.method;
    if (!isSame) {
      const outcome = failed("invalidParams", "this requestState belongs to another call");
      return { outcome, cancel: () => {}, backend: backend.name };
    }
    this.#wake(conversation);
    dispatch.request = request;
    dialogue.answer(inputResponses(request));
    return this.#round(conversation);
  }

  /** Calls there whose clients take long keep others from being asked: nothing tells which of them the backend means. */
  giveWay(backend: Backend): void {
    const { inTheWaySeconds } = this.#limits;
    const now = performance.now();
    for (const conversation of this.#byState.values())
      if (conversation.backend === backend && now - (conversation.waiting?.since ?? now) > inTheWaySeconds * 1000)
        this.#giveUp(conversation, `its client did not answer within ${inTheWaySeconds} s, and others wait`);
  }

  #round(conversation: Conversation): RelayedCall {
    const { dispatch, backend } = conversation;
    const { request } = dispatch;
    return {
      outcome: this.#outcomeOf(conversation),
      // A later round has its own client to wait for.
      cancel: (reason) => {
        if (dispatch.request === request) this.#giveUp(conversation, reason);
      },
      backend: backend.name,
    };
  }

  /** If the round ends with questions, the call waits for the next. */
  async #outcomeOf(conversation: Conversation): Promise<Outcome> {
    const { state, dispatch, dialogue } = conversation;
    const outcome = await dialogue.round();
    if (!asksForInput(outcome)) {
      const { missing } = dispatch;
      return inModernForm(dispatch.method, missing === undefined ? outcome : withMissingCapability(outcome, missing));
    }
    const { seconds } = this.#limits;
    const shortage = this.share.take(conversation.who, 1);
    if (shortage !== undefined) {
      this.#giveUp(conversation, "too many calls wait for their client");
      return failed("internalError", shortageSentences[shortage]);
    }
    const timer = setTimeout(
      () => this.#giveUp(conversation, `its client did not answer within ${seconds} s`),
      seconds * 1000,
    );
    timer.unref();
    conversation.waiting = { since: performance.now(), timer };
    this.#byState.set(state, conversation);
    return outcome;
  }

  #wake(conversation: Conversation): void {
    if (conversation.waiting === undefined) return;
    clearTimeout(conversation.waiting.timer);
    conversation.waiting = undefined;
    this.share.give(conversation.who, 1);
    this.#byState.delete(conversation.state);
  }

  #giveUp(conversation: Conversation, reason: string): void {
    const { dispatch, dialogue, backend, waiting } = conversation;
    if (waiting !== undefined)
      this.#log.info(
        { backend: backend.name, method: dispatch.method, reason },
        "a call that waited for its client's answer is given up",
      );
    this.#wake(conversation);
    dispatch.cancel(reason);
    dialogue.abandon(reason);
  }
}

const shortageSentences: Readonly<Record<Shortage, string>> = {
  full: "too many calls wait for the answers of their clients, so this one was ended: begin it again later",
  share: "too many calls of this client wait for its answers, so this one was ended: answer those first",
};

function inputResponses({ paramsText, params }: ClientRequest): JsonText | undefined {
  const given = params?.["inputResponses"];
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  return textOfMember(paramsText, "inputResponses");
}
