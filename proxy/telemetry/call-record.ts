import type { JsonObject } from "../message.ts";
import type { Client } from "../relay/relay.ts";

/**
 * - `ok`: a result. `error`: a JSON-RPC error of the backend or for it (it is down, it does not know the tool).
 * - `denied`: by the access rules or the config's filters. `cancelled`: by the client.
 * - `refused`: came while the proxy leaves and was never dispatched. `cut`: was dispatched, but the proxy could not wait.
 */
export type CallOutcome = "ok" | "error" | "denied" | "cancelled" | "refused" | "cut";

/** One request of a client and its end; the front hands it to the audit and the metrics. */
export interface CallRecord {
  readonly client: Pick<Client, "era" | "identity" | "session">;
  readonly method: string;
  /** Of the tool, prompt or resource, as the client calls it. */
  readonly name: string | undefined;
  readonly backend: string | undefined;
  readonly outcome: CallOutcome;
  readonly seconds: number;
  /** What the tool or prompt was called with. */
  readonly arguments: unknown;
}

/** Of a tool or prompt, or a resource's URI. */
export function nameOf(params: JsonObject | undefined): string | undefined {
  const name = params?.["name"] ?? params?.["uri"];
  return typeof name === "string" ? name.slice(0, longestName) : undefined;
}

/** What a client made up may be as long as a message; a line of the audit, or the last words of the pod, may not. */
export const longestName = 256;
