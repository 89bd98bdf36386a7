import { isUtf8 } from "node:buffer";
import type { JsonObject, JsonText, Outcome, RequestId } from "../message.ts";
import { DuplicateMember, membersOf, refuseLookalikes, textAt } from "../relay/splice.ts";
import { rpcCodes } from "../relay/rpc-error.ts";

/** One JSON-RPC message of a client. Texts are cut out of what came, so that they go on unchanged. */
export type ClientMessage =
  | {
      readonly kind: "request";
      readonly method: string;
      readonly id: RequestId;
      readonly idText: JsonText;
      readonly params: JsonObject | undefined;
      readonly paramsText: JsonText | undefined;
      /** Of the whole message. */
      readonly length: number;
    }
  | {
      readonly kind: "notification";
      readonly method: string;
      readonly params: JsonObject | undefined;
      readonly paramsText: JsonText | undefined;
    }
  | { readonly kind: "response"; readonly id: RequestId; readonly outcome: Outcome };

export type ClientRequestMessage = Extract<ClientMessage, { kind: "request" }>;
export type ClientNotification = Extract<ClientMessage, { kind: "notification" }>;
export type ClientResponse = Extract<ClientMessage, { kind: "response" }>;

/** Why a message is not taken; with the id where it could be read. */
export interface MessageProblem {
  readonly kind: "problem";
  readonly code: number;
  readonly message: string;
  readonly idText?: JsonText;
}

/** Reads the bytes of one message. */
export function readMessage(bytes: Buffer): ClientMessage | MessageProblem {
  if (!isUtf8(bytes)) return problem(rpcCodes.parseError, "The message is not valid UTF-8.");
  return readMessageText(bytes.toString("utf8"));
}

/** Reads one message. */
export function readMessageText(text: string): ClientMessage | MessageProblem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return problem(rpcCodes.parseError, `The message is not valid JSON: ${(error as Error).message}`);
  }
  if (Array.isArray(value))
    return problem(
      rpcCodes.invalidRequest,
      "Batches are not taken: send each message by itself, as MCP asks since 2025-06-18.",
    );
  if (typeof value !== "object" || value === null)
    return problem(rpcCodes.invalidRequest, "A JSON-RPC message is an object, and this is none.");
  return classify(text, value as JsonObject);
}

const envelope: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params", "result", "error"]);
/** In lower case, as they are compared; `_meta` is what only we and the backend's library read. */
const judgedParams: ReadonlySet<string> = new Set(["name", "uri", "ref", "arguments", "_meta"]);

function classify(text: JsonText, value: JsonObject): ClientMessage | MessageProblem {
  let members;
  let paramsText;
  try {
    members = membersOf(text);
    refuseLookalikes(members, envelope);
    const span = members.get("params");
    paramsText = span === undefined ? undefined : textAt(text, span);
    // Access, audit and headers go by these, and the backend reads the text itself.
    if (paramsText?.startsWith("{") === true) refuseLookalikes(membersOf(paramsText), judgedParams);
  } catch (error) {
    if (!(error instanceof DuplicateMember)) throw error;
    return problem(rpcCodes.invalidRequest, `The message is ambiguous: ${error.message}.`);
  }
  const { jsonrpc, id, method, params } = value;
  const idSpan = members.get("id");
  const hasId = idSpan !== undefined;
  if (hasId && !isRequestId(id))
    return problem(rpcCodes.invalidRequest, "The id of a request is a string or an integer.");
  const idText = hasId ? textAt(text, idSpan) : undefined;
  const invalid = (message: string, code: number = rpcCodes.invalidRequest): MessageProblem => ({
    ...problem(code, message),
    ...(idText === undefined ? {} : { idText }),
  });
  if (jsonrpc !== "2.0") return invalid(`"jsonrpc" must be "2.0".`);
  if (method === undefined) {
    if (idText === undefined) return invalid("The message has neither a method nor an id.");
    const result = members.get("result");
    const error = members.get("error");
    const span = result ?? error;
    if (span === undefined || (result !== undefined && error !== undefined))
      return invalid("A response has either a result or an error, and a request has a method.");
    const outcome: Outcome = { kind: result === undefined ? "error" : "result", text: textAt(text, span) };
    return { kind: "response", id: id as RequestId, outcome };
  }
  if (typeof method !== "string") return invalid("The method is not a string.");
  if (params !== undefined && (typeof params !== "object" || params === null || Array.isArray(params)))
    return invalid("The params are not an object.", rpcCodes.invalidParams);
  const asked = { method, params: params as JsonObject | undefined, paramsText };
  if (idText === undefined) return { kind: "notification", ...asked };
  return { kind: "request", ...asked, id: id as RequestId, idText, length: text.length };
}

const isRequestId = (id: unknown): id is RequestId =>
  typeof id === "string" || (typeof id === "number" && Number.isInteger(id));

const problem = (code: number, message: string): MessageProblem => ({ kind: "problem", code, message });
