import type { IncomingMessage, ServerResponse } from "node:http";

/** Below this a body is let in whatever else there is: so many connections of them fit a pod's memory. */
const smallBytes = 64 * 1024;

/** Keeps what large bodies take at once within bounds: whoever reaches the port could otherwise fill the pod's memory with bodies that never end. */
export interface BodyBudget {
  /** Whether the request's body may come; if so, it is counted until the request is over. */
  readonly admit: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** `maxBytes`: all large bodies together. `bodyBytes`: what counts for a body that does not tell its length. */
export function bodyBudget({
  maxBytes,
  bodyBytes,
}: {
  readonly maxBytes: number;
  readonly bodyBytes: number;
}): BodyBudget {
  let held = 0;
  return {
    admit(request, response) {
      const bytes = announced(request, bodyBytes);
      if (bytes <= smallBytes) return true;
      if (held + bytes > maxBytes) return false;
      held += bytes;
      response.once("close", () => (held -= bytes));
      return true;
    },
  };
}

function announced({ headers }: IncomingMessage, bodyBytes: number): number {
  if (headers["transfer-encoding"] !== undefined) return bodyBytes;
  // A longer one is refused as too large before it is read.
  return Math.min(Number(headers["content-length"] ?? 0), bodyBytes);
}
