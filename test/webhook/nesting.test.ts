import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDeeperThan } from "../../webhook/serving/nesting.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("nesting", () => {
  it.each<[string, string, number, boolean]>([
    ["a number", "1", 0, false],
    ["a list at the limit", "[[]]", 2, false],
    ["a list beyond it", "[[[]]]", 2, true],
    ["brackets in a text", '["[[[{{{"]', 1, false],
    ["an escaped quote", String.raw`["\"[[["]`, 1, false],
    ["an escaped backslash before the quote", String.raw`["\\",[[]]]`, 2, true],
    ["siblings", "[[],[],{}]", 2, false],
    ["an open end", "[".repeat(50), 100, false],
  ])("%s", (_name, json, limit, deeper) => {
    expect(isDeeperThan(bytes(json), limit)).toBe(deeper);
  });

  it("agrees with the parsed value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "large" }), fc.nat(6), (value, limit) => {
        expect(isDeeperThan(bytes(JSON.stringify(value)), limit)).toBe(depthOf(value) > limit);
      }),
    );
  });
});
