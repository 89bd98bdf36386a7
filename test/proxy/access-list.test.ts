import { describe, expect, it } from "vitest";
import { accessList } from "../../proxy/access/access-list.ts";
import type { AccessRule } from "../../proxy/config/config.ts";

const rule = (roles: readonly string[], allow: readonly string[], deny: readonly string[] = []): AccessRule => ({
  roles,
  allow,
  deny,
});
const rules = [
  rule(["dev"], ["files__*", "git__*"], ["git__push"]),
  rule(["admin"], ["*"]),
  rule(["*"], ["docs__read"], ["*__destroy"]),
  rule(["intern"], [], ["files__write"]),
];

describe("access rules", () => {
  it.each([
    [[], "docs__read", true],
    [[], "files__read", false],
    [["dev"], "files__read", true],
    [["dev"], "git__push", false],
    [["dev", "admin"], "git__push", false],
    [["admin"], "git__push", true],
    [["admin"], "files__destroy", false],
    [["dev", "intern"], "files__write", false],
    [["intern"], "files__read", false],
    [["*"], "files__read", false],
  ] as const)("for %j say of %s: %s", (roles, name, allowed) => {
    expect(accessList(rules)({ subject: "x", roles }, name)).toBe(allowed);
  });

  it("allow everything where there are none", () => {
    expect(accessList([])({ subject: "x", roles: [] }, "a__b")).toBe(true);
  });

  it("stay the same for the thousands of role sets that tokens may bring", () => {
    const allows = accessList(rules);
    for (let index = 0; index < 5000; index++) allows({ subject: "x", roles: [`r${index}`] }, "docs__read");
    expect(allows({ subject: "x", roles: ["dev"] }, "git__push")).toBe(false);
  });

  it.each([
    ["file:///pub/a.txt", true],
    ["file:///pub/a%20b.txt", true],
    ["file:///pub/100%", true],
    ["file:///pub/./a.txt", true],
    ["file:///pub/x/../a.txt", true],
    ["file:///pub/../etc/passwd", false],
    ["file:///pub/%2e%2E/etc/passwd", false],
    ["file:///pub%2f..%2fetc/passwd", false],
    ["file:///pub/..\\etc\\passwd", false],
    ["file:///pub/secret/key", false],
    ["file:///pub/%73ecret/key", false],
    ["file:///pub/secret%2Fkey", false],
    ["FILE:///pub/secret/key", false],
    ["file:///pub/../pub/secret/key", false],
  ])("judge %s by what a server may read in it: %s", (uri, allowed) => {
    const allows = accessList([rule(["*"], ["file:///pub/*", "FILE:*"], ["file:///pub/secret/*"])]);
    expect(allows({ subject: "x", roles: [] }, uri)).toBe(allowed);
  });

  it("take a name that only looks odd for what it is", () => {
    const allows = accessList([rule(["*"], ["a__50%25off", "NS:tool"])]);
    for (const name of ["a__50%25off", "NS:tool"]) expect(allows({ subject: "x", roles: [] }, name)).toBe(true);
  });
});
