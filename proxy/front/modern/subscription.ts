import { isRecord } from "../../../policies/record.ts";
import type { Call, JsonObject, JsonText } from "../../message.ts";
import type { Client, Interest, Relay } from "../../relay/relay.ts";
import { membersOf, textAt, withMembers } from "../../relay/splice.ts";
import { mostWanted } from "../../relay/subscriptions.ts";
import { notificationText } from "../calls.ts";
import type { ClientRequestMessage } from "../client-message.ts";

/** One `subscriptions/listen`, on any transport. */
export interface Subscription {
  /** The client has closed it. */
  readonly cancel: () => void;
  /** The proxy ends it: says so both ways that the specification knows. */
  readonly end: () => void;
}

const idKey = "io.modelcontextprotocol/subscriptionId";

/** Undefined where the filter is not one. */
export function subscribe(
  { idText, params }: ClientRequestMessage,
  client: Client,
  relay: Relay,
  send: (message: JsonText) => void,
): Subscription | undefined {
  const filter = params?.["notifications"];
  if (!isRecord(filter)) return undefined;
  const { capabilities } = relay.describe(client);
  const agreed = agree(filter, JSON.parse(capabilities) as JsonObject);
  const tagged = ({ method, params: text }: Call): JsonText => notificationText(method, withId(text, idText));
  const interest: Interest = {
    client,
    toolsListChanged: agreed.toolsListChanged === true,
    promptsListChanged: agreed.promptsListChanged === true,
    resourcesListChanged: agreed.resourcesListChanged === true,
    resources: new Set(agreed.resourceSubscriptions),
    logLevel: undefined,
    onNotification: (notification) => send(tagged(notification)),
  };
  send(
    tagged({
      method: "notifications/subscriptions/acknowledged",
      params: `{"notifications":${JSON.stringify(agreed)}}`,
    }),
  );
  const cancel = relay.listen(interest);
  return {
    cancel,
    end() {
      cancel();
      // In this order: a client that hears `cancelled` first takes the end for a failure.
      send(`{"jsonrpc":"2.0","id":${idText},"result":{"resultType":"complete","_meta":{"${idKey}":${idText}}}}`);
      const about = `{"requestId":${idText},"reason":"the proxy is shutting down"}`;
      send(tagged({ method: "notifications/cancelled", params: about }));
    },
  };
}

interface Agreed {
  readonly toolsListChanged?: true;
  readonly promptsListChanged?: true;
  readonly resourcesListChanged?: true;
  readonly resourceSubscriptions?: readonly string[];
}

/** What was asked for and is there. */
function agree(filter: JsonObject, capabilities: JsonObject): Agreed {
  const has = (feature: string, ability: string): boolean => {
    const offered = capabilities[feature];
    return isRecord(offered) && offered[ability] === true;
  };
  const uris: unknown = filter["resourceSubscriptions"];
  return {
    ...(filter["toolsListChanged"] === true && has("tools", "listChanged") ? { toolsListChanged: true } : {}),
    ...(filter["promptsListChanged"] === true && has("prompts", "listChanged") ? { promptsListChanged: true } : {}),
    ...(filter["resourcesListChanged"] === true && has("resources", "listChanged")
      ? { resourcesListChanged: true }
      : {}),
    ...(Array.isArray(uris) && has("resources", "subscribe")
      ? { resourceSubscriptions: uris.filter((uri) => typeof uri === "string").slice(0, mostWanted) }
      : {}),
  };
}

/** Params with the subscription's id in their `_meta`, also in place of a backend's own; all else as it came. */
function withId(params: JsonText | undefined, idText: JsonText): JsonText {
  const text = params ?? "{}";
  const meta = membersOf(text).get("_meta");
  const own = meta === undefined ? "{}" : textAt(text, meta);
  return withMembers(text, { _meta: withMembers(own, { [idKey]: idText }) });
}
