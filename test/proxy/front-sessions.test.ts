import { randomBytes } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { BadSealKeys, sealKeys } from "../../proxy/front/legacy/seal-keys.ts";
import { seal, sealKey, unseal, type SealedSession } from "../../proxy/front/legacy/session-seal.ts";
import { getStream } from "./front/events.ts";
import { begin, call, initialize, post } from "./front/post.ts";
import { serve } from "./front/serve.ts";

const session: SealedSession = {
  protocolVersion: "2025-11-25",
  capabilities: { sampling: {}, elicitation: { form: {} } },
  info: '{"name":"ä","version":"1"}',
  subject: "alice",
  issuedAt: 1_800_000_000,
};
const [first, second] = [sealKey(randomBytes(32)), sealKey(randomBytes(32))] as const;

const text = (): string => randomBytes(32).toString("base64");

describe("a sealed session id", () => {
  it("opens with the key that sealed it, whichever place it has", () => {
    expect(unseal(seal(session, first), [second, first])).toEqual(session);
    expect(unseal(seal(session, first), [second])).toBeUndefined();
  });

  it("is visible ASCII and new each time", () => {
    expect(seal(session, first)).toMatch(/^[\x21-\x7e]+$/u);
    expect(seal(session, first)).not.toBe(seal(session, first));
  });

  it("does not open once a single character is changed, added or missing", () => {
    const sealed = seal(session, first);
    for (let i = 0; i < sealed.length; i += 1) {
      const other = sealed[i] === "A" ? "B" : "A";
      expect(unseal(sealed.slice(0, i) + other + sealed.slice(i + 1), [first, second])).toBeUndefined();
    }
    for (const broken of ["", ".", "x", sealed.slice(1), sealed.slice(0, -1), `${sealed}A`, `${sealed}=`, ` ${sealed}`])
      expect(unseal(broken, [first])).toBeUndefined();
  });
});

describe("keys of session ids", () => {
  const log = pino({ level: "silent" });

  it("come from the environment", () => {
    const keys = sealKeys({ keys: `${text()}, ${text()}`, file: undefined }, log);
    expect(keys.current()).toHaveLength(2);
  });

  it("are made, and that is said, where none are set", () => {
    const lines: string[] = [];
    const keys = sealKeys(
      { keys: undefined, file: undefined },
      pino({}, { write: (line: string) => lines.push(line) }),
    );
    expect(keys.current()).toHaveLength(1);
    expect(lines.join("")).toContain("GRACEWARDEN_SESSION_KEYS");
  });

  it.each([
    ["too short", Buffer.alloc(16).toString("base64")],
    ["no base64", "not a key"],
    ["nothing", " , "],
  ])("are refused: %s", (_name, keys) => {
    expect(() => sealKeys({ keys, file: undefined }, log)).toThrow(BadSealKeys);
  });

  it("come from a file and follow it, but not into a broken one", () => {
    const file = join(temporaryFolder(), "keys");
    const [one, two] = [text(), text()];
    writeFileSync(file, `${one}\n`);
    const keys = sealKeys({ keys: undefined, file }, log);
    const [old] = keys.current();
    writeFileSync(`${file}.new`, `${two}\n${one}\n`);
    renameSync(`${file}.new`, file);
    keys.refresh();
    expect(keys.current()).toHaveLength(2);
    expect(keys.current()[1]).toEqual(old);
    writeFileSync(`${file}.new`, "broken\n\n");
    renameSync(`${file}.new`, file);
    keys.refresh();
    expect(keys.current()).toHaveLength(2);
  });
});

describe("a session", () => {
  it("is served by any replica with the key, and by the next pod", async () => {
    const sessionKeys = { current: () => [first] as const, refresh: () => {} };
    const one = await serve({ sessionKeys });
    const two = await serve({ sessionKeys });
    const { headers } = await post(one.url, initialize("2025-06-18", { sampling: {} }));
    const id = { "mcp-session-id": headers.get("mcp-session-id") ?? "" };
    expect((await post(one.url, call("echo"), id)).status).toBe(200);
    expect((await post(two.url, call("echo"), id)).status).toBe(200);
    const { client } = two.relay.requests[0]!;
    expect(client).toMatchObject({
      era: "legacy",
      protocolVersion: "2025-06-18",
      capabilities: { sampling: {} },
      info: '{"name":"test","version":"1"}',
    });
    expect(client.session).toBe(one.relay.requests[0]?.client.session);
  });

  it("is nobody's but its beginner's", async () => {
    let subject = "alice";
    const { url } = await serve({ authenticate: () => ({ identity: { subject, roles: [] } }) });
    const headers = await begin(url);
    expect((await post(url, call("echo"), headers)).status).toBe(200);
    subject = "mallory";
    expect((await post(url, call("echo"), headers)).status).toBe(404);
    expect((await fetch(url, { method: "DELETE", headers })).status).toBe(404);
  });

  it("has the roles that its request has now", async () => {
    let roles = ["reader"];
    const { url, relay } = await serve({ authenticate: () => ({ identity: { subject: "alice", roles } }) });
    const headers = await begin(url);
    await post(url, call("echo"), headers);
    roles = ["writer"];
    await post(url, call("echo"), headers);
    expect(relay.requests.map(({ client }) => client.identity.roles)).toEqual([["reader"], ["writer"]]);
  });

  it("expires", async () => {
    const { url } = await serve({ settings: { sessionSeconds: 1 } });
    const headers = await begin(url);
    expect((await post(url, call("echo"), headers)).status).toBe(200);
    await vi.waitFor(async () => expect((await post(url, call("echo"), headers)).status).toBe(404), 3000);
  });

  it("is one of a bounded number: the longest unused is closed, and opens again", async () => {
    const { url, front, relay } = await serve({ limits: { sessions: 3 } });
    const ids = await Promise.all(Array.from({ length: 6 }, () => begin(url)));
    for (const headers of ids) expect((await post(url, call("echo"), headers)).status).toBe(200);
    expect(front.counts().sessions).toBe(3);
    expect(relay.endedSessions).toHaveLength(3);
    expect((await post(url, call("echo"), ids[0])).status).toBe(200);
  });

  it("with a stream is not closed for being unused", async () => {
    const { url, front, relay } = await serve({ limits: { sessions: 2 } });
    const listening = await begin(url);
    const stream = await getStream(url, listening);
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    for (let i = 0; i < 4; i += 1) await post(url, call("echo"), await begin(url));
    expect(front.counts()).toEqual({ sessions: 2, streams: 1 });
    expect(relay.interests.size).toBe(1);
  });

  it("is closed after a while without use", async () => {
    const { url, front, relay } = await serve({ limits: { sessionIdleSeconds: 0.1 } });
    const headers = await begin(url);
    await post(url, call("echo"), headers);
    expect(front.counts().sessions).toBe(1);
    await vi.waitFor(() => expect(front.counts().sessions).toBe(0), 4000);
    expect(relay.endedSessions).toHaveLength(1);
    expect((await post(url, call("echo"), headers)).status).toBe(200);
  });

  it("hands notifications on, but those that are its own", async () => {
    const { url, relay } = await serve();
    const headers = await begin(url);
    for (const method of ["notifications/initialized", "notifications/roots/list_changed", "notifications/cancelled"])
      expect((await post(url, { jsonrpc: "2.0", method }, headers)).status).toBe(202);
    expect(relay.notified.map(({ notification }) => notification.method)).toEqual(["notifications/roots/list_changed"]);
  });
});
