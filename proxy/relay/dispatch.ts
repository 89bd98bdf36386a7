import type { Backend } from "../backends/backend.ts";
import type { Connection, UpstreamCall, UpstreamRequest } from "../backends/connection.ts";
import type { Call, JsonText, Outcome } from "../message.ts";
import { missingCapability, notAnswerable } from "./client-capability.ts";
import type { ClientIdentities } from "./client-identities.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Flight } from "./flights.ts";
import { textOfMember } from "./request-member.ts";
import type { ClientRequest } from "./relay.ts";
import { failed } from "./rpc-error.ts";
import { withMembers } from "./splice.ts";
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

/** One request of a client on its way to one backend, once or, while that one asks for input, again. */
export class Dispatch implements UpstreamRequest, Flight {
  readonly method: string;
  params: JsonText | undefined;
  readonly progressToken: number | undefined;
  readonly subject: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly connection: Connection;
  /** The round of the client that runs now; a dialogue goes on with a later one. */
  request: ClientRequest;
  /** Of a legacy backend and a modern client. */
  dialogue: Dialogue | undefined;
  /** A capability of the client that the backend has missed. */
  missing: string | undefined;
  readonly #first: ClientRequest;
  readonly #members: Readonly<Record<string, JsonText>> | undefined;
  readonly #identities: ClientIdentities;
  #upstream: UpstreamCall | undefined;

  /** `nextToken` numbers progress tokens in this process. */
  constructor(
    request: ClientRequest,
    destination: Destination,
    connection: Connection,
    { nextToken, identities }: { readonly nextToken: () => number; readonly identities: ClientIdentities },
  ) {
    this.#identities = identities;
    this.request = request;
    this.#first = request;
    this.connection = connection;
    this.method = request.method;
    this.subject = destination.subject;
    this.headers = destination.headers;
    this.#members = destination.members;
    this.progressToken = progressTokenText(request) === undefined ? undefined : nextToken();
  }

  /** Sends it, with more members in its params. */
  send(more?: Readonly<Record<string, JsonText | undefined>>): Promise<Outcome> {
    const { era } = this.connection;
    const changes = {
      members: more === undefined ? this.#members : { ...this.#members, ...more },
      progressToken: this.progressToken,
      traceparent: this.#first.traceparent,
    };
    this.params = upstreamParams(this.#first, era, changes, this.#identities);
    this.#upstream = this.connection.request(this);
    return this.#upstream.outcome;
  }

  cancel(reason: string): void {
    this.#upstream?.cancel(reason);
  }

  onNotification(notification: Call): void {
    if (notification.method !== "notifications/progress") return this.request.onNotification(notification);
    // A later round has a token of its own, or none.
    const progressToken = progressTokenText(this.request);
    if (progressToken === undefined || notification.params === undefined) return;
    this.request.onNotification({ ...notification, params: withMembers(notification.params, { progressToken }) });
  }

  /** The backend asks the client in the middle of the call. */
  async onRequest(asked: Call): Promise<Outcome> {
    const refusal = notAnswerable(this.request.client, asked);
    if (refusal !== undefined) {
      this.missing = missingCapability(this.request.client, asked);
      return refusal;
    }
    if (this.dialogue !== undefined) return this.dialogue.ask(asked);
    return this.#first.onRequest?.(asked) ?? failed("internalError", "the client of this call cannot be asked");
  }
}

/** The text of the client's progress token: `7` and `"7"` are two. */
function progressTokenText(request: ClientRequest): JsonText | undefined {
  const meta = request.params?.["_meta"] as Readonly<Record<string, unknown>> | undefined;
  const token = meta?.["progressToken"];
  if (typeof token === "string") return JSON.stringify(token);
  return typeof token === "number" ? textOfMember(request.paramsText, "_meta", "progressToken") : undefined;
}
