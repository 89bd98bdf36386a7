import { modernVersion, type Era, type JsonText } from "../message.ts";
import type { Client, ClientRequest } from "./relay.ts";
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
  { text, client }: Pick<ClientRequest, "text" | "client">,
  era: Era,
  { members = {}, progressToken, traceparent }: ParamChanges,
): JsonText | undefined {
  const found = membersOf(text).get("params");
  const params = found === undefined ? undefined : textAt(text, found);
  const added = {
    ...identityMembers(client, era),
    progressToken: progressToken === undefined ? undefined : String(progressToken),
    traceparent: traceparent === undefined ? undefined : JSON.stringify(traceparent),
  };
  if (Object.values(added).every((value) => value === undefined))
    return Object.keys(members).length === 0 ? params : withMembers(params ?? "{}", members);
  const meta = params === undefined ? undefined : membersOf(params).get("_meta");
  const metaText = meta === undefined || params![meta.start] !== "{" ? "{}" : textAt(params!, meta);
  return withMembers(params ?? "{}", { ...members, _meta: withMembers(metaText, added) });
}

/** A request of the modern era tells who asks; a legacy client said it once, in `initialize`. */
function identityMembers(client: Client, era: Era): Record<string, JsonText> {
  if (era === "legacy" || client.era === "modern") return {};
  return modernIdentity(client);
}

/** The `_meta` members that every request of the modern era has. */
export const modernIdentity = ({
  info,
  capabilities,
}: Pick<Client, "info" | "capabilities">): Record<string, JsonText> => ({
  "io.modelcontextprotocol/protocolVersion": JSON.stringify(modernVersion),
  "io.modelcontextprotocol/clientInfo": info,
  "io.modelcontextprotocol/clientCapabilities": JSON.stringify(capabilities),
});
