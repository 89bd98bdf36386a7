import type { BaseLogger } from "pino";
import type { Backend } from "../backends/backend.ts";
import type { Identity } from "../access/identity.ts";
import type { Call, JsonObject, Outcome } from "../message.ts";
import type { Calls } from "./calls.ts";
import type { ListKind } from "./catalogue.ts";
import type { Interests } from "./interests.ts";
import { isWanted, logLevelOf } from "./log-level.ts";
import { changedKinds, type Offers } from "./offers.ts";
import { Paced } from "./paced.ts";
import { failed } from "./rpc-error.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Upstreams } from "./upstreams.ts";

export interface UpstreamMessagesOptions {
  readonly upstreams: Upstreams;
  readonly offers: Offers;
  readonly calls: Calls;
  readonly interests: Interests;
  readonly subscriptions: () => Subscriptions;
  readonly mayUse: (identity: Identity, name: string) => boolean;
  readonly log: BaseLogger;
}

/** What backends say and ask by themselves, to the clients that it is meant for. */
export class UpstreamMessages {
  readonly #options: UpstreamMessagesOptions;
  readonly #paced = new Paced();
  /** Lists that are to be read anew. */
  readonly #announced = new WeakMap<Backend, Set<ListKind>>();

  constructor(options: UpstreamMessagesOptions) {
    this.#options = options;
  }

  notified(backend: Backend, notification: Call): void {
    const { upstreams, offers, interests, subscriptions, mayUse } = this.#options;
    const kinds = changedKinds(notification.method);
    if (kinds !== undefined) {
      const session = upstreams.sessionOf(backend);
      if (session === undefined) return this.#changed(backend, kinds);
      return this.#paced.run(`${session} ${backend.name} ${notification.method}`, () =>
        interests.tell(notification, ({ client }) => client.session === session),
      );
    }
    // Of a call that is over: whoever is served now has nothing to do with it.
    if (notification.method === "notifications/progress") return;
    if (notification.method !== "notifications/resources/updated") return this.#tellOwner(backend, notification);
    const { uri } = JSON.parse(notification.params ?? "{}") as { uri?: unknown };
    // Of its own resources alone, and a session's own backend to that session alone.
    if (typeof uri !== "string" || offers.holderOf(uri, upstreams)?.name !== backend.name) return;
    if (subscriptions().defer(backend, uri, () => this.notified(backend, notification))) return;
    const session = upstreams.sessionOf(backend);
    interests.tell(
      notification,
      ({ resources, client }) =>
        resources.has(uri) && (session === undefined || client.session === session) && mayUse(client.identity, uri),
    );
  }

  /** Lists are read anew once a second at most: a server may say in each turn of its own that they have changed. */
  #changed(backend: Backend, kinds: readonly ListKind[]): void {
    const { upstreams, offers } = this.#options;
    const announced = this.#announced.get(backend) ?? new Set<ListKind>();
    this.#announced.set(backend, announced);
    for (const kind of kinds) announced.add(kind);
    this.#paced.run(backend.name, () => {
      const connection = upstreams.live(backend);
      if (connection !== undefined) void offers.refresh(backend, connection, [...announced]);
      announced.clear();
    });
  }

  async asked(backend: Backend, call: Call): Promise<Outcome> {
    const { upstreams, calls, interests, log } = this.#options;
    const sole = calls.sole(backend);
    if (sole !== undefined && sole !== "several") return sole.onRequest(call);
    const session = upstreams.sessionOf(backend);
    const askable = session === undefined ? undefined : interests.askable(session);
    if (askable?.onRequest !== undefined) return askable.onRequest(call);
    if (sole === "several") calls.giveWay(backend);
    log.warn(
      { backend: backend.name, method: call.method },
      sole === "several"
        ? "a backend asks while calls of several clients run there, and nothing tells which of them it means: set perSession for it"
        : "a backend asks while no client's call runs there: set perSession for it if it needs its client between calls",
    );
    return failed("internalError", "the proxy cannot tell which client is asked");
  }

  /** A message that may hold what only one client may see. */
  #tellOwner(backend: Backend, notification: Call): void {
    const { upstreams, calls, interests, log } = this.#options;
    const level = levelOf(notification);
    const sole = calls.sole(backend);
    if (sole === "several") {
      log.debug(
        { backend: backend.name, method: notification.method },
        "a message of a backend is dropped: nothing tells to which of its clients it belongs",
      );
    } else if (sole !== undefined) {
      const wanted = sole.request.client.era === "modern" ? logLevelOf(sole.request.params) : "debug";
      if (level === undefined || (wanted !== undefined && isWanted(level, wanted))) sole.onNotification(notification);
    } else {
      const session = upstreams.sessionOf(backend);
      interests.tell(
        notification,
        ({ client, logLevel }) =>
          client.era === "legacy" &&
          (session === undefined || client.session === session) &&
          (level === undefined ? session !== undefined : logLevel !== undefined && isWanted(level, logLevel)),
      );
    }
  }
}

/** Of a log message; undefined for any other notification. */
const levelOf = ({ method, params }: Call): unknown =>
  method === "notifications/message" ? (JSON.parse(params ?? "{}") as JsonObject)["level"] : undefined;
