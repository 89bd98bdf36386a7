import { modernVersion, type JsonText } from "../../message.ts";
import type { Client, Relay } from "../../relay/relay.ts";

/** Backends come and go, and with them what can be done: nobody should believe it for long. */
const believeMs = 5000;

/** The result of `server/discover`. */
export function discover(client: Client, relay: Relay): JsonText {
  const { capabilities, serverInfo, instructions } = relay.describe(client);
  const more = instructions === undefined ? "" : `,"instructions":${JSON.stringify(instructions)}`;
  // Private: what a client may see depends on who it is.
  return (
    `{"resultType":"complete","supportedVersions":["${modernVersion}"],"capabilities":${capabilities}${more},` +
    `"ttlMs":${believeMs},"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":${serverInfo}}}`
  );
}
