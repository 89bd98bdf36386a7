import type { BaseLogger } from "pino";
import { BackendUnavailable, type Backend } from "../backends/backend.ts";
import type { Connection } from "../backends/connection.ts";
import type { Outcome } from "../message.ts";
import { askInTurn } from "./ask-in-turn.ts";
import { asksForInput } from "./dialogue.ts";
import { ClientIdentities } from "./client-identities.ts";
import { Dispatch, type Destination } from "./dispatch.ts";
import { Flights } from "./flights.ts";
import type { ClientRequest, RelayedCall } from "./relay.ts";
import { failed } from "./rpc-error.ts";
import { DuplicateMember } from "./splice.ts";
import { ownState, withOwner } from "./state-owner.ts";
import { SuspendedCalls, type WaitingLimits } from "./suspended-calls.ts";

/** Carries requests to backends and bridges the eras of client and backend. */
export class Calls {
  readonly #flights = new Flights();
  readonly #suspended: SuspendedCalls;
  /** One backend without a prefix: nothing of what it says is named. */
  readonly #isAlone: () => boolean;
  readonly #log: BaseLogger;
  #lastToken = 0;
  readonly #perDispatch = { nextToken: (): number => (this.#lastToken += 1), identities: new ClientIdentities() };

  constructor(isAlone: () => boolean, limits: WaitingLimits, log: BaseLogger) {
    this.#isAlone = isAlone;
    this.#log = log;
    this.#suspended = new SuspendedCalls(limits, log);
  }

  get waiting(): SuspendedCalls {
    return this.#suspended;
  }

  /** Why a request was not sent on, or its answer could not be read, as its outcome. */
  failure(error: unknown): Outcome {
    if (error instanceof BackendUnavailable) return failed("internalError", error.message);
    if (error instanceof DuplicateMember) return failed("invalidRequest", error.message);
    this.#log.error({ err: error }, "a request failed inside the proxy");
    return failed("internalError", "the proxy failed; its log says how");
  }

  /** Who alone is served by a backend now. */
  sole(backend: Backend): ReturnType<Flights["sole"]> {
    return this.#flights.sole(backend);
  }

  /** Somebody there could not be asked: calls whose clients seem to be gone end, so that the next time it goes. */
  giveWay(backend: Backend): void {
    this.#suspended.giveWay(backend);
  }

  send(request: ClientRequest, destination: Destination): RelayedCall {
    const { backend } = destination;
    const resumed = request.client.era === "modern" ? this.#suspended.resume(request, backend) : undefined;
    if (resumed !== undefined) return { ...resumed, outcome: this.#settled(Promise.resolve(resumed.outcome)) };
    const connection = backend.connection();
    if (!(connection instanceof Promise)) return this.#dispatch(request, destination, connection);
    return this.#whenConnected(request, destination, connection);
  }

  #whenConnected(request: ClientRequest, destination: Destination, connecting: Promise<Connection>): RelayedCall {
    let cancelled: string | undefined;
    let call: RelayedCall | undefined;
    const outcome = connecting.then((connection) => {
      if (cancelled !== undefined) return failed("internalError", cancelled);
      call = this.#dispatch(request, destination, connection);
      return call.outcome;
    });
    return {
      outcome: this.#settled(outcome),
      backend: destination.backend.name,
      cancel(reason) {
        cancelled = reason;
        call?.cancel(reason);
      },
    };
  }

  #settled(outcome: Promise<Outcome>): Promise<Outcome> {
    return outcome.catch((error: unknown) => this.failure(error));
  }

  #dispatch(request: ClientRequest, given: Destination, connection: Connection): RelayedCall {
    const { backend } = given;
    const destination = this.#withOwnState(request, given, connection);
    if ("kind" in destination) return { outcome: destination, cancel: () => {}, backend: backend.name };
    const dispatch = new Dispatch(request, destination, connection, this.#perDispatch);
    const answer = dispatch.send();
    const end = this.#flights.begin(backend, dispatch);
    if (request.client.era === "modern" && connection.era === "legacy") {
      const sent = answer.then((outcome) => {
        end();
        return outcome;
      });
      const round = this.#suspended.begin(dispatch, backend, sent);
      return { ...round, outcome: this.#settled(Promise.resolve(round.outcome)) };
    }
    return {
      outcome: answer.then((outcome) => {
        end();
        return this.#bridged(dispatch, backend, outcome);
      }),
      cancel: (reason) => dispatch.cancel(reason),
      backend: backend.name,
    };
  }

  /** The destination with the requestState as the backend gave it, or why the request cannot go there. */
  #withOwnState(request: ClientRequest, destination: Destination, { era }: Connection): Destination | Outcome {
    if (request.params?.["requestState"] === undefined) return destination;
    if (era === "legacy" && request.client.era === "modern")
      return failed("invalidParams", "this call waits here no more, or waits in another pod: begin it again");
    const own = this.#isAlone() ? undefined : ownState(request, destination.backend);
    if (own === "foreign")
      return failed("invalidParams", "this requestState is not one of this tool: begin the call again");
    return own === undefined
      ? destination
      : { ...destination, members: { ...destination.members, requestState: own.text } };
  }

  /** The outcome as the client's era wants it. */
  #bridged(dispatch: Dispatch, backend: Backend, outcome: Outcome): Outcome | Promise<Outcome> {
    const { request, connection } = dispatch;
    const isModern = request.client.era === "modern";
    if (connection.era === "legacy" || (isModern && this.#isAlone()) || !asksForInput(outcome)) return outcome;
    if (!isModern) return this.#settled(askInTurn(outcome, request, (members) => dispatch.send(members)));
    try {
      return withOwner(outcome, backend);
    } catch (error) {
      return this.failure(error);
    }
  }
}
