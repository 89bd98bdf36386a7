import type { Call, Outcome } from "../../message.ts";
import type { Client, Interest } from "../../relay/relay.ts";

/** What an interest is read from. */
interface Source {
  readonly client: Client;
  readonly resources: ReadonlySet<string>;
  readonly logLevel: string | undefined;
}

/** What a session wants to hear of. It changes while it is held: the relay reads it when something comes. */
export class SessionInterest implements Interest {
  readonly toolsListChanged = true;
  readonly promptsListChanged = true;
  readonly resourcesListChanged = true;
  readonly onNotification: (notification: Call) => void;
  readonly onRequest: (request: Call) => Promise<Outcome>;
  readonly #session: Source;

  constructor(
    session: Source,
    onNotification: (notification: Call) => void,
    onRequest: (request: Call) => Promise<Outcome>,
  ) {
    this.#session = session;
    this.onNotification = onNotification;
    this.onRequest = onRequest;
  }

  get client(): Client {
    return this.#session.client;
  }

  get resources(): ReadonlySet<string> {
    return this.#session.resources;
  }

  get logLevel(): string | undefined {
    return this.#session.logLevel;
  }
}
