import { valueAt } from "../../policies/path.ts";
import { isRecord } from "../../policies/record.ts";
import { programError } from "../errors.ts";
import type { ApiServer } from "./api-server.ts";
import type { ServedKind } from "./discover.ts";

/** Half of what kubectl asks for at a time: a page is held twice, as text and as objects. */
const pageSize = 250;
/** A list that expires each time is one that is read more slowly than the server forgets. */
const mostAttempts = 3;

export interface Listing<T> {
  readonly kept: readonly T[];
  /** Why the list could not be read: the server's words. */
  readonly refused: string | undefined;
}

export interface ListOptions {
  /** Undefined: of all namespaces, or of a kind that has none. */
  readonly namespace: string | undefined;
  /** A label selector, as kubectl takes it. */
  readonly selector: string | undefined;
  readonly note: (text: string) => void;
}

type Item = Readonly<Record<string, unknown>>;

/**
 * Lists the objects of a kind page by page and keeps what `keep` makes of each, so that no more than a page is held of what
 * is not needed. A list that the server has forgotten meanwhile (410) is begun again, with nothing kept of the first.
 */
export async function listObjects<T>(
  api: ApiServer,
  kind: ServedKind,
  { namespace, selector, note }: ListOptions,
  keep: (item: Item) => T | undefined,
): Promise<Listing<T>> {
  const path = pathOf(kind, namespace);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const kept: T[] = [];
    let next = "";
    do {
      const query = new URLSearchParams({
        limit: String(pageSize),
        ...(selector !== undefined && { labelSelector: selector }),
        ...(next !== "" && { continue: next }),
      });
      const { status, body, message } = await api.get(`${path}?${query.toString()}`);
      if (status === 403) return { kept, refused: message };
      // Deleted since it was discovered, as a custom resource can be.
      if (status === 404) return { kept: [], refused: undefined };
      if (status === 410) {
        note(`the list of ${kind.resource} expired while it was read and is read again`);
        break;
      }
      const items = isRecord(body) ? body["items"] : undefined;
      if (status !== 200 || !Array.isArray(items))
        throw programError("cluster-refused", api.server, path, message === "" ? "its answer is no list" : message);
      for (const item of items) {
        const value = isRecord(item) ? keep(item) : undefined;
        if (value !== undefined) kept.push(value);
      }
      const token = valueAt(body, ["metadata", "continue"]);
      next = typeof token === "string" ? token : "";
      if (next === "") return { kept, refused: undefined };
    } while (next !== "");
  }
  throw programError("cluster-refused", api.server, path, `the list expired ${mostAttempts} times while it was read`);
}

function pathOf({ apiVersion, resource }: ServedKind, namespace: string | undefined): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined
    ? `${root}/${resource}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}
