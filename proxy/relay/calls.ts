import { randomBytes } from "node:crypto";
import type { BaseLogger } from "pino";
import { BackendUnavailable, type Backend } from "../backends/backend.ts";
import type { Connection, UpstreamCall } from "../backends/connection.ts";
import type { Call, JsonObject, JsonText, Outcome } from "../message.ts";
import { askInTurn } from "./ask-in-turn.ts";
import { notAnswerable } from "./client-capability.ts";
import { asksForInput, Dialogue } from "./dialogue.ts";
import { Flights } from "./flights.ts";
import type { ClientRequest, RelayedCall } from "./relay.ts";
import { failed } from "./rpc-error.ts";
import { DuplicateMember, membersOf, textAt, withMembers } from "./splice.ts";
import { upstreamParams } from "./upstream-params.ts";

/** Where a request goes, and as what. */
export interface Destination {
  readonly backend: Backend;
  /** Texts of members of params that differ upstream. */
  readonly members?: Readonly<Record<string, JsonText>>;
  /** Own name or URI, for the header `Mcp-Name`. */
  readonly subject?: string;
  /** More headers on HTTP. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call of a legacy backend that waits for the next round of its modern client. */
interface Suspended {
  readonly dialogue: Dialogue;
  readonly upstream: UpstreamCall;
  readonly subject: string;
  readonly backend: Backend;
  /** Hands what the backend says meanwhile to the round that runs. */
  readonly resume: (request: ClientRequest) => void;
  readonly timer: NodeJS.Timeout;
}

/** A person may take so long to answer an elicitation; then the backend's call is cancelled. */
const maxSuspendedSeconds = 600;
/** Each holds a call of a backend open. */
const maxSuspended = 1000;

const done = (outcome: Outcome, backend?: Backend): RelayedCall => ({
  outcome,
  cancel: () => {},
  backend: backend?.name,
});

/** Carries requests to backends and bridges the eras of client and backend. */
export class Calls {
  readonly #flights = new Flights();
  readonly #suspended = new Map<string, Suspended>();
  /** Several backends: a requestState says whose it is. */
  readonly #isAlone: () => boolean;
  readonly #log: BaseLogger;
  #lastToken = 0;

  constructor(isAlone: () => boolean, log: BaseLogger) {
    this.#isAlone = isAlone;
    this.#log = log;
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

  send(request: ClientRequest, destination: Destination): RelayedCall {
    const { backend } = destination;
    const state = request.params?.["requestState"];
    if (typeof state === "string" && request.client.era === "modern") {
      const suspended = this.#suspended.get(state);
      if (suspended !== undefined) return this.#nextRound(request, backend, state, suspended);
    }
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

  #dispatch(request: ClientRequest, destination: Destination, connection: Connection): RelayedCall {
    const { backend, members = {}, subject, headers } = destination;
    const { client } = request;
    const bridgesToModern = client.era === "modern" && connection.era === "legacy";
    if (bridgesToModern && request.params?.["requestState"] !== undefined)
      return done(
        failed("invalidParams", "this call waits here no more, or waits in another pod: begin it again"),
        backend,
      );
    const own = this.#isAlone() ? undefined : this.#ownState(request, backend);
    if (own === "foreign")
      return done(failed("invalidParams", "this requestState is not one of this tool: begin the call again"), backend);
    const changes = { ...members, ...(own !== undefined && { requestState: own.text }) };
    const ofToken = tokenText(request);
    const progressToken = ofToken === undefined ? undefined : (this.#lastToken += 1);
    // The round that runs now; a dialogue goes on with a later one.
    let current = request;
    let upstream: UpstreamCall | undefined;
    const onNotification = (notification: Call): void => {
      if (notification.method === "notifications/progress") {
        // A later round has a token of its own, or none.
        const token = tokenText(current);
        if (token === undefined || notification.params === undefined) return;
        current.onNotification({ ...notification, params: withMembers(notification.params, { progressToken: token }) });
      } else current.onNotification(notification);
    };
    const stateToken = bridgesToModern ? `gw-${randomBytes(18).toString("base64url")}` : "";
    let dialogue: Dialogue | undefined;
    const ask = bridgesToModern
      ? async (asked: Call): Promise<Outcome> => notAnswerable(client, asked) ?? (await dialogue!.ask(asked))
      : request.onRequest &&
        (async (asked: Call): Promise<Outcome> => notAnswerable(client, asked) ?? (await request.onRequest!(asked)));
    const end = this.#flights.begin(backend, { request: { client, params: request.params, onNotification }, ask });
    const sendOnce = (more: Readonly<Record<string, JsonText | undefined>>): Promise<Outcome> => {
      const params = upstreamParams(request, connection.era, {
        members: { ...changes, ...more },
        progressToken,
        traceparent: request.traceparent,
      });
      upstream = connection.request({
        method: request.method,
        params,
        onNotification,
        ...(progressToken !== undefined && { progressToken }),
        ...(subject !== undefined && { subject }),
        ...(headers !== undefined && { headers }),
        ...(ask !== undefined && { onRequest: ask }),
      });
      return upstream.outcome;
    };
    const first = sendOnce({});
    void first.finally(end);
    const cancel = (reason: string): void => upstream?.cancel(reason);
    if (bridgesToModern) {
      dialogue = new Dialogue(first, stateToken);
      const suspended = {
        dialogue,
        upstream: upstream!,
        subject: client.identity.subject,
        backend,
        resume: (next: ClientRequest) => void (current = next),
      };
      return { outcome: this.#settled(this.#round(request, stateToken, suspended)), cancel, backend: backend.name };
    }
    if (client.era === "legacy" && connection.era === "modern")
      return {
        outcome: this.#settled(first.then((outcome) => askInTurn(outcome, request, sendOnce))),
        cancel,
        backend: backend.name,
      };
    if (client.era === "legacy" || this.#isAlone()) return { outcome: first, cancel, backend: backend.name };
    return {
      outcome: this.#settled(first.then((outcome) => withOwner(outcome, backend))),
      cancel,
      backend: backend.name,
    };
  }

  /** One round of a dialogue; if it ends with questions, the call waits for the next. */
  async #round(request: ClientRequest, state: string, call: Omit<Suspended, "timer">): Promise<Outcome> {
    const outcome = await call.dialogue.round();
    if (!asksForInput(outcome)) return inModernForm(request.method, outcome);
    if (this.#suspended.size >= maxSuspended) {
      call.upstream.cancel("too many calls wait for their client");
      return failed("internalError", "too many calls wait for the answers of their clients; try again later");
    }
    const timer = setTimeout(() => {
      this.#suspended.delete(state);
      call.upstream.cancel("its client did not answer");
      call.dialogue.abandon("the client did not answer in time");
    }, maxSuspendedSeconds * 1000);
    timer.unref();
    this.#suspended.set(state, { ...call, timer });
    return outcome;
  }

  #nextRound(request: ClientRequest, backend: Backend, state: string, suspended: Suspended): RelayedCall {
    if (suspended.subject !== request.client.identity.subject || suspended.backend !== backend)
      return done(failed("invalidParams", "this requestState belongs to another call"), backend);
    clearTimeout(suspended.timer);
    this.#suspended.delete(state);
    suspended.resume(request);
    suspended.dialogue.answer(inputResponses(request));
    return {
      outcome: this.#settled(this.#round(request, state, suspended)),
      cancel: suspended.upstream.cancel,
      backend: backend.name,
    };
  }

  /** The backend's own requestState, out of the one that carries its name. */
  #ownState({ params }: ClientRequest, backend: Backend): { readonly text: JsonText } | "foreign" | undefined {
    const state = params?.["requestState"];
    if (typeof state !== "string") return undefined;
    const prefix = `${backend.name}.`;
    return state.startsWith(prefix) ? { text: JSON.stringify(state.slice(prefix.length)) } : "foreign";
  }
}

/** The text of the client's progress token: `7` and `"7"` are two. */
function tokenText({ text, params }: ClientRequest): JsonText | undefined {
  const meta = params?.["_meta"] as JsonObject | undefined;
  const token = meta?.["progressToken"];
  if (typeof token === "string") return JSON.stringify(token);
  if (typeof token !== "number") return undefined;
  const inParams = membersOf(text, membersOf(text).get("params")!.start);
  return textAt(text, membersOf(text, inParams.get("_meta")!.start).get("progressToken")!);
}

function inputResponses({ text, params }: ClientRequest): JsonText | undefined {
  const given = params?.["inputResponses"];
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  return textAt(text, membersOf(text, membersOf(text).get("params")!.start).get("inputResponses")!);
}

/** Names the backend in the requestState, so that the state of one is never shown to another. */
function withOwner(outcome: Outcome, backend: Backend): Outcome {
  if (!asksForInput(outcome)) return outcome;
  const state = (JSON.parse(outcome.text) as JsonObject)["requestState"];
  if (typeof state !== "string") return outcome;
  return {
    kind: "result",
    text: withMembers(outcome.text, { requestState: JSON.stringify(`${backend.name}.${state}`) }),
  };
}

/** What a legacy backend answered, with what the modern era demands of a result. */
function inModernForm(method: string, outcome: Outcome): Outcome {
  if (outcome.kind === "error") {
    const { code } = JSON.parse(outcome.text) as { code?: unknown };
    // Resource not found was renumbered with 2026-07-28.
    return code === -32002 ? { kind: "error", text: withMembers(outcome.text, { code: "-32602" }) } : outcome;
  }
  const members = {
    resultType: '"complete"',
    ...(method === "resources/read" && { ttlMs: "0", cacheScope: '"private"' }),
  };
  return { kind: "result", text: withMembers(outcome.text, members) };
}
