import type { Outcome } from "../../message.ts";
import type { ClientRequestMessage } from "../client-message.ts";

/** What a client has asked to hear of. */
interface SessionState {
  readonly resources: Set<string>;
  logLevel: string | undefined;
}

/**
 * What a request changes in its session once it is answered: subscriptions and the log level are the session's own, beside
 * what backends make of them.
 */
export function applyToSession(
  { method, params }: ClientRequestMessage,
  outcome: Outcome,
  session: SessionState,
): void {
  if (outcome.kind === "error") return;
  const { uri, level } = params ?? {};
  if (method === "resources/subscribe" && typeof uri === "string") session.resources.add(uri);
  if (method === "resources/unsubscribe" && typeof uri === "string") session.resources.delete(uri);
  if (method === "logging/setLevel" && typeof level === "string") session.logLevel = level;
}
