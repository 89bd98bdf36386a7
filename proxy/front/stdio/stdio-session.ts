import type { Identity } from "../../access/identity.ts";
import type { Call, JsonText, Outcome, RequestId } from "../../message.ts";
import type { Client, Relay } from "../../relay/relay.ts";
import { notificationText, requestText } from "../calls.ts";
import { Questions } from "../legacy/questions.ts";
import { SessionInterest } from "../legacy/session-interest.ts";
import { initialize } from "../legacy/initialize.ts";
import type { ClientRequestMessage } from "../client-message.ts";

/** What the one client of a stdio front has said by `initialize`, and what it was asked. */
export class StdioSession {
  readonly resources = new Set<string>();
  logLevel: string | undefined;
  readonly client: Client;
  readonly #send: (message: JsonText) => void;
  readonly #questions: Questions<RequestId | undefined>;
  readonly #sweeping: NodeJS.Timeout;
  #unlisten: (() => void) | undefined;

  constructor(client: Client, send: (message: JsonText) => void) {
    this.client = client;
    this.#send = send;
    this.#questions = new Questions("gracewarden", (_, message) => send(message));
    // The client is there as long as the stream is.
    this.#sweeping = setInterval(() => this.#questions.sweep(() => false), 1000).unref();
  }

  /** After `notifications/initialized`. */
  listen(relay: Relay): void {
    this.#unlisten ??= relay.listen(
      new SessionInterest(
        this,
        ({ method, params }) => this.#send(notificationText(method, params)),
        (request) => this.ask(request),
      ),
    );
  }

  /** `during`: the client's request in the middle of which it is asked. */
  ask({ method, params }: Call, during?: RequestId): Promise<Outcome> {
    return this.#questions.ask(during, (id) => requestText(id, method, params));
  }

  answered(id: RequestId, outcome: Outcome): void {
    this.#questions.answered(id, outcome);
  }

  /** The client's request is over, and so is what was asked in the middle of it. */
  over(request: RequestId): void {
    this.#questions.end("The call is over.", (during) => during === request);
  }

  close(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    clearInterval(this.#sweeping);
    this.#questions.end("The client went away before it answered.", () => true);
  }
}

/** The session that an `initialize` begins, with its result; a string is what is wrong with it. */
export function beginStdioSession(
  { params }: ClientRequestMessage,
  relay: Relay,
  identity: Identity,
  send: (message: JsonText) => void,
): { readonly session: StdioSession; readonly result: JsonText } | string {
  const begun = initialize(params, relay, identity);
  if (typeof begun === "string") return begun;
  const { protocolVersion, capabilities, info, result } = begun;
  const client: Client = { era: "legacy", protocolVersion, capabilities, info, identity, session: "stdio" };
  return { session: new StdioSession(client, send), result };
}
