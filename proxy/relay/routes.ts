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
import { membersOf, refuseLookalikes } from "./splice.ts";
import type { Subscriptions } from "./subscriptions.ts";
import { sharesTasks } from "./tasks.ts";
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
  /** No access rule is set. */
  readonly isShared: () => boolean;
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
    const nothing = (): Outcome =>
      failed("invalidParams", `there is no ${isTool ? "tool" : "prompt"} ${JSON.stringify(name)} here`);
    if (found === undefined) return answered(nothing());
    if (!mayUse(client.identity, name) || (isTool && !passes(found.backend.config.tools, found.name)))
      return denied(nothing());
    const marked = isTool ? (offers.tool(found.backend, found.name)?.headers ?? []) : [];
    // The headers were judged by the last of two arguments; a backend may read the first.
    if (marked.length > 0) refuseTwice(request, "arguments");
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
    const nothing = failed("invalidParams", `there is no resource ${JSON.stringify(uri)} here`, { uri });
    if (!mayUse(client.identity, uri)) return denied(nothing);
    const shared = offers.holderOf(uri, upstreams);
    if (shared === undefined) return answered(nothing);
    if (method === "resources/read") return this.#send(request, shared, { subject: uri });
    const backend = upstreams.forClient(shared, client);
    const wanter = client.session ?? client.identity.subject;
    const drop = (): void => subscriptions.drop(wanter, backend, uri);
    if (method === "resources/subscribe")
      return { outcome: subscriptions.want(wanter, backend, uri), cancel: drop, backend: backend.name };
    drop();
    return answered({ kind: "result", text: "{}" });
  }

  #completed(request: ClientRequest): RelayedCall {
    const { mayUse, upstreams, offers, separator } = this.#options;
    const { identity } = request.client;
    const ref = request.params?.["ref"] as JsonObject | undefined;
    // By the type, as the backend does: the other member may name what this client must not use.
    const { type, name, uri } = ref ?? {};
    if (type === "ref/prompt" && typeof name === "string" && uri === undefined) {
      const nothing = failed("invalidParams", `there is no prompt ${JSON.stringify(name)} here`);
      if (!mayUse(identity, name)) return denied(nothing);
      const found = ownName(name, upstreams.all(), separator());
      if (found === undefined) return answered(nothing);
      refuseTwice(request, "ref");
      return this.#send(request, found.backend, {
        ...(found.name !== name && { members: { ref: JSON.stringify({ ...ref, name: found.name }) } }),
      });
    }
    if (type === "ref/resource" && typeof uri === "string" && name === undefined) {
      const nothing = failed("invalidParams", `there is no resource ${JSON.stringify(uri)} here`);
      if (!mayUse(identity, uri)) return denied(nothing);
      const holder = offers.holderOf(uri, upstreams);
      refuseTwice(request, "ref");
      return holder === undefined ? answered(nothing) : this.#send(request, holder, {});
    }
    return answered(
      failed(
        "invalidParams",
        'completion/complete needs params.ref: {"type":"ref/prompt","name":…} or {"type":"ref/resource","uri":…}',
      ),
    );
  }

  #setLevel({ params, client }: ClientRequest): RelayedCall {
    const { upstreams } = this.#options;
    const level = params?.["level"];
    if (!isLogLevel(level)) return answered(failed("invalidParams", `${JSON.stringify(level)} is not a log level`));
    for (const shared of upstreams.all()) upstreams.wantLevel(upstreams.forClient(shared, client), level);
    return answered({ kind: "result", text: "{}" });
  }

  /** A method of an extension means something to the only backend, if there is only one. No access rule can judge it. */
  #otherwise(request: ClientRequest): RelayedCall {
    const { upstreams, isAlone, isShared } = this.#options;
    const [only] = upstreams.all();
    if (!isAlone() || only === undefined) return unknownMethod(request.method);
    if (!isShared()) return { ...unknownMethod(request.method), isDenied: true };
    if (request.method.startsWith("tasks/") && sharesTasks(request.client, only))
      return { ...notOnesOwn, isDenied: true };
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

const denied = (outcome: Outcome): RelayedCall => ({ ...answered(outcome), isDenied: true });

/** Throws DuplicateMember where a member of this object of the params stands twice: we have read the last. */
function refuseTwice({ paramsText = "{}" }: ClientRequest, member: string): void {
  const span = membersOf(paramsText).get(member);
  const object = span === undefined || paramsText[span.start] !== "{" ? undefined : membersOf(paramsText, span.start);
  if (object !== undefined && member === "ref") refuseLookalikes(object, refMembers);
}

const refMembers: ReadonlySet<string> = new Set(["type", "name", "uri"]);

const notOnesOwn = answered(
  failed(
    "methodNotFound",
    "tasks are not offered here: the server would show everybody's to everybody (perSession gives each session its own server)",
  ),
);

const unknownMethod = (method: string): RelayedCall =>
  answered(failed("methodNotFound", `the method ${JSON.stringify(method)} is not known here`));
