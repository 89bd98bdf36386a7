import type { Backend } from "../backends/backend.ts";
import type { Connection, UpstreamCall } from "../backends/connection.ts";
import type { Call, JsonText } from "../message.ts";
import { withMembers } from "./splice.ts";
import { modernIdentity } from "./client-identities.ts";
import type { Upstreams } from "./upstreams.ts";

/** A session, or one listen request. */
type Wanter = string | symbol;

/** Any URI can be asked for, and a backend is told of each. */
export const mostWanted = 1000;

interface Subscribed {
  /** Who wants to hear of which resource. */
  readonly wanted: Map<string, Set<Wanter>>;
  /** The listen request at a modern backend. */
  listening: UpstreamCall | undefined;
}

export interface SubscriptionsOptions {
  readonly upstreams: Upstreams;
  readonly proxyInfo: JsonText;
  readonly onNotification: (backend: Backend, notification: Call) => void;
}

/** What the proxy has subscribed to at its backends, for all of its clients together. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #byBackend = new WeakMap<Backend, Subscribed>();
  readonly #byWanter = new Map<Wanter, Map<Backend, Set<string>>>();

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** False where one wants too many. */
  want(wanter: Wanter, backend: Backend, uri: string): boolean {
    const uris = this.#byWanter.get(wanter)?.get(backend);
    if (uris !== undefined && uris.size >= mostWanted && !uris.has(uri)) return false;
    const { wanted } = this.#of(backend);
    const wanters = wanted.get(uri) ?? new Set();
    const isNews = wanters.size === 0;
    wanted.set(uri, wanters.add(wanter));
    const own = this.#byWanter.get(wanter) ?? new Map<Backend, Set<string>>();
    this.#byWanter.set(wanter, own.set(backend, (own.get(backend) ?? new Set()).add(uri)));
    if (isNews) this.#tell(backend, "resources/subscribe", uri);
    return true;
  }

  drop(wanter: Wanter, backend: Backend, uri: string): void {
    const { wanted } = this.#of(backend);
    const wanters = wanted.get(uri);
    if (wanters?.delete(wanter) !== true) return;
    this.#byWanter.get(wanter)?.get(backend)?.delete(uri);
    if (wanters.size > 0) return;
    wanted.delete(uri);
    this.#tell(backend, "resources/unsubscribe", uri);
  }

  dropAll(wanter: Wanter): void {
    for (const [backend, uris] of this.#byWanter.get(wanter) ?? [])
      for (const uri of uris) this.drop(wanter, backend, uri);
    this.#byWanter.delete(wanter);
  }

  /** Says all again to a backend that is connected anew. */
  renew(backend: Backend, connection: Connection): void {
    if (connection.era === "modern") this.#listen(backend, connection);
    else
      for (const uri of this.#of(backend).wanted.keys())
        connection.request({ method: "resources/subscribe", params: JSON.stringify({ uri }) });
  }

  #tell(backend: Backend, method: string, uri: string): void {
    const connection = this.#options.upstreams.live(backend);
    if (connection?.era === "modern") this.#listen(backend, connection);
    else connection?.request({ method, params: JSON.stringify({ uri }) });
  }

  /** A modern backend is asked once for all; when that changes, it is asked anew. */
  #listen(backend: Backend, connection: Connection): void {
    const subscribed = this.#of(backend);
    const { proxyInfo, onNotification } = this.#options;
    const notifications = {
      ...(changes(connection, "tools") && { toolsListChanged: true }),
      ...(changes(connection, "prompts") && { promptsListChanged: true }),
      ...(changes(connection, "resources") && { resourcesListChanged: true }),
      ...(subscribed.wanted.size > 0 && { resourceSubscriptions: [...subscribed.wanted.keys()] }),
    };
    const former = subscribed.listening;
    subscribed.listening =
      Object.keys(notifications).length === 0
        ? undefined
        : connection.request({
            method: "subscriptions/listen",
            params: withMembers("{}", {
              _meta: withMembers("{}", modernIdentity({ info: proxyInfo, capabilities: {} })),
              notifications: JSON.stringify(notifications),
            }),
            onNotification: (notification) => onNotification(backend, notification),
          });
    former?.cancel("replaced by another subscription");
  }

  #of(backend: Backend): Subscribed {
    const known = this.#byBackend.get(backend);
    if (known !== undefined) return known;
    const fresh: Subscribed = { wanted: new Map(), listening: undefined };
    this.#byBackend.set(backend, fresh);
    return fresh;
  }
}

const changes = ({ capabilities }: Connection, capability: string): boolean =>
  (capabilities[capability] as Readonly<Record<string, unknown>> | undefined)?.["listChanged"] === true;
