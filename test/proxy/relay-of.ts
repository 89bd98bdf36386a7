import { pino } from "pino";
import { onTestFinished } from "vitest";
import { anonymous } from "../../proxy/access/identity.ts";
import type { Backend } from "../../proxy/backends/backend.ts";
import type { BackendConfig } from "../../proxy/config/config.ts";
import type { JsonObject, Outcome } from "../../proxy/message.ts";
import { createRelay, type RelayOptions, type RunningRelay } from "../../proxy/relay/create-relay.ts";
import type { Client, ClientRequest, RelayedCall } from "../../proxy/relay/relay.ts";
import { factory, until } from "./backend-fixture.ts";

export const legacyClient: Client = {
  era: "legacy",
  protocolVersion: "2025-11-25",
  capabilities: { elicitation: {} },
  info: '{"name":"test","version":"1"}',
  identity: anonymous,
  session: "s1",
};

export const modernClient: Client = {
  ...legacyClient,
  era: "modern",
  protocolVersion: "2026-07-28",
  session: undefined,
};

export interface RelayUnderTest {
  readonly relay: RunningRelay;
  readonly backends: readonly Backend[];
  readonly logs: { readonly level: number; readonly msg: string; readonly [key: string]: unknown }[];
}

/** A relay over real backends, ready and listed; they end with the test. */
export async function relayOf(
  configs: readonly BackendConfig[],
  options: Partial<RelayOptions> = {},
): Promise<RelayUnderTest> {
  const logs: { level: number; msg: string }[] = [];
  const log = pino({}, { write: (line: string) => void logs.push(JSON.parse(line) as { level: number; msg: string }) });
  const create = factory([], {
    client: { capabilities: '{"elicitation":{}}', clientInfo: '{"name":"t","version":"1"}' },
  });
  const relay = createRelay({
    backends: () => backends,
    sessionBackend: (shared) => shared,
    endSession: () => {},
    separator: () => "__",
    mayUse: () => true,
    isShared: () => true,
    proxyInfo: '{"name":"gracewarden-proxy","version":"0"}',
    listCache: undefined,
    log,
    ...options,
  });
  const backends: readonly Backend[] = configs.map((config) => create(config, relay.events));
  onTestFinished(async () => {
    await Promise.all(backends.map((backend) => backend.stop(2)));
  });
  for (const backend of backends) backend.start();
  await until(() => backends.every((backend) => relay.isListed(backend)));
  return { relay, backends, logs };
}

/** A request as the front would hand it over. */
export function requestFrom(
  client: Client,
  method: string,
  params: JsonObject,
  more: Partial<ClientRequest> = {},
): ClientRequest {
  return { client, method, paramsText: JSON.stringify(params), params, onNotification: () => {}, ...more };
}

export const toolCallFrom = (client: Client, name: string, args: object = {}, more: JsonObject = {}): ClientRequest =>
  requestFrom(client, "tools/call", { name, arguments: args, ...more });

export interface Answered {
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly resultType?: string;
  readonly requestState?: string;
  readonly content?: readonly { readonly text: string }[];
}

/** The result, or the error under `error`. */
export async function answerTo({ outcome }: Pick<RelayedCall, "outcome">): Promise<Answered> {
  const { kind, text }: Outcome = await outcome;
  const value = JSON.parse(text) as Answered;
  return kind === "error" ? ({ error: value } as unknown as Answered) : value;
}
