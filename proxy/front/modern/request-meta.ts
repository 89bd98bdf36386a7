import { isRecord } from "../../../policies/record.ts";
import type { Identity } from "../../access/identity.ts";
import { modernVersion, type JsonObject, type JsonText } from "../../message.ts";
import type { Client } from "../../relay/relay.ts";
import type { ClientRequestMessage } from "../client-message.ts";
import { rpcCodes } from "../../relay/rpc-error.ts";
import { errorText } from "../rpc-error.ts";
import type { Refusal } from "./refusal.ts";

const versionKey = "io.modelcontextprotocol/protocolVersion";
const capabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
const infoKey = "io.modelcontextprotocol/clientInfo";

/** The version in a request's `_meta`; what makes it one of the modern era. */
export function versionInMeta(params: JsonObject | undefined): unknown {
  const meta = params?.["_meta"];
  return isRecord(meta) ? meta[versionKey] : undefined;
}

/** A client that told all about itself in one request. */
export class ModernClient implements Client {
  readonly era = "modern";
  readonly protocolVersion = modernVersion;
  readonly session = undefined;
  readonly capabilities: JsonObject;
  readonly identity: Identity;
  readonly #info: unknown;

  constructor(capabilities: JsonObject, info: unknown, identity: Identity) {
    this.capabilities = capabilities;
    this.#info = info;
    this.identity = identity;
  }

  /** Few ask, and every request has one. */
  get info(): JsonText {
    return isRecord(this.#info) ? JSON.stringify(this.#info) : "{}";
  }
}

/** The client that a request's `_meta` shows. `headerVersion` is compared where there is a header layer. */
export function readClient(
  { params }: ClientRequestMessage,
  identity: Identity,
  headerVersion?: { readonly value: string | undefined },
): ModernClient | Refusal {
  const meta = params?.["_meta"];
  if (!isRecord(meta)) return incomplete("params._meta");
  const version = meta[versionKey];
  if (typeof version !== "string") return incomplete(`params._meta[${JSON.stringify(versionKey)}]`);
  if (headerVersion !== undefined && headerVersion.value !== version)
    return mismatch("MCP-Protocol-Version", headerVersion.value, version);
  if (version !== modernVersion) return unsupported(version);
  const capabilities = meta[capabilitiesKey];
  if (!isRecord(capabilities)) return incomplete(`params._meta[${JSON.stringify(capabilitiesKey)}]`);
  return new ModernClient(capabilities, meta[infoKey], identity);
}

export function mismatch(header: string, value: string | undefined, expected: string): Refusal {
  const message =
    value === undefined
      ? `Header mismatch: the header ${header} is missing; the request says ${JSON.stringify(expected)}.`
      : `Header mismatch: the header ${header} says ${JSON.stringify(value)}, the request ${JSON.stringify(expected)}.`;
  return { status: 400, error: errorText(rpcCodes.headerMismatch, message) };
}

function incomplete(where: string): Refusal {
  return { status: 400, error: errorText(rpcCodes.invalidParams, `Every request of ${modernVersion} needs ${where}.`) };
}

function unsupported(requested: string): Refusal {
  // As server/discover says it: the older revisions begin with initialize, not with another version here.
  const supported = [modernVersion];
  return {
    status: 400,
    error: errorText(
      rpcCodes.unsupportedVersion,
      `The protocol version ${JSON.stringify(requested)} is not one that this proxy speaks.`,
      JSON.stringify({ supported, requested }),
    ),
  };
}
