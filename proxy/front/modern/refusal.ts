import type { JsonText } from "../../message.ts";

/** A request that is not relayed: the status and the error object. */
export interface Refusal {
  readonly status: number;
  readonly error: JsonText;
}
