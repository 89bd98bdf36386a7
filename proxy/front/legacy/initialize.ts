import { isRecord } from "../../../policies/record.ts";
import type { Identity } from "../../access/identity.ts";
import { legacyVersions, type JsonObject, type JsonText } from "../../message.ts";
import type { Relay } from "../../relay/relay.ts";

/** What `initialize` settles. */
export interface Initialized {
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  /** Text of clientInfo. */
  readonly info: JsonText;
  /** The result for the client. */
  readonly result: JsonText;
}

/** Both are kept in the session's id, which is a header of each request. */
const longestCapabilities = 3000;
const longestInfo = 500;

/** Answers `initialize`; a string is what is wrong with the params. */
export function initialize(params: JsonObject | undefined, relay: Relay, identity: Identity): Initialized | string {
  const { protocolVersion: asked, capabilities: offered = {}, clientInfo = {} } = params ?? {};
  if (typeof asked !== "string") return "initialize needs the protocolVersion that the client speaks, as a string.";
  if (!isRecord(offered)) return "The capabilities of initialize are not an object.";
  if (!isRecord(clientInfo)) return "The clientInfo of initialize is not an object.";
  const capabilities = shortCapabilities(offered);
  if (capabilities === undefined)
    return `The capabilities of initialize are longer than the ${longestCapabilities} characters that a session can hold.`;
  const versions: readonly string[] = legacyVersions;
  const protocolVersion = versions.includes(asked) ? asked : legacyVersions[0];
  const { capabilities: ours, serverInfo, instructions } = relay.describe({ era: "legacy", identity });
  const more = instructions === undefined ? "" : `,"instructions":${JSON.stringify(instructions)}`;
  return {
    protocolVersion,
    capabilities,
    info: shortInfo(clientInfo),
    result: `{"protocolVersion":"${protocolVersion}","capabilities":${ours},"serverInfo":${serverInfo}${more}}`,
  };
}

/** All of them, or those that the specification names, or undefined where even these are too long. */
function shortCapabilities(capabilities: JsonObject): JsonObject | undefined {
  const { roots, sampling, elicitation, tasks } = capabilities;
  const named = Object.fromEntries(
    Object.entries({ roots, sampling, elicitation, tasks }).filter(([, value]) => value !== undefined),
  );
  return [capabilities, named].find((some) => JSON.stringify(some).length <= longestCapabilities);
}

function shortInfo(info: JsonObject): JsonText {
  const text = JSON.stringify(info);
  if (text.length <= longestInfo) return text;
  const short = (value: unknown): string => (typeof value === "string" ? value.slice(0, longestInfo / 5) : "");
  return JSON.stringify({ name: short(info["name"]), version: short(info["version"]) });
}
