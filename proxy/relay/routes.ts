import type { Identity } from "../access/identity.ts";
import { passes } from "../access/name-filter.ts";
import type { Backend } from "../backends/backend.ts";
import type { JsonObject, Outcome } from "../message.ts";
import type { Calls } from "./calls.ts";
import type { ListKind } from "./catalogue.ts";
import type { Lists } from "./lists.ts";
import { isLogLevel, logLevelOf } from "./log-level.ts";
import { ownName } from "./names.ts";
import type { Offers } from "./offers.ts";
import { headerMismatch, headersFor } from "./parameter-headers.ts";
import type { ClientRequest, RelayedCall } from "./relay.ts";
import { failed } from "./rpc-error.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Upstreams } from "./upstreams.ts";

export interface RoutesOptions {
  readonly upstreams: Upstreams;
  readonly offers: Offers;
  readonly lists: Lists;
  readonly calls: Calls;
  readonly subscriptions: Subscriptions;
  readonly separator: () => string;
  readonly isAlone: () => boolean;
  /** By the name as clients see it, or by URI. */
  readonly mayUse: (identity: Identity, name: string) => boolean;
}

const listOf: Readonly<Record<string, ListKind>> = {
  "tools/list": "tools",
  "prompts/list": "prompts",
  "resources/list": "resources",
  "resources/templates/list": "templates",
};

/** 2026-07-28 took them out of the protocol: to a modern client they are unknown. */
const removed = new Set(["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"]);

/** Where each request goes. */
export class Routes {
  readonly #options: RoutesOptions;

  constructor(options: RoutesOptions) {
    this.#options = options;
  }

  route(request: ClientRequest): RelayedCall {
    try {
      return this.#route(request);
    } catch (error) {
      return answered(this.#options.calls.failure(error));
    }
  }

  #route(request: ClientRequest): RelayedCall {
    const { method, client } = request;
    const kind = Object.hasOwn(listOf, method) ? listOf[method] : undefined;
    if (kind !== undefined) return answered(this.#options.lists.answer(request, kind));
    if (client.era === "modern" && removed.has(method)) return unknownMethod(method);
    switch (method) {
      case "tools/call":
      case "prompts/get":
        return this.#named(request, method === "tools/call");
      case "resources/read":
      case "resources/subscribe":
      case "resources/unsubscribe":
        return this.#located(request);
      case "completion/complete":
        return this.#completed(request);
      case "logging/setLevel":
        return this.#setLevel(request);
      default:
        return this.#otherwise(request);
    }
  }

  #named(request: ClientRequest, isTool: boolean): RelayedCall {
    const { separator, mayUse, upstreams, offers } = this.#options;
    const { client, params } = request;
    const name = params?.["name"];
    if (typeof name !== "string")
      return answered(failed("invalidParams", `${request.method} needs params.name, a string`));
    const found = ownName(name, upstreams.all(), separator());
    const isOffered = found !== undefined && (!isTool || passes(found.backend.config.tools, found.name));
    if (!isOffered || !mayUse(client.identity, name))
      return answered(
        failed("invalidParams", `there is no ${isTool ? "tool" : "prompt"} ${JSON.stringify(name)} here`),
      );
    const marked = isTool ? (offers.tool(found.backend, found.name)?.headers ?? []) : [];
    if (marked.length > 0 && client.era === "modern" && request.header !== undefined) {
      const mismatch = headerMismatch(marked, params?.["arguments"], request.header);
      if (mismatch !== undefined) return answered(failed("headerMismatch", mismatch));
    }
    return this.#send(request, found.backend, {
      subject: found.name,
      ...(found.name !== name && { members: { name: JSON.stringify(found.name) } }),
      ...(marked.length > 0 && { headers: headersFor(marked, params?.["arguments"]) }),
    });
  }

  #located(request: ClientRequest): RelayedCall {
    const { mayUse, upstreams, offers, subscriptions } = this.#options;
    const { client, params, method } = request;
    const uri = params?.["uri"];
    if (typeof uri !== "string") return answered(failed("invalidParams", `${method} needs params.uri, a string`));
    const shared = mayUse(client.identity, uri) ? offers.holderOf(uri, upstreams) : undefined;
    if (shared === undefined)
      return answered(failed("invalidParams", `there is no resource ${JSON.stringify(uri)} here`, { uri }));
    if (method === "resources/read") return this.#send(request, shared, { subject: uri });
    const backend = upstreams.forClient(shared, client);
    const wanter = client.session ?? client.identity.subject;
    if (method === "resources/subscribe") subscriptions.want(wanter, backend, uri);
    else subscriptions.drop(wanter, backend, uri);
    return answered({ kind: "result", text: "{}" });
  }

  #completed(request: ClientRequest): RelayedCall {
    const { mayUse, upstreams, offers, separator } = this.#options;
    const ref = request.params?.["ref"] as JsonObject | undefined;
    const { name, uri } = ref ?? {};
    if (typeof name === "string") {
      const found = mayUse(request.client.identity, name) ? ownName(name, upstreams.all(), separator()) : undefined;
      if (found === undefined)
        return answered(failed("invalidParams", `there is no prompt ${JSON.stringify(name)} here`));
      return this.#send(request, found.backend, {
        ...(found.name !== name && { members: { ref: JSON.stringify({ ...ref, name: found.name }) } }),
      });
    }
    const holder =
      typeof uri === "string" && mayUse(request.client.identity, uri) ? offers.holderOf(uri, upstreams) : undefined;
    if (holder !== undefined) return this.#send(request, holder, {});
    return answered(
      failed("invalidParams", "completion/complete needs params.ref: the name of a prompt, or the URI of a resource"),
    );
  }

  #setLevel({ params, client }: ClientRequest): RelayedCall {
    const { upstreams } = this.#options;
    const level = params?.["level"];
    if (!isLogLevel(level)) return answered(failed("invalidParams", `${JSON.stringify(level)} is not a log level`));
    for (const shared of upstreams.all()) upstreams.wantLevel(upstreams.forClient(shared, client), level);
    return answered({ kind: "result", text: "{}" });
  }

  /** A method of an extension means something to the only backend, if there is only one. */
  #otherwise(request: ClientRequest): RelayedCall {
    const [only] = this.#options.upstreams.all();
    if (!this.#options.isAlone() || only === undefined) return unknownMethod(request.method);
    return this.#send(request, only, {});
  }

  #send(
    request: ClientRequest,
    shared: Backend,
    destination: Omit<Parameters<Calls["send"]>[1], "backend">,
  ): RelayedCall {
    const { upstreams, calls } = this.#options;
    const backend = upstreams.forClient(shared, request.client);
    const level = request.client.era === "modern" ? logLevelOf(request.params) : undefined;
    if (level !== undefined) upstreams.wantLevel(backend, level);
    return calls.send(request, { ...destination, backend });
  }
}

const answered = (outcome: Outcome): RelayedCall => ({ outcome, cancel: () => {}, backend: undefined });

const unknownMethod = (method: string): RelayedCall =>
  answered(failed("methodNotFound", `the method ${JSON.stringify(method)} is not known here`));
