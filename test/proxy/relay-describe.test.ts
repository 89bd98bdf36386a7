import { describe, expect, it } from "vitest";
import { accessList } from "../../proxy/access/access-list.ts";
import type { Identity } from "../../proxy/access/identity.ts";
import type { Era } from "../../proxy/message.ts";
import { stdioConfig } from "./backend-fixture.ts";
import { relayOf } from "./relay-of.ts";

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
