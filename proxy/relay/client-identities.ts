import { modernVersion, type JsonObject, type JsonText } from "../message.ts";
import type { Client } from "./relay.ts";

/** The `_meta` members that every request of the modern era has. */
export const modernIdentity = ({
  info,
  capabilities,
}: Pick<Client, "info" | "capabilities">): Readonly<Record<string, JsonText>> => ({
  "io.modelcontextprotocol/protocolVersion": JSON.stringify(modernVersion),
  "io.modelcontextprotocol/clientInfo": info,
  "io.modelcontextprotocol/clientCapabilities": JSON.stringify(capabilities),
});

/** Who a client is, as members of `_meta` and as the text between its braces. */
export interface ClientIdentity {
  readonly members: Readonly<Record<string, JsonText>>;
  readonly text: JsonText;
}

/**
 * What modern backends are told of legacy clients in each request. A session's client says it once, so it is written
 * once: each time anew it took 2 us a call.
 */
export class ClientIdentities {
  /** By what a session's client keeps while its roles change. */
  readonly #known = new WeakMap<JsonObject, ClientIdentity & Pick<Client, "info">>();

  of(client: Pick<Client, "info" | "capabilities">): ClientIdentity {
    const { info, capabilities } = client;
    const known = this.#known.get(capabilities);
    if (known?.info === info) return known;
    const members = modernIdentity(client);
    const text = Object.entries(members)
      .map(([key, value]) => `${JSON.stringify(key)}:${value}`)
      .join(",");
    const identity = { members, text, info };
    this.#known.set(capabilities, identity);
    return identity;
  }
}
