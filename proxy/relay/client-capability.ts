import type { Call, Outcome } from "../message.ts";
import type { Client } from "./relay.ts";
import { failed } from "./rpc-error.ts";

/** What a client must have declared to be sent a request. */
const capabilityOf: Readonly<Record<string, string>> = {
  "sampling/createMessage": "sampling",
  "elicitation/create": "elicitation",
  "roots/list": "roots",
};

/** The refusal of a request that the client did not say it can answer; undefined where it did. */
export function notAnswerable(client: Client, { method }: Call): Outcome | undefined {
  const capability = capabilityOf[method];
  if (capability === undefined || Object.hasOwn(client.capabilities, capability)) return undefined;
  return failed("methodNotFound", `the client did not declare the capability "${capability}" that ${method} needs`);
}
