import { isRecord } from "../../policies/record.ts";
import { legacyVersions, modernVersion, type Call, type Era, type JsonObject, type Outcome } from "../message.ts";
import { rpcCodes } from "../relay/rpc-error.ts";
import type { ClientDescription, ServerDescription } from "./connection.ts";

/** Asks over the transport; never rejects. */
export type Ask = (call: Call) => Promise<Outcome>;

export interface Handshake {
  readonly client: ClientDescription;
  /** What the backend spoke last time, so that it need not be asked. */
  readonly era: Era | undefined;
  /** A legacy server may stay silent when asked for the modern era; after so long it is asked the old way as well. */
  readonly probeSeconds: number;
}

export const initialized: Call = { method: "notifications/initialized", params: undefined };

/** The backend speaks, but not so that we understand each other. The message is a sentence. */
class HandshakeFailed extends Error {
  override readonly name = "HandshakeFailed";
}

/**
 * Finds the era of a backend and what it offers. The modern era is asked for first (2026-07-28 basic/transports/stdio,
 * "Backward Compatibility"): any error but one that only modern servers know, and silence, mean the legacy era. A server that
 * starts slowly is silent too, so the first of the two answers that succeeds decides. A legacy server then waits for
 * `initialized`.
 */
export async function shakeHands(request: Ask, handshake: Handshake): Promise<ServerDescription> {
  if (handshake.era === "legacy") return await initialize(request, handshake.client);
  const probe = discover(request, handshake.client);
  if (handshake.era === "modern") return (await probe) ?? initialize(request, handshake.client);
  const early = await Promise.race([probe, silence(handshake.probeSeconds)]);
  if (typeof early === "object") return early;
  const legacy = initialize(request, handshake.client);
  if (early === undefined) return await legacy;
  const modern = async (): Promise<ServerDescription> => (await probe) ?? legacy;
  // One that speaks both answers both at once, and is then taken as modern.
  const old = legacy.then(async (found) => new Promise<ServerDescription>((take) => setImmediate(take, found)));
  return await Promise.any([old, modern()]).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors.at(-1) : error;
  });
}

const silent = "silent";

function silence(seconds: number): Promise<typeof silent> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(silent), seconds * 1000).unref();
  });
}

export function discoverCall({ clientInfo, capabilities }: ClientDescription): Call {
  const meta =
    `{"io.modelcontextprotocol/protocolVersion":"${modernVersion}",` +
    `"io.modelcontextprotocol/clientInfo":${clientInfo},"io.modelcontextprotocol/clientCapabilities":${capabilities}}`;
  return { method: "server/discover", params: `{"_meta":${meta}}` };
}

/** Undefined when the server is of the legacy era. */
async function discover(request: Ask, client: ClientDescription): Promise<ServerDescription | undefined> {
  const outcome = await request(discoverCall(client));
  const value = objectOf(outcome);
  if (outcome.kind === "error") return refused(value);
  const versions = value["supportedVersions"];
  if (!Array.isArray(versions)) return undefined;
  if (!versions.includes(modernVersion)) return otherVersions(versions);
  return {
    era: "modern",
    protocolVersion: modernVersion,
    capabilities: objectIn(value, "capabilities"),
    serverInfo: objectIn(objectIn(value, "_meta"), "io.modelcontextprotocol/serverInfo", objectIn(value, "serverInfo")),
    instructions: stringIn(value, "instructions"),
  };
}

const modernErrors: ReadonlySet<unknown> = new Set([
  rpcCodes.headerMismatch,
  rpcCodes.missingClientCapability,
  rpcCodes.unsupportedVersion,
]);

function refused(error: JsonObject): undefined {
  if (!modernErrors.has(error["code"])) return undefined;
  if (error["code"] === rpcCodes.unsupportedVersion) return otherVersions(objectIn(error, "data")["supported"]);
  throw new HandshakeFailed(
    `it refused server/discover: ${stringIn(error, "message") ?? "no reason given"} (${String(error["code"])})`,
  );
}

/** A modern server that lacks our version may still speak one of the legacy era. */
function otherVersions(supported: unknown): undefined {
  const versions = Array.isArray(supported) ? supported : [];
  if (versions.some((version) => (legacyVersions as readonly unknown[]).includes(version))) return undefined;
  throw new HandshakeFailed(`it speaks the protocol versions ${versions.join(", ")}, of which this proxy knows none`);
}

async function initialize(request: Ask, client: ClientDescription): Promise<ServerDescription> {
  const params = `{"protocolVersion":"${legacyVersions[0]}","capabilities":${client.capabilities},"clientInfo":${client.clientInfo}}`;
  const outcome = await request({ method: "initialize", params });
  const value = objectOf(outcome);
  if (outcome.kind === "error") throw new HandshakeFailed(stringIn(value, "message") ?? "it refused initialize");
  const protocolVersion = value["protocolVersion"];
  if (!(legacyVersions as readonly unknown[]).includes(protocolVersion)) {
    throw new HandshakeFailed(
      `it speaks the protocol version ${String(protocolVersion)}, which this proxy does not know`,
    );
  }
  return {
    era: "legacy",
    protocolVersion: protocolVersion as string,
    capabilities: objectIn(value, "capabilities"),
    serverInfo: objectIn(value, "serverInfo"),
    instructions: stringIn(value, "instructions"),
  };
}

function objectOf({ text }: Outcome): JsonObject {
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? value : {};
}

function objectIn(value: JsonObject, name: string, otherwise: JsonObject = {}): JsonObject {
  const member = value[name];
  return isRecord(member) ? member : otherwise;
}

function stringIn(value: JsonObject, name: string): string | undefined {
  const member = value[name];
  return typeof member === "string" ? member : undefined;
}
