import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DuplicateMember, itemsOf, membersOf, textAt, withMembers } from "../../proxy/relay/splice.ts";

/** JSON with space where it may stand. */
const spaced = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, "\t"))
  .map(([value, space]) => [value, JSON.stringify(value, undefined, space)] as const);

describe("splice", () => {
  it("finds the members of any object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), spaced), fc.constantFrom("", " ", "\n "), (entries, space) => {
        const written = Object.entries(entries).map(
          ([key, [, text]]) => `${space}${JSON.stringify(key)}${space}:${space}${text}${space}`,
        );
        const text = `${space}{${written.join(",")}${space}}`;
        const members = membersOf(text);
        expect([...members.keys()]).toEqual(Object.keys(entries));
        for (const [key, [, value]] of Object.entries(entries)) expect(textAt(text, members.get(key)!)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  it("finds the items of any array", () => {
    fc.assert(
      fc.property(fc.array(spaced), (items) => {
        const text = `[ ${items.map(([, item]) => item).join(" , ")} ]`;
        expect(itemsOf(text).map((span) => textAt(text, span))).toEqual(items.map(([, item]) => item));
      }),
    );
  });

  it("sets members, and leaves all else as it was", () => {
    const text = '{"name": "a__b", "id": 12345678901234567890, "_meta": {}}';
    expect(
      withMembers(text, { name: '"b"', _meta: withMembers("{}", { token: "7", more: "[]" }), x: "1", y: undefined }),
    ).toBe('{"x":1,"name": "b", "id": 12345678901234567890, "_meta": {"token":7,"more":[]}}');
  });

  it.each([['{"a":1,"a":2}'], ['{"a":1,"\\u0061":2}']])("refuses the duplicate in %s", (text) => {
    expect(() => membersOf(text)).toThrow(DuplicateMember);
  });
});
