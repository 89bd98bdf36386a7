import * as fc from "fast-check";
import { growth, linear } from "../growth.ts";
import { describe, expect, it } from "vitest";
import { parseSeconds } from "../../../policies/shutdown/duration.ts";

describe("durations in settings", () => {
  it.each([
    ["30", 30],
    [" 30 ", 30],
    ["1.5", 1.5],
    [".5", 0.5],
    ["30s", 30],
    ["1m30s", 90],
    ["1m 30s", 90],
    ["500ms", 0.5],
    ["2 minutes", 120],
    ["1h", 3600],
    ["100us", 0.0001],
    ["PT30S", 30],
    ["pt1m30.5s", 90.5],
    ["P1DT1H", 90_000],
    ["0", 0],
  ])("%j is %d s", (text, seconds) => {
    expect(parseSeconds(text, "s")).toBe(seconds);
  });

  it("counts a bare number in the setting's own unit", () => {
    expect(parseSeconds("30000", "ms")).toBe(30);
    expect(parseSeconds("30s", "ms")).toBe(30);
  });

  it.each([
    "",
    "-5",
    "-5s",
    "soon",
    "5 parsecs",
    "30s soon",
    "P",
    "PT",
    "$(SECONDS)",
    "${SECONDS}",
    "1e3",
    "constructor",
    "5constructor",
  ])("%j is none", (text) => {
    expect(parseSeconds(text, "s")).toBeUndefined();
  });

  it("never throws, and is finite and not negative where it answers", () => {
    const pieces = fc.array(
      fc.oneof(fc.string(), fc.constantFrom("9", "30", ".", "s", "ms", "h", "PT", "P", "T", "S", "-", " ", "µs")),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          pieces.map((parts) => parts.join("")),
        ),
        fc.constantFrom("s" as const, "ms" as const),
        (text, unit) => {
          const seconds = parseSeconds(text, unit);
          expect(seconds === undefined || (Number.isFinite(seconds) && seconds >= 0)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
    expect(parseSeconds("9".repeat(400), "s")).toBeUndefined();
  });

  it.each(["1s", "1", "s ", "1 s "])("reads %j over and over in linear time", (piece) => {
    expect(growth((times) => parseSeconds(`${piece.repeat(times)}!`, "s"), 10_000)).toBeLessThan(linear);
  });
});
