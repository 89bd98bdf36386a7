import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Call } from "../../proxy/message.ts";
import type { Interest } from "../../proxy/relay/relay.ts";
import { scriptConfig, until } from "./backend-fixture.ts";
import { answerTo, legacyClient, relayOf, requestFrom, type Answered, type RelayUnderTest } from "./relay-of.ts";

/** A server on stdio with four resources; it logs on stderr nothing, and tells by `seen` what it was asked. */
const server = (era: "legacy" | "modern"): string =>
  `const send = (...messages) => process.stdout.write(messages.map((message) => JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n").join(""));
  const seen = [];
  const uris = ["docs://slow", "docs://no", "docs://now", "docs://seen"];
  const capabilities = { resources: { subscribe: true } };
  const later = (uri, then) => (uri.includes("slow") ? setTimeout(then, 300) : then());
  const updated = (uri, _meta) => ({ method: "notifications/resources/updated", params: { uri, _meta } });
  const methods = {
    initialize: (id) => send({ id, result: { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "s", version: "1" } } }),
    "server/discover": (id) => ${
      era === "modern"
        ? `send({ id, result: { supportedVersions: ["2026-07-28"], capabilities, serverInfo: { name: "s", version: "1" } } })`
        : `send({ id, error: { code: -32601, message: "unknown" } })`
    },
    "resources/list": (id) => send({ id, result: { resources: uris.map((uri) => ({ uri, name: uri })) } }),
    "resources/templates/list": (id) => send({ id, result: { resourceTemplates: [] } }),
    "resources/read": (id) => send({ id, result: { contents: [{ uri: "docs://seen", text: seen.join(" ") }] } }),
    "resources/subscribe": (id, { uri }) => {
      seen.push("+" + uri);
      if (uri === "docs://no") return send({ id, error: { code: -32602, message: "not that one" } });
      later(uri, () => send({ id, result: {} }, updated(uri)));
    },
    "notifications/cancelled": () => seen.push("cancelled"),
    "resources/unsubscribe": (id, { uri }) => (seen.push("-" + uri), send({ id, result: {} })),
    "subscriptions/listen": (id, { notifications: { resourceSubscriptions = [] } }) => {
      seen.push("listen:" + resourceSubscriptions.length);
      const _meta = { "io.modelcontextprotocol/subscriptionId": id };
      const taken = resourceSubscriptions.filter((uri) => uri !== "docs://no");
      const acknowledged = { method: "notifications/subscriptions/acknowledged", params: { _meta, notifications: { resourceSubscriptions: taken } } };
      later(resourceSubscriptions.join(), () => send(acknowledged, ...taken.map((uri) => updated(uri, _meta))));
    },
  };
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params } = JSON.parse(line);
    methods[method]?.(id, params);
  });`;

/** A session as the front keeps it: it has a subscription once the answer says so. */
function session({ relay }: RelayUnderTest): {
  readonly subscribe: (uri: string) => Promise<Answered>;
  readonly heard: string[];
} {
  const resources = new Set<string>();
  const heard: string[] = [];
  const interest: Interest = {
    client: legacyClient,
    toolsListChanged: false,
    promptsListChanged: false,
    resourcesListChanged: false,
    resources,
    logLevel: undefined,
    onNotification: ({ params }: Call) => void heard.push((JSON.parse(params ?? "{}") as { uri: string }).uri),
  };
  relay.listen(interest);
  return {
    heard,
    async subscribe(uri) {
      const answer = await answerTo(relay.request(requestFrom(legacyClient, "resources/subscribe", { uri })));
      if (answer.error === undefined) resources.add(uri);
      return answer;
    },
  };
}

const seenBy = async ({ relay }: RelayUnderTest): Promise<string> => {
  const answer = await answerTo(relay.request(requestFrom(legacyClient, "resources/read", { uri: "docs://seen" })));
  return JSON.stringify(answer);
};

describe.each(["legacy", "modern"] as const)("a subscription at a %s server", (era) => {
  const config = scriptConfig(server(era), { name: "s" });

  it("is answered when the server has agreed, and hears what came with its answer", async () => {
    const { subscribe, heard } = session(await relayOf([config]));
    const began = performance.now();
    expect(await subscribe("docs://slow")).toEqual({});
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(await subscribe("docs://now")).toEqual({});
    await until(() => heard.includes("docs://slow") && heard.includes("docs://now"));
  });

  it("that the server refuses is refused, and is not there", async () => {
    const made = await relayOf([config]);
    const { subscribe } = session(made);
    const { error } = await subscribe("docs://no");
    expect(error?.code).toBe(-32602);
    expect(error?.message).toContain(era === "legacy" ? "not that one" : "does not tell of changes of docs://no");
    // Asked for again, it is asked again.
    expect((await subscribe("docs://no")).error?.code).toBe(-32602);
    expect(await seenBy(made)).toMatch(era === "legacy" ? /\+docs:\/\/no \+docs:\/\/no/ : /listen:1.*listen:1/);
  });

  it("of several is asked for once", async () => {
    const made = await relayOf([config]);
    const { subscribe } = session(made);
    expect(await Promise.all([subscribe("docs://slow"), subscribe("docs://slow")])).toEqual([{}, {}]);
    expect(await seenBy(made)).toMatch(era === "legacy" ? /"\+docs:\/\/slow"/ : /"listen:1"/);
  });

  it("is not there while the server is down, and says so", async () => {
    const made = await relayOf([config]);
    const { subscribe } = session(made);
    await made.backends[0]?.stop(1);
    expect((await subscribe("docs://now")).error?.message).toBe("backend s: it was stopped");
  });

  it("is given back by who no longer waits for the answer", async () => {
    const made = await relayOf([config]);
    const call = made.relay.request(requestFrom(legacyClient, "resources/subscribe", { uri: "docs://slow" }));
    await wait(50);
    call.cancel("the client cancelled the request");
    await call.outcome;
    expect(await seenBy(made)).toContain(era === "legacy" ? "-docs://slow" : "cancelled");
  });
});
