import { describe, expect, it } from "vitest";
import { accessList } from "../../proxy/access/access-list.ts";
import type { Identity } from "../../proxy/access/identity.ts";
import type { Era } from "../../proxy/message.ts";
import type { Client } from "../../proxy/relay/relay.ts";
import { withoutTasks } from "../../proxy/relay/tasks.ts";
import { stdioConfig } from "./backend-fixture.ts";
import { answerTo, legacyClient, modernClient, relayOf, requestFrom } from "./relay-of.ts";

const mirror = (name: string): ReturnType<typeof stdioConfig> => stdioConfig("mirror.mjs", [], { name });
const as = (role: string): Identity => ({ subject: role, roles: [role] });
const words = "Look into the mirror.";

describe("instructions", () => {
  it.each<[string, string, string | undefined]>([
    ["of the servers of which a client may use a tool", "tools", `a: ${words}`],
    ["of those of which it may read a resource", "resources", `a: ${words}\n\nb: ${words}`],
    ["of all where it may use all", "all", `a: ${words}\n\nb: ${words}`],
    ["of none where it may use nothing", "nobody", undefined],
  ])("are %s", async (_name, role, expected) => {
    const mayUse = accessList([
      { roles: ["tools"], allow: ["a__open"], deny: [] },
      // Both servers list it.
      { roles: ["resources"], allow: ["docs://open/a"], deny: [] },
      { roles: ["all"], allow: ["*"], deny: [] },
      { roles: ["nobody"], allow: ["*"], deny: ["*"] },
    ]);
    const { relay } = await relayOf([mirror("a"), mirror("b")], { mayUse, isShared: () => false });
    for (const era of ["legacy", "modern"] satisfies Era[])
      expect(relay.describe({ era, identity: as(role) }).instructions).toBe(expected);
  });

  it("of the only server are kept from who may use nothing there", async () => {
    const mayUse = accessList([{ roles: ["ops"], allow: ["*"], deny: [] }]);
    const { relay } = await relayOf([mirror("a")], { mayUse, isShared: () => false, separator: () => "" });
    const told = (role: string): string | undefined =>
      relay.describe({ era: "legacy", identity: as(role) }).instructions;
    expect([told("ops"), told("dev")]).toEqual([words, undefined]);
  });
});

describe("tasks of a server that several share", () => {
  const ada = { ...legacyClient, identity: as("ada") };
  const modernAda = { ...modernClient, identity: as("ada") };
  it.each<[string, Client, boolean, boolean]>([
    ["are nobody's who has to say who it is", ada, false, false],
    ["are nobody's of the later era either", modernAda, false, false],
    ["are a session's own where it has a server of its own", ada, true, true],
    ["but a client of the later era has no session", modernAda, true, false],
    ["are everybody's where nobody says who it is", legacyClient, false, true],
  ])("%s", async (_name, client, perSession, expected) => {
    const { relay } = await relayOf([{ ...mirror("a"), perSession }], { separator: () => "" });
    const { outcome, isDenied = false } = relay.request(requestFrom(client, "tasks/list", {}));
    const { error } = await answerTo({ outcome });
    expect([error?.code, isDenied]).toEqual(expected ? [undefined, false] : [-32601, true]);
    const { capabilities } = relay.describe(client);
    expect("tasks" in (JSON.parse(capabilities) as object)).toBe(expected && client.era === "legacy");
    // Methods of other extensions go on as they did.
    expect((await answerTo(relay.request(requestFrom(client, "vendor/run", {})))).error).toBeUndefined();
  });

  it("are not offered as an extension either", () => {
    const tasks = "io.modelcontextprotocol/tasks";
    expect(withoutTasks({ tools: {}, tasks: {}, extensions: { [tasks]: {}, other: {} } })).toEqual({
      tools: {},
      extensions: { other: {} },
    });
  });
});
