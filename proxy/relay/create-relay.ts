import type { BaseLogger } from "pino";
import type { Identity } from "../access/identity.ts";
import { passes } from "../access/name-filter.ts";
import type { Backend, BackendEvents } from "../backends/backend.ts";
import type { ServerDescription } from "../backends/connection.ts";
import type { Call, JsonObject, JsonText, Outcome } from "../message.ts";
import { Calls } from "./calls.ts";
import type { ListKind } from "./catalogue.ts";
import { describeAll, type Description } from "./describe.ts";
import { Interests } from "./interests.ts";
import type { ListCache } from "./list-cache.ts";
import { Lists } from "./lists.ts";
import { isLogLevel, isWanted, moreVerbose } from "./log-level.ts";
import { ownName } from "./names.ts";
import { changedKinds, Offers } from "./offers.ts";
import { headerMismatch, headersFor } from "./parameter-headers.ts";
import type { Client, ClientRequest, Interest, Relay, RelayedCall } from "./relay.ts";
import { failed } from "./rpc-error.ts";
import { fitsTemplate } from "./uri-template.ts";
import { UpstreamSubscriptions } from "./upstream-subscriptions.ts";

export interface RelayOptions {
  /** In the config's order; as it is now, since a reload changes it. */
  readonly backends: () => readonly Backend[];
  readonly separator: () => string;
  /** The backend of a session's own, for one that is `perSession`. */
  readonly sessionBackend: (shared: Backend, client: Client & { readonly session: string }) => Backend;
  readonly endSession: (session: string) => void;
  /** By the name as clients see it, or by URI. */
  readonly mayUse: (identity: Identity, name: string) => boolean;
  /** No access rule is set. */
  readonly isShared: () => boolean;
  /** `{name, version}` of the proxy. */
  readonly proxyInfo: JsonText;
  readonly listCache: ListCache | undefined;
  readonly log: BaseLogger;
}

/** A relay, and what the program asks of it beside. */
export interface RunningRelay extends Relay {
  /** For the backends that the relay is given. */
  readonly events: BackendEvents;
  /** Whether its lists are known: a required backend counts as ready from then on. */
  isListed(backend: Backend): boolean;
  /** What /health says of its lists. */
  offered(backend: Backend): {
    readonly tools: number;
    readonly prompts: number;
    readonly resources: number;
    readonly problem?: string;
  };
}

const listOf: Readonly<Record<string, ListKind>> = {
  "tools/list": "tools",
  "prompts/list": "prompts",
  "resources/list": "resources",
  "resources/templates/list": "templates",
};

export function createRelay(options: RelayOptions): RunningRelay {
  const { backends, separator, sessionBackend, mayUse, isShared, proxyInfo, listCache, log } = options;
  const interests = new Interests();
  const described = new WeakMap<Backend, ServerDescription>();
  const sessions = new WeakMap<Backend, string>();
  const levels = new WeakMap<Backend, string>();
  const isAlone = (): boolean => separator() === "" && backends().length === 1;
  const calls = new Calls(isAlone);
  const subscriptions = new UpstreamSubscriptions(proxyInfo, (backend, notification) =>
    notified(backend, notification),
  );
  const offers = new Offers({
    backends,
    cache: listCache,
    proxyInfo,
    log,
    onChange: (_, kinds) => kinds.forEach(tellChanged),
  });
  const lists = new Lists({
    offers,
    backends,
    separator,
    mayUse,
    isShared,
    serverInfo: () => describe("legacy").serverInfo,
  });

  const describe = (era: Client["era"]): Description =>
    describeAll(
      backends().map((backend) => ({ backend, server: described.get(backend) })),
      { separator: separator(), proxyInfo, era },
    );

  function tellChanged(kind: ListKind): void {
    switch (kind) {
      case "tools":
        return interests.tell(changed("tools"), ({ toolsListChanged }) => toolsListChanged);
      case "prompts":
        return interests.tell(changed("prompts"), ({ promptsListChanged }) => promptsListChanged);
      case "resources":
      case "templates":
        return interests.tell(changed("resources"), ({ resourcesListChanged }) => resourcesListChanged);
    }
  }

  /** The backend for this client: the shared one, or the session's own. */
  function backendFor(shared: Backend, client: Client): Backend {
    if (!shared.config.perSession || client.session === undefined) return shared;
    const own = sessionBackend(shared, { ...client, session: client.session });
    sessions.set(own, client.session);
    return own;
  }

  function named(request: ClientRequest, isTool: boolean): RelayedCall {
    const { client, params } = request;
    const name = params?.["name"];
    if (typeof name !== "string")
      return answered(failed("invalidParams", `${request.method} needs params.name, a string`));
    const found = ownName(name, backends(), separator());
    if (
      found === undefined ||
      !mayUse(client.identity, name) ||
      (isTool && !passes(found.backend.config.tools, found.name))
    )
      return answered(
        failed("invalidParams", `there is no ${isTool ? "tool" : "prompt"} ${JSON.stringify(name)} here`),
      );
    const marked = isTool ? (offers.tool(found.backend, found.name)?.headers ?? []) : [];
    if (marked.length > 0 && client.era === "modern" && request.header !== undefined) {
      const mismatch = headerMismatch(marked, params?.["arguments"], request.header);
      if (mismatch !== undefined) return answered(failed("headerMismatch", mismatch));
    }
    return calls.send(request, {
      backend: backendFor(found.backend, client),
      subject: found.name,
      ...(found.name !== name && { members: { name: JSON.stringify(found.name) } }),
      ...(marked.length > 0 && { headers: headersFor(marked, params?.["arguments"]) }),
    });
  }

  /** Whose resource it is: who lists it, who has a template for it, or the only one that has resources at all. */
  function holderOf(uri: string): Backend | undefined {
    const holder =
      offers.holder(({ resources }) => resources.some(({ key }) => key === uri)) ??
      offers.holder(({ templates }) => templates.some(({ key }) => fitsTemplate(key, uri)));
    if (holder !== undefined) return holder;
    const able = backends().filter((backend) => Object.hasOwn(described.get(backend)?.capabilities ?? {}, "resources"));
    return able.length === 1 ? able[0] : undefined;
  }

  function located(request: ClientRequest): RelayedCall {
    const { client, params, method } = request;
    const uri = params?.["uri"];
    if (typeof uri !== "string") return answered(failed("invalidParams", `${method} needs params.uri, a string`));
    const shared = mayUse(client.identity, uri) ? holderOf(uri) : undefined;
    if (shared === undefined)
      return answered(failed("invalidParams", `there is no resource ${JSON.stringify(uri)} here`, { uri }));
    const backend = backendFor(shared, client);
    if (method === "resources/read") return calls.send(request, { backend, subject: uri });
    return subscribe(request, backend, uri, method === "resources/subscribe");
  }

  function subscribe(request: ClientRequest, backend: Backend, uri: string, begins: boolean): RelayedCall {
    const wanter = request.client.session ?? request.client.identity.subject;
    const isNews = begins ? subscriptions.want(wanter, backend, uri) : subscriptions.drop(wanter, backend, uri);
    const era = described.get(backend)?.era;
    if (isNews && era !== "modern") return calls.send(request, { backend });
    if (isNews) renewSubscriptions(backend);
    return answered({ kind: "result", text: "{}" });
  }

  function renewSubscriptions(backend: Backend): void {
    if (backend.state() !== "ready") return;
    const connection = backend.connection();
    if (!(connection instanceof Promise)) subscriptions.renew(backend, connection);
  }

  function completed(request: ClientRequest): RelayedCall {
    const ref = request.params?.["ref"] as JsonObject | undefined;
    const { name, uri } = ref ?? {};
    if (typeof name === "string") {
      const found = mayUse(request.client.identity, name) ? ownName(name, backends(), separator()) : undefined;
      if (found === undefined)
        return answered(failed("invalidParams", `there is no prompt ${JSON.stringify(name)} here`));
      const members = found.name === name ? {} : { ref: JSON.stringify({ ...ref, name: found.name }) };
      return calls.send(request, { backend: backendFor(found.backend, request.client), members });
    }
    const holder =
      typeof uri === "string"
        ? (offers.holder(({ templates }) => templates.some(({ key }) => key === uri)) ?? holderOf(uri))
        : undefined;
    if (holder === undefined)
      return answered(
        failed(
          "invalidParams",
          "completion/complete needs params.ref with the name of a prompt or the uri of a resource",
        ),
      );
    return calls.send(request, { backend: backendFor(holder, request.client) });
  }

  function setLevel({ params, client }: ClientRequest): RelayedCall {
    const level = params?.["level"];
    if (!isLogLevel(level)) return answered(failed("invalidParams", `${JSON.stringify(level)} is not a log level`));
    for (const shared of backends()) wantLevel(backendFor(shared, client), level);
    return answered({ kind: "result", text: "{}" });
  }

  /** A shared backend tells what the most curious of its clients wants; the rest is kept from the others. */
  function wantLevel(backend: Backend, level: string): void {
    const wanted = moreVerbose(level, levels.get(backend));
    if (wanted === levels.get(backend)) return;
    levels.set(backend, wanted);
    tellLevel(backend);
  }

  function tellLevel(backend: Backend): void {
    const level = levels.get(backend);
    const server = described.get(backend);
    if (level === undefined || server?.era !== "legacy" || !Object.hasOwn(server.capabilities, "logging")) return;
    if (backend.state() !== "ready") return;
    const connection = backend.connection();
    if (!(connection instanceof Promise))
      connection.request({ method: "logging/setLevel", params: JSON.stringify({ level }) });
  }

  function otherwise(request: ClientRequest): RelayedCall {
    const [only] = backends();
    if (!isAlone() || only === undefined || isRemoved(request))
      return answered(failed("methodNotFound", `the method ${JSON.stringify(request.method)} is not known here`));
    return calls.send(request, { backend: backendFor(only, request.client) });
  }

  function route(incoming: ClientRequest): RelayedCall {
    const kind = Object.hasOwn(listOf, incoming.method) ? listOf[incoming.method] : undefined;
    if (kind !== undefined) return answered(lists.answer(incoming, kind));
    if (isRemoved(incoming)) return otherwise(incoming);
    wantRequestLevel(incoming);
    switch (incoming.method) {
      case "tools/call":
        return named(incoming, true);
      case "prompts/get":
        return named(incoming, false);
      case "resources/read":
      case "resources/subscribe":
      case "resources/unsubscribe":
        return located(incoming);
      case "completion/complete":
        return completed(incoming);
      case "logging/setLevel":
        return setLevel(incoming);
      default:
        return otherwise(incoming);
    }
  }

  /** A modern request may ask for log messages; a legacy backend is told once by setLevel. */
  function wantRequestLevel({ client, params }: ClientRequest): void {
    const level = client.era === "modern" ? logLevelOf(params) : undefined;
    if (level !== undefined) for (const backend of backends()) wantLevel(backend, level);
  }

  function notified(backend: Backend, notification: Call): void {
    const { method } = notification;
    const kinds = changedKinds(method);
    if (kinds !== undefined) {
      const session = sessions.get(backend);
      if (session !== undefined) return interests.tell(notification, ({ client }) => client.session === session);
      const connection = backend.state() === "ready" ? backend.connection() : undefined;
      if (connection !== undefined && !(connection instanceof Promise)) void offers.refresh(backend, connection);
      return;
    }
    if (method === "notifications/resources/updated") {
      const { uri } = JSON.parse(notification.params ?? "{}") as { uri?: unknown };
      return interests.tell(
        notification,
        ({ resources, client }) => typeof uri === "string" && resources.has(uri) && mayUse(client.identity, uri),
      );
    }
    tellOwner(backend, notification);
  }

  /** A message that may hold what only one client may see. */
  function tellOwner(backend: Backend, notification: Call): void {
    const level = levelOf(notification);
    const session = sessions.get(backend);
    const sole = calls.sole(backend);
    if (sole === "several")
      return log.debug(
        { backend: backend.name, method: notification.method },
        "a message of a backend is dropped: nothing tells to which client it belongs",
      );
    if (sole !== undefined) {
      const wanted = sole.request.client.era === "modern" ? logLevelOf(sole.request.params) : "debug";
      if (level === undefined || (wanted !== undefined && isWanted(level, wanted)))
        sole.request.onNotification(notification);
      return;
    }
    interests.tell(
      notification,
      ({ client, logLevel }) =>
        client.era === "legacy" &&
        (session === undefined || client.session === session) &&
        (level === undefined ? session !== undefined : logLevel !== undefined && isWanted(level, logLevel)),
    );
  }

  async function asked(backend: Backend, call: Call): Promise<Outcome> {
    const sole = calls.sole(backend);
    if (sole !== undefined && sole !== "several") {
      if (sole.ask !== undefined) return sole.ask(call);
      return failed("internalError", "the client of this call cannot be asked");
    }
    const session = sessions.get(backend);
    const askable = session === undefined ? undefined : interests.askable(session);
    if (askable?.onRequest !== undefined) return askable.onRequest(call);
    log.warn(
      { backend: backend.name, method: call.method },
      sole === "several"
        ? "a backend asks while calls of several clients run there, and nothing tells which of them it means: set perSession for it"
        : "a backend asks while no client's call runs there: set perSession for it if it needs its client between calls",
    );
    return failed("internalError", "the proxy cannot tell which client is asked");
  }

  return {
    request: route,
    describe: ({ era }) => describe(era),
    notify(client, notification) {
      // Only a backend of the client's own can make use of what one client says.
      for (const shared of backends()) {
        if (!shared.config.perSession || client.session === undefined) continue;
        const own = backendFor(shared, client);
        const connection = own.state() === "ready" ? own.connection() : undefined;
        if (connection !== undefined && !(connection instanceof Promise)) connection.notify(notification);
      }
    },
    listen(interest: Interest) {
      const end = interests.add(interest);
      if (interest.client.era === "legacy") return end;
      const wanter = Symbol("listen");
      const wanted = [...interest.resources].flatMap((uri) => {
        const backend = holderOf(uri);
        return backend !== undefined && subscriptions.want(wanter, backend, uri) ? [{ backend, uri }] : [];
      });
      for (const { backend } of wanted) renewSubscriptions(backend);
      return () => {
        end();
        forget(wanter);
      };
    },
    endSession(session) {
      forget(session);
      options.endSession(session);
    },
    events: {
      onReady(backend, connection) {
        described.set(backend, connection);
        tellLevel(backend);
        subscriptions.renew(backend, connection);
        if (!sessions.has(backend)) void offers.refresh(backend, connection);
      },
      onDown() {
        // Its lists stay: calls say that it is down, and it comes back as it was.
      },
      onNotification: notified,
      onRequest: asked,
    },
    isListed: (backend) => offers.isListed(backend),
    offered(backend) {
      const { tools, prompts, resources } = offers.of(backend);
      const problem = offers.problem(backend);
      return {
        tools: tools.length,
        prompts: prompts.length,
        resources: resources.length,
        ...(problem !== undefined && { problem }),
      };
    },
  };

  function forget(wanter: string | symbol): void {
    for (const { backend, uri } of subscriptions.dropAll(wanter)) {
      if (backend.state() !== "ready") continue;
      const connection = backend.connection();
      if (connection instanceof Promise) continue;
      if (connection.era === "legacy")
        connection.request({ method: "resources/unsubscribe", params: JSON.stringify({ uri }) });
      else subscriptions.renew(backend, connection);
    }
  }
}

const answered = (outcome: Outcome): RelayedCall => ({ outcome, cancel: () => {}, backend: undefined });

const changed = (what: string): Call => ({ method: `notifications/${what}/list_changed`, params: undefined });

/** What 2026-07-28 took out of the protocol; a modern client never gets an answer to it. */
const isRemoved = ({ client, method }: ClientRequest): boolean =>
  client.era === "modern" &&
  ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"].includes(method);

/** The log level that a modern request asks for. */
function logLevelOf(params: JsonObject | undefined): string | undefined {
  const level = (params?.["_meta"] as JsonObject | undefined)?.["io.modelcontextprotocol/logLevel"];
  return isLogLevel(level) ? level : undefined;
}

/** Of a log message; undefined for any other notification. */
const levelOf = ({ method, params }: Call): unknown =>
  method === "notifications/message" ? (JSON.parse(params ?? "{}") as JsonObject)["level"] : undefined;
