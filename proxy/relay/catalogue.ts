import { isRecord } from "../../policies/record.ts";
import type { BaseLogger } from "pino";
import { passes } from "../access/name-filter.ts";
import type { Backend } from "../backends/backend.ts";
import type { Connection } from "../backends/connection.ts";
import type { JsonObject, JsonText } from "../message.ts";
import { parameterHeaders, type ParameterHeader } from "./parameter-headers.ts";
import { itemsOf, membersOf, textAt } from "./splice.ts";

export const listKinds = ["tools", "prompts", "resources", "templates"] as const;
export type ListKind = (typeof listKinds)[number];

/** Something that a backend offers. */
export interface Offered {
  /** Its name, URI or URI template, as the backend calls it. */
  readonly key: string;
  readonly text: JsonText;
  /** Arguments that a modern client repeats in headers. */
  readonly headers?: readonly ParameterHeader[];
}

export type Offer = Readonly<Record<ListKind, readonly Offered[]>>;

export const emptyOffer: Offer = { tools: [], prompts: [], resources: [], templates: [] };

interface ListMethod {
  readonly method: string;
  readonly member: string;
  readonly key: string;
  /** The capability that promises the method. */
  readonly capability: string;
}

export const listMethods: Readonly<Record<ListKind, ListMethod>> = {
  tools: { method: "tools/list", member: "tools", key: "name", capability: "tools" },
  prompts: { method: "prompts/list", member: "prompts", key: "name", capability: "prompts" },
  resources: { method: "resources/list", member: "resources", key: "uri", capability: "resources" },
  templates: {
    method: "resources/templates/list",
    member: "resourceTemplates",
    key: "uriTemplate",
    capability: "resources",
  },
};

/** A backend whose list never ends would fill the memory. */
const maxItems = 100_000;

/** A list could not be read; the message says whose and why. */
export class ListFailed extends Error {
  override readonly name = "ListFailed";
}

/** Everything that a backend offers, all pages. Throws ListFailed. */
export async function readOffer(
  backend: Backend,
  connection: Connection,
  request: (call: { method: string; cursor: string | undefined }) => Promise<JsonText>,
  log: BaseLogger,
): Promise<Offer> {
  const lists = await Promise.all(
    listKinds.map(async (kind) => {
      const { capability } = listMethods[kind];
      if (!Object.hasOwn(connection.capabilities, capability)) return [];
      try {
        return await readList(backend, kind, request, log);
      } catch (error) {
        // Servers that have resources but no templates often do not know the method.
        if (kind === "templates" && error instanceof ListFailed) return [];
        throw error;
      }
    }),
  );
  return Object.fromEntries(listKinds.map((kind, index) => [kind, lists[index] ?? []])) as unknown as Offer;
}

async function readList(
  backend: Backend,
  kind: ListKind,
  request: (call: { method: string; cursor: string | undefined }) => Promise<JsonText>,
  log: BaseLogger,
): Promise<readonly Offered[]> {
  const { method, member, key } = listMethods[kind];
  const offered = new Map<string, Offered>();
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const text = await request({ method, cursor });
    const value = JSON.parse(text) as JsonObject;
    const list = value[member];
    if (!Array.isArray(list)) throw new ListFailed(`${backend.name} answered ${method} without the list "${member}"`);
    const span = membersOf(text).get(member)!;
    for (const [index, place] of itemsOf(text, span.start).entries()) {
      const item = list[index] as unknown;
      const name = isRecord(item) ? item[key] : undefined;
      if (typeof name !== "string") {
        log.warn({ backend: backend.name, method, index }, `an entry of the list has no "${key}" and is left out`);
      } else if (offered.has(name)) {
        log.warn({ backend: backend.name, method, [key]: name }, "an entry stands twice in the list: the first counts");
      } else if (kind !== "tools" || passes(backend.config.tools, name)) {
        offered.set(name, offer(name, textAt(text, place), kind, item as JsonObject));
      }
    }
    if (offered.size > maxItems) throw new ListFailed(`${backend.name} lists more than ${maxItems} ${kind}`);
    const next = value["nextCursor"];
    cursor = typeof next === "string" ? next : undefined;
    if (cursor !== undefined && cursors.has(cursor))
      throw new ListFailed(`${backend.name} answered ${method} with the same cursor twice`);
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return [...offered.values()];
}

function offer(key: string, text: JsonText, kind: ListKind, item: JsonObject): Offered {
  const headers = kind === "tools" ? parameterHeaders(item["inputSchema"]) : [];
  return headers.length === 0 ? { key, text } : { key, text, headers };
}
