import type { IncomingHttpHeaders } from "node:http";
import type { ClientRequestMessage } from "../client-message.ts";
import { readHeaderValue } from "../../header-value.ts";
import type { Refusal } from "./refusal.ts";
import { mismatch } from "./request-meta.ts";

/** Which param the header Mcp-Name mirrors. */
const namedBy: Readonly<Record<string, "name" | "uri">> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

/** Whether the headers that mirror the body say what it says: others on the way went by them. */
export function headerProblem(
  headers: IncomingHttpHeaders,
  { method, params }: ClientRequestMessage,
): Refusal | undefined {
  const told = headers["mcp-method"];
  if (told !== method) return mismatch("Mcp-Method", typeof told === "string" ? told : undefined, method);
  const member = namedBy[method];
  if (member === undefined) return undefined;
  const name = params?.[member];
  // Without a name the request is wrong anyway, and the backend's error says how.
  if (typeof name !== "string") return undefined;
  const mirrored = headers["mcp-name"];
  if (mirrored === name) return undefined;
  const value = typeof mirrored === "string" ? mirrored : undefined;
  return value !== undefined && readHeaderValue(value) === name ? undefined : mismatch("Mcp-Name", value, name);
}
