/** Text that is known to be valid JSON. It is forwarded as it is, so that numbers above 2^53 and unknown members survive. */
export type JsonText = string;

export type JsonObject = Readonly<Record<string, unknown>>;

/** An id of JSON-RPC 2.0; MCP forbids null. */
export type RequestId = string | number;

/** How a request ended. `text` is the value of `result`, or the error object. */
export type Outcome =
  | { readonly kind: "result"; readonly text: JsonText }
  | { readonly kind: "error"; readonly text: JsonText };

/** A request or notification on its way, its params unparsed. */
export interface Call {
  readonly method: string;
  readonly params: JsonText | undefined;
}

/** `legacy`: a session begun by `initialize` (2025-11-25 and before). `modern`: every request tells all (2026-07-28). */
export type Era = "legacy" | "modern";

export const modernVersion = "2026-07-28";

/** The newest first. */
export const legacyVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;
