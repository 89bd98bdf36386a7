import { isRecord } from "../../policies/record.ts";
import type { Call, JsonObject, JsonText, Outcome } from "../message.ts";
import { itemsOf, membersOf, textAt } from "../relay/splice.ts";

/** A message of a backend. Values are for reading; what is passed on stays text. */
export type Incoming =
  | { readonly kind: "answer"; readonly id: unknown; readonly outcome: Outcome }
  | { readonly kind: "request"; readonly id: JsonText; readonly call: Call }
  | { readonly kind: "notification"; readonly call: Call; readonly params: JsonObject }
  | { readonly kind: "unreadable"; readonly problem: string };

/** Reads what stands in a line or an event: one message, or the array of them that 2025-03-26 allowed. */
export function readMessages(text: string, each: (message: Incoming) => void): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return each({ kind: "unreadable", problem: "it is no JSON" });
  }
  if (!Array.isArray(value)) return each(readMessage(text, value));
  for (const [index, span] of itemsOf(text).entries()) each(readMessage(textAt(text, span), value[index]));
}

function readMessage(text: JsonText, value: unknown): Incoming {
  if (!isRecord(value)) return { kind: "unreadable", problem: "it is no object" };
  try {
    return messageOf(text, value);
  } catch (error) {
    return { kind: "unreadable", problem: (error as Error).message };
  }
}

function messageOf(text: JsonText, value: JsonObject): Incoming {
  const members = membersOf(text);
  const member = (name: string): JsonText => textAt(text, members.get(name)!);
  if (typeof value["method"] === "string") {
    const params = "params" in value ? member("params") : undefined;
    const call: Call = { method: value["method"], params };
    if ("id" in value) return { kind: "request", id: member("id"), call };
    return { kind: "notification", call, params: isRecord(value["params"]) ? value["params"] : {} };
  }
  if ("error" in value) return { kind: "answer", id: value["id"], outcome: { kind: "error", text: member("error") } };
  if ("result" in value)
    return { kind: "answer", id: value["id"], outcome: { kind: "result", text: member("result") } };
  return { kind: "unreadable", problem: "it has neither method, result nor error" };
}
