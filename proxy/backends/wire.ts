import type { Call, JsonText, Outcome } from "../message.ts";

/** A request as JSON-RPC 2.0. Ids to backends are numbers, unique in their connection. */
export const requestText = (id: number, { method, params }: Call): JsonText =>
  `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)}${params === undefined ? "" : `,"params":${params}`}}`;

export const notificationText = ({ method, params }: Call): JsonText =>
  `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${params === undefined ? "" : `,"params":${params}`}}`;

/** `id` is the text of the id as the backend wrote it. */
export const answerText = (id: JsonText, { kind, text }: Outcome): JsonText =>
  `{"jsonrpc":"2.0","id":${id},"${kind}":${text}}`;

export const cancelledText = (requestId: number, reason: string): JsonText =>
  notificationText({ method: "notifications/cancelled", params: JSON.stringify({ requestId, reason }) });
