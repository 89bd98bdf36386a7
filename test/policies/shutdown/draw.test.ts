import { expect, test } from "vitest";
import { drawTimeline } from "../../../policies/shutdown/draw.ts";
import { exactly } from "../../../policies/shutdown/interval.ts";

test("the longest grace period has a dozen marks at most", () => {
  const grace = {
    term: "grace period",
    seconds: exactly(Number.MAX_SAFE_INTEGER),
    known: true,
    origin: { kind: "field", text: "terminationGracePeriodSeconds", at: [] },
  } as const;
  const drawing = drawTimeline(
    { cause: { kind: "delete" }, grace, rows: [], end: exactly(0) },
    { width: 100, color: false },
  );
  expect(
    drawing
      .split("\n")[2]
      ?.trim()
      .split(/ {2,}| (?=\d)/).length,
  ).toBeLessThanOrEqual(14);
});
