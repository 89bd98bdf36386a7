import type { Backend } from "../backends/backend.ts";
import type { Connection } from "../backends/connection.ts";
import type { Call, JsonText, Outcome } from "../message.ts";
import { Listening } from "./listening.ts";
import { failed } from "./rpc-error.ts";
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
  /** Of which a backend is being asked: how many wait for it to agree, and what is to be done then. */
  readonly asking: Map<string, { waiting: number; afterwards: (() => void) | undefined }>;
  /** The listen request at a modern backend. */
  listening: Listening | undefined;
}

export interface SubscriptionsOptions {
  readonly upstreams: Upstreams;
  readonly proxyInfo: JsonText;
  readonly onNotification: (backend: Backend, notification: Call) => void;
}

const agreed: Outcome = { kind: "result", text: "{}" };

/** What the proxy has subscribed to at its backends, for all of its clients together. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #byBackend = new WeakMap<Backend, Subscribed>();
  readonly #byWanter = new Map<Wanter, Map<Backend, Set<string>>>();
  /** What legacy backends answered, by connection and resource: one that is asked for twice is subscribed to once. */
  readonly #answers = new WeakMap<Connection, Map<string, Promise<Outcome>>>();

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Settles when the backend has agreed, or why there is no subscription: then it is wanted no more than before. */
  async want(wanter: Wanter, backend: Backend, uri: string): Promise<Outcome> {
    const { wanted, asking } = this.#of(backend);
    const own = this.#byWanter.get(wanter) ?? new Map<Backend, Set<string>>();
    const uris = own.get(backend) ?? new Set<string>();
    const isNews = !uris.has(uri);
    if (isNews && uris.size >= mostWanted)
      return failed("invalidParams", `a session has at most ${mostWanted} subscriptions of one server`);
    this.#byWanter.set(wanter, own.set(backend, uris.add(uri)));
    wanted.set(uri, (wanted.get(uri) ?? new Set()).add(wanter));
    const question = asking.get(uri) ?? { waiting: 0, afterwards: undefined };
    question.waiting += 1;
    asking.set(uri, question);
    const outcome = await this.#agree(backend, uri);
    question.waiting -= 1;
    if (question.waiting === 0) asking.delete(uri);
    if (question.waiting === 0 && question.afterwards !== undefined) setImmediate(question.afterwards);
    if (outcome.kind === "result") return agreed;
    if (isNews) this.#forget(wanter, backend, uri);
    return outcome;
  }

  /** What comes before its subscriber knows that it is one waits until it does; false where nobody is waited for. */
  defer(backend: Backend, uri: string, act: () => void): boolean {
    const question = this.#byBackend.get(backend)?.asking.get(uri);
    if (question === undefined) return false;
    question.afterwards ??= act;
    return true;
  }

  drop(wanter: Wanter, backend: Backend, uri: string): void {
    if (!this.#forget(wanter, backend, uri)) return;
    const connection = this.#options.upstreams.live(backend);
    if (connection?.era === "modern") this.#listen(backend, connection);
    else if (connection !== undefined) {
      this.#answers.get(connection)?.delete(uri);
      connection.request({ method: "resources/unsubscribe", params: JSON.stringify({ uri }) });
    }
  }

  dropAll(wanter: Wanter): void {
    for (const [backend, uris] of this.#byWanter.get(wanter) ?? [])
      for (const uri of uris) this.drop(wanter, backend, uri);
    this.#byWanter.delete(wanter);
  }

  /** Says all again to a backend that is connected anew. */
  renew(backend: Backend, connection: Connection): void {
    this.#answers.delete(connection);
    if (connection.era === "modern") this.#listen(backend, connection);
    else for (const uri of this.#of(backend).wanted.keys()) void this.#subscribe(connection, uri);
  }

  /** True where nobody wants it any more. */
  #forget(wanter: Wanter, backend: Backend, uri: string): boolean {
    const { wanted } = this.#of(backend);
    const wanters = wanted.get(uri);
    if (wanters?.delete(wanter) !== true) return false;
    this.#byWanter.get(wanter)?.get(backend)?.delete(uri);
    if (wanters.size === 0) wanted.delete(uri);
    return wanters.size === 0;
  }

  async #agree(backend: Backend, uri: string): Promise<Outcome> {
    let connection: Connection;
    try {
      connection = await backend.connection();
    } catch (error) {
      return failed("internalError", (error as Error).message);
    }
    if (connection.era === "legacy") return await this.#subscribe(connection, uri);
    const subscribed = this.#of(backend);
    if (subscribed.listening?.asked.has(uri) !== true) this.#listen(backend, connection);
    for (;;) {
      const { listening } = subscribed;
      if (listening === undefined) return failed("internalError", `backend ${backend.name}: it was asked no more`);
      const watched = await listening.agreed;
      // Another subscription has made a new request of it, which asks for all.
      if (subscribed.listening !== listening) continue;
      if (!("has" in watched)) return watched;
      if (watched.has(uri)) return agreed;
      listening.asked.delete(uri);
      return failed("invalidParams", `backend ${backend.name} does not tell of changes of ${uri}`);
    }
  }

  #subscribe(connection: Connection, uri: string): Promise<Outcome> {
    const answers = this.#answers.get(connection) ?? new Map<string, Promise<Outcome>>();
    this.#answers.set(connection, answers);
    const known = answers.get(uri);
    if (known !== undefined) return known;
    const { outcome } = connection.request({ method: "resources/subscribe", params: JSON.stringify({ uri }) });
    answers.set(uri, outcome);
    void outcome.then(({ kind }) => {
      if (kind === "error") answers.delete(uri);
    });
    return outcome;
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
    const params = withMembers("{}", {
      _meta: withMembers("{}", modernIdentity({ info: proxyInfo, capabilities: {} })),
      notifications: JSON.stringify(notifications),
    });
    subscribed.listening =
      Object.keys(notifications).length === 0
        ? undefined
        : new Listening(connection, new Set(subscribed.wanted.keys()), params, (notification) =>
            onNotification(backend, notification),
          );
    former?.cancel("replaced by another subscription");
  }

  #of(backend: Backend): Subscribed {
    const known = this.#byBackend.get(backend);
    if (known !== undefined) return known;
    const fresh: Subscribed = { wanted: new Map(), asking: new Map(), listening: undefined };
    this.#byBackend.set(backend, fresh);
    return fresh;
  }
}

const changes = ({ capabilities }: Connection, capability: string): boolean =>
  (capabilities[capability] as Readonly<Record<string, unknown>> | undefined)?.["listChanged"] === true;
