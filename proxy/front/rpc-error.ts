import type { JsonText } from "../message.ts";
import type { Shortage } from "../fair-share.ts";
import { rpcCodes } from "../relay/rpc-error.ts";
import type { Refusal } from "./modern/refusal.ts";

/** As the SDKs say it; the status 404 is what clients go by. */
export const unknownSession = -32001;

/** The error object alone. */
export function errorText(code: number, message: string, data?: JsonText): JsonText {
  const rest = data === undefined ? "" : `,"data":${data}`;
  return `{"code":${code},"message":${JSON.stringify(message)}${rest}}`;
}

/** A whole response. Without an id where the request's could not be read: MCP leaves it out then. */
export function errorResponse(id: JsonText | undefined, error: JsonText): JsonText {
  return `{"jsonrpc":"2.0",${id === undefined ? "" : `"id":${id},`}"error":${error}}`;
}

/** The code of an error object; undefined where it has none. */
export function codeOf(error: JsonText): number | undefined {
  const { code } = JSON.parse(error) as { readonly code?: unknown };
  return typeof code === "number" ? code : undefined;
}

export const leavingError = errorText(
  rpcCodes.leaving,
  "The proxy is shutting down and did not begin this request: send it again, another replica will answer.",
);

export const cutError = errorText(
  rpcCodes.leaving,
  "The proxy had to shut down before this request was answered. It may have had its effect: look before you repeat it.",
);

/** Of a call that was not begun. */
export const shortageRefusals: Readonly<Record<Shortage, Refusal>> = {
  full: {
    status: 503,
    error: errorText(
      rpcCodes.internalError,
      "Too many calls are in flight at the proxy, so it did not begin this one: send it again later.",
    ),
  },
  share: {
    status: 429,
    error: errorText(
      rpcCodes.internalError,
      "This client has its share of the calls in flight at the proxy, so it did not begin this one: send it when others are answered.",
    ),
  },
};
