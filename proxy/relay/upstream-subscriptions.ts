import type { Backend } from "../backends/backend.ts";
import type { Connection, UpstreamCall } from "../backends/connection.ts";
import type { Call, JsonText } from "../message.ts";
import { modernIdentity } from "./upstream-params.ts";
import { withMembers } from "./splice.ts";

type Wanter = string | symbol;

interface Subscribed {
  /** Who wants to hear of which resource. */
  readonly wanted: Map<string, Set<Wanter>>;
  /** The listen request of a modern backend. */
  listening: UpstreamCall | undefined;
}

/** What the proxy has subscribed to at its backends for all of its clients together. */
export class UpstreamSubscriptions {
  readonly #byBackend = new WeakMap<Backend, Subscribed>();
  readonly #byWanter = new Map<Wanter, Map<Backend, Set<string>>>();
  readonly #proxyInfo: JsonText;
  readonly #onNotification: (backend: Backend, notification: Call) => void;

  constructor(proxyInfo: JsonText, onNotification: (backend: Backend, notification: Call) => void) {
    this.#proxyInfo = proxyInfo;
    this.#onNotification = onNotification;
  }

  /** Whether nobody wanted it before: a legacy backend must be told. */
  want(wanter: Wanter, backend: Backend, uri: string): boolean {
    const { wanted } = this.#of(backend);
    const wanters = wanted.get(uri) ?? new Set();
    const isNew = wanters.size === 0;
    wanted.set(uri, wanters.add(wanter));
    const own = this.#byWanter.get(wanter) ?? new Map<Backend, Set<string>>();
    this.#byWanter.set(wanter, own.set(backend, (own.get(backend) ?? new Set()).add(uri)));
    return isNew;
  }

  /** Whether nobody wants it any more. */
  drop(wanter: Wanter, backend: Backend, uri: string): boolean {
    const { wanted } = this.#of(backend);
    const wanters = wanted.get(uri);
    if (wanters?.delete(wanter) !== true) return false;
    this.#byWanter.get(wanter)?.get(backend)?.delete(uri);
    if (wanters.size > 0) return false;
    wanted.delete(uri);
    return true;
  }

  /** All that this one wanted; the result is what nobody wants any more. */
  dropAll(wanter: Wanter): readonly { readonly backend: Backend; readonly uri: string }[] {
    const own = [...(this.#byWanter.get(wanter) ?? [])];
    const dropped = own.flatMap(([backend, uris]) =>
      [...uris].filter((uri) => this.drop(wanter, backend, uri)).map((uri) => ({ backend, uri })),
    );
    this.#byWanter.delete(wanter);
    return dropped;
  }

  /** Says all again to a backend that is connected anew, or whose resources changed. */
  renew(backend: Backend, connection: Connection): void {
    const subscribed = this.#of(backend);
    if (connection.era === "modern") this.#listen(backend, subscribed, connection);
    else
      for (const uri of subscribed.wanted.keys())
        connection.request({ method: "resources/subscribe", params: JSON.stringify({ uri }) });
  }

  /** A modern backend is asked once for all; what it should tell has changed, so it is asked anew. */
  #listen(backend: Backend, subscribed: Subscribed, connection: Connection): void {
    const { capabilities } = connection;
    const has = (capability: string, member: string): boolean =>
      (capabilities[capability] as Readonly<Record<string, unknown>> | undefined)?.[member] === true;
    const notifications = {
      ...(has("tools", "listChanged") && { toolsListChanged: true }),
      ...(has("prompts", "listChanged") && { promptsListChanged: true }),
      ...(has("resources", "listChanged") && { resourcesListChanged: true }),
      ...(subscribed.wanted.size > 0 && { resourceSubscriptions: [...subscribed.wanted.keys()] }),
    };
    const former = subscribed.listening;
    subscribed.listening =
      Object.keys(notifications).length === 0
        ? undefined
        : connection.request({
            method: "subscriptions/listen",
            params: withMembers("{}", {
              _meta: withMembers("{}", modernIdentity({ info: this.#proxyInfo, capabilities: {} })),
              notifications: JSON.stringify(notifications),
            }),
            onNotification: (notification) => this.#onNotification(backend, notification),
          });
    former?.cancel("replaced by another subscription");
  }

  #of(backend: Backend): Subscribed {
    let subscribed = this.#byBackend.get(backend);
    if (subscribed === undefined)
      this.#byBackend.set(backend, (subscribed = { wanted: new Map(), listening: undefined }));
    return subscribed;
  }
}
