import type { Identity } from "../access/identity.ts";
import type { JsonText, Outcome } from "../message.ts";
import { listMethods, type ListKind } from "./catalogue.ts";
import { cacheMembers, pageOf } from "./list-result.ts";
import { exposedName } from "./names.ts";
import type { Offers } from "./offers.ts";
import type { ClientRequest } from "./relay.ts";
import { failed } from "./rpc-error.ts";
import { withMembers } from "./splice.ts";
import type { Upstreams } from "./upstreams.ts";

export interface ListsOptions {
  readonly offers: Offers;
  readonly upstreams: Upstreams;
  readonly separator: () => string;
  /** By the name as clients see it, or by URI. */
  readonly mayUse: (identity: Identity, name: string) => boolean;
  /** No access rule is set: all see the same. */
  readonly isShared: () => boolean;
  readonly serverInfo: () => JsonText;
}

/** So many different views of the lists are kept: one a set of roles and kind. */
const maxViews = 64;

/** Answers list requests out of what is known of the backends. */
export class Lists {
  readonly #options: ListsOptions;
  readonly #views = new Map<string, readonly JsonText[]>();
  #generation = -1;

  constructor(options: ListsOptions) {
    this.#options = options;
  }

  answer({ client, params }: ClientRequest, kind: ListKind): Outcome {
    const { isShared, serverInfo } = this.#options;
    const page = pageOf(this.#entries(kind, client.identity), params?.["cursor"]);
    if (page === undefined) return failed("invalidParams", "this cursor is not one of ours: begin the list again");
    const { member } = listMethods[kind];
    const next = page.nextCursor === undefined ? "" : `,"nextCursor":${JSON.stringify(page.nextCursor)}`;
    const modern =
      client.era === "legacy"
        ? ""
        : `"resultType":"complete",${cacheMembers(isShared())},"_meta":{"io.modelcontextprotocol/serverInfo":${serverInfo()}},`;
    return { kind: "result", text: `{${modern}"${member}":[${page.entries.join(",")}]${next}}` };
  }

  #entries(kind: ListKind, identity: Identity): readonly JsonText[] {
    const { offers, isShared } = this.#options;
    if (this.#generation !== offers.generation()) this.#views.clear();
    this.#generation = offers.generation();
    const view = isShared() ? kind : `${kind} ${[...identity.roles].sort().join(" ")}`;
    const known = this.#views.get(view);
    if (known !== undefined) return known;
    const entries = this.#collect(kind, identity);
    if (this.#views.size >= maxViews) this.#views.clear();
    this.#views.set(view, entries);
    return entries;
  }

  #collect(kind: ListKind, identity: Identity): readonly JsonText[] {
    const { offers, upstreams, separator, mayUse } = this.#options;
    const isNamed = listMethods[kind].key === "name";
    const seen = new Set<string>();
    const entries: JsonText[] = [];
    for (const backend of upstreams.all())
      for (const { key, text } of offers.of(backend)[kind]) {
        const name = isNamed ? exposedName(backend.name, key, separator()) : key;
        // Two backends with one URI: the first in the config wins.
        if (seen.has(name) || !mayUse(identity, name)) continue;
        seen.add(name);
        entries.push(name === key ? text : withMembers(text, { name: JSON.stringify(name) }));
      }
    return entries;
  }
}
