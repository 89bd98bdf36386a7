import type { Call, Outcome } from "../message.ts";
import type { Client } from "./relay.ts";
import { failed, rpcCodes } from "./rpc-error.ts";

/** What a client must have declared to be sent a request. */
const capabilityOf: Readonly<Record<string, string>> = {
  "sampling/createMessage": "sampling",
  "elicitation/create": "elicitation",
  "roots/list": "roots",
};

/** The capability that the client did not declare and that the request needs; undefined where it can be asked. */
export function missingCapability({ capabilities }: Client, { method }: Call): string | undefined {
  const capability = capabilityOf[method];
  return capability === undefined || Object.hasOwn(capabilities, capability) ? undefined : capability;
}

/** What a legacy server gets to a request that the client did not say it can answer; undefined where it did. */
export function notAnswerable(client: Client, asked: Call): Outcome | undefined {
  const missing = missingCapability(client, asked);
  return missing === undefined
    ? undefined
    : failed("methodNotFound", `${sentence(missing)} that ${asked.method} needs`);
}

const sentence = (capability: string): string => `the client did not declare the capability "${capability}"`;

/**
 * How a modern client's call ends that could not go on without a capability: with the code of its own era (2026-07-28
 * basic, "Per-request protocol fields"). A server that found another way has answered, or failed of something else.
 */
export function withMissingCapability(outcome: Outcome, capability: string): Outcome {
  if (outcome.kind === "result") return outcome;
  const { code, message } = JSON.parse(outcome.text) as { readonly code?: unknown; readonly message?: unknown };
  const words = sentence(capability);
  if (code !== rpcCodes.methodNotFound && !String(message).includes(words)) return outcome;
  return failed("missingClientCapability", `${words}, which this call needs`, {
    requiredCapabilities: { [capability]: {} },
  });
}
