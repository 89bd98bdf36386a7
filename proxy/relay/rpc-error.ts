import type { Outcome } from "../message.ts";

/** Codes of JSON-RPC 2.0 and of MCP, and the one of our own. */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Outside what JSON-RPC and MCP reserve: the proxy is leaving. -32000 to -32002 have other meanings in the field. */
  leaving: -32010,
  headerMismatch: -32020,
  missingClientCapability: -32021,
  unsupportedVersion: -32022,
} as const;

export type RpcCode = keyof typeof rpcCodes;

/** An error as a request's outcome. `message` is a sentence for whoever reads the client's log. */
export function failed(code: RpcCode, message: string, data?: unknown): Outcome {
  return { kind: "error", text: JSON.stringify({ code: rpcCodes[code], message, data }) };
}
