import type { JsonText } from "../message.ts";

/** So many entries a page: 10,000 tools of 1 kB in one message are more than many clients take. */
const pageSize = 1000;

/** One page of a list: entries from the cursor on. Undefined for a cursor that is none of ours. */
export function pageOf(
  entries: readonly JsonText[],
  cursor: unknown,
): { readonly entries: readonly JsonText[]; readonly nextCursor: string | undefined } | undefined {
  const start = cursor === undefined ? 0 : offsetOf(cursor);
  if (start === undefined || start > entries.length) return undefined;
  const end = start + pageSize;
  return { entries: entries.slice(start, end), nextCursor: end < entries.length ? `from-${end}` : undefined };
}

function offsetOf(cursor: unknown): number | undefined {
  const digits = typeof cursor === "string" ? /^from-(\d{1,9})$/.exec(cursor)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/** How long a modern client may keep what it was told, in milliseconds: lists change when a backend comes or goes. */
const listTtlMs = 5000;

/** The members that the modern era wants of each list. An access rule makes a list its reader's own. */
export const cacheMembers = (isShared: boolean): string =>
  `"ttlMs":${listTtlMs},"cacheScope":"${isShared ? "public" : "private"}"`;
