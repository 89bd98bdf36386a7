import type { Identity } from "../../access/identity.ts";
import type { Call, JsonText, Outcome, RequestId } from "../../message.ts";
import type { Client, Relay } from "../../relay/relay.ts";
import { failed } from "../../relay/rpc-error.ts";
import { notificationText, requestText } from "../calls.ts";
import { SessionInterest } from "../legacy/session-interest.ts";
import { initialize } from "../legacy/initialize.ts";
import type { ClientRequestMessage } from "../client-message.ts";

/** What the one client of a stdio front has said by `initialize`, and what it was asked. */
export class StdioSession {
  readonly resources = new Set<string>();
  logLevel: string | undefined;
  readonly client: Client;
  readonly #send: (message: JsonText) => void;
  readonly #asked = new Map<string, (outcome: Outcome) => void>();
  #unlisten: (() => void) | undefined;
  #questions = 0;

  constructor(client: Client, send: (message: JsonText) => void) {
    this.client = client;
    this.#send = send;
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

  ask({ method, params }: Call): Promise<Outcome> {
    this.#questions += 1;
    const id = `gracewarden-${this.#questions}`;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#send(requestText(id, method, params));
    });
  }

  answered(id: RequestId, outcome: Outcome): void {
    this.#asked.get(String(id))?.(outcome);
    this.#asked.delete(String(id));
  }

  close(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    for (const settle of this.#asked.values())
      settle(failed("internalError", "The client went away before it answered."));
    this.#asked.clear();
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
