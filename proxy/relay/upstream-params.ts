import type { Era, JsonText } from "../message.ts";
import type { ClientIdentities } from "./client-identities.ts";
import type { ClientRequest } from "./relay.ts";
import { membersOf, textAt, withMembers } from "./splice.ts";

/** What changes between the params of a client and those that its backend gets. */
export interface ParamChanges {
  /** Texts of members of `params`, e.g. the own name of a tool. */
  readonly members?: Readonly<Record<string, JsonText | undefined>> | undefined;
  readonly progressToken: number | undefined;
  readonly traceparent: string | undefined;
}

/** The params of a request for a backend of an era, made of the client's own text. */
export function upstreamParams(
  { paramsText, client }: Pick<ClientRequest, "paramsText" | "client">,
  era: Era,
  { members, progressToken, traceparent }: ParamChanges,
  identities: ClientIdentities,
): JsonText | undefined {
  // A request of the modern era tells who asks; a legacy client said it once, in `initialize`.
  const identity = era === "modern" && client.era === "legacy" ? identities.of(client) : undefined;
  const params = paramsText ?? "{}";
  if (identity === undefined && progressToken === undefined && traceparent === undefined)
    return members === undefined ? paramsText : withMembers(params, members);
  const added = {
    progressToken: progressToken === undefined ? undefined : String(progressToken),
    traceparent: traceparent === undefined ? undefined : JSON.stringify(traceparent),
  };
  const found = membersOf(params);
  const meta = found.get("_meta");
  if (meta !== undefined && params[meta.start] === "{") {
    const _meta = withMembers(textAt(params, meta), { ...identity?.members, ...added });
    return withMembers(params, { ...members, _meta }, found);
  }
  const parts = [
    ...(identity === undefined ? [] : [identity.text]),
    ...Object.entries(added).flatMap(([key, value]) => (value === undefined ? [] : [`"${key}":${value}`])),
  ];
  return withMembers(params, { ...members, _meta: `{${parts.join(",")}}` }, found);
}
