import type { Backend } from "../backends/backend.ts";
import type { ServerDescription } from "../backends/connection.ts";
import type { Era, JsonObject, JsonText } from "../message.ts";
import { withoutTasks } from "./tasks.ts";
import type { Upstreams } from "./upstreams.ts";

export interface Description {
  readonly capabilities: JsonText;
  readonly serverInfo: JsonText;
  readonly instructions: string | undefined;
}

/** A backend, and what it said of itself when it was last connected. */
export interface Described {
  readonly backend: Backend;
  readonly server: ServerDescription | undefined;
  /** Who asks may see something of what it offers: instructions tell of that. */
  readonly isVisible: boolean;
  /** Its tasks are everybody's who uses it. */
  readonly sharesTasks: boolean;
}

/**
 * What the proxy says of itself. For one backend without prefix it is what that one says; for several the features
 * that any of them can have, since one that is not connected yet may come later.
 */
export function describeAll(
  described: readonly Described[],
  { separator, proxyInfo, era }: { readonly separator: string; readonly proxyInfo: JsonText; readonly era: Era },
): Description {
  const [first] = described;
  if (separator === "" && described.length === 1 && first?.server !== undefined) {
    const { capabilities, serverInfo, instructions } = first.server;
    return {
      capabilities: JSON.stringify(inEra(first.sharesTasks ? withoutTasks(capabilities) : capabilities, era)),
      serverInfo: JSON.stringify(serverInfo),
      instructions: first.isVisible ? instructions : undefined,
    };
  }
  const instructions = described.flatMap(({ backend, server, isVisible }) =>
    server?.instructions === undefined || !isVisible ? [] : [`${backend.name}: ${server.instructions}`],
  );
  return {
    capabilities: JSON.stringify(inEra(allCapabilities, era)),
    serverInfo: proxyInfo,
    instructions: instructions.length === 0 ? undefined : instructions.join("\n\n"),
  };
}

/** Who the proxy says that it is: the server itself where there is only one and nothing is renamed. */
export function serverInfoOf(upstreams: Upstreams, separator: string, proxyInfo: JsonText): JsonText {
  const [only, another] = upstreams.all();
  const server = separator === "" && another === undefined && only !== undefined ? upstreams.server(only) : undefined;
  return server === undefined ? proxyInfo : JSON.stringify(server.serverInfo);
}

const allCapabilities: JsonObject = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

/** The proxy notices changes by itself when a backend comes or goes, whatever that one promised. */
function inEra(capabilities: JsonObject, era: Era): JsonObject {
  const changing = Object.fromEntries(
    Object.entries(capabilities).map(([key, value]) => [
      key,
      ["tools", "prompts", "resources"].includes(key) ? { ...(value as JsonObject), listChanged: true } : value,
    ]),
  );
  if (era === "legacy") return changing;
  // Tasks left the core protocol with 2026-07-28.
  const { tasks: _, ...modern } = changing;
  return modern;
}
