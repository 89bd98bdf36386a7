import { expect, it } from "vitest";
import { unifiedDiff } from "../../linter/fixing/diff.ts";

const lines = (...numbers: (number | string)[]): string => numbers.map((number) => `${number}\n`).join("");
const to = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

it.each([
  { name: "nothing", before: lines(1, 2), after: lines(1, 2), hunks: "" },
  {
    name: "a line",
    before: lines(...to(9)),
    after: lines(...to(4), "x", ...to(9).slice(5)),
    hunks: "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n",
  },
  { name: "a first line", before: lines(1), after: lines(0, 1), hunks: "@@ -1,1 +1,2 @@\n+0\n 1\n" },
  { name: "everything", before: lines(1), after: "", hunks: "@@ -1,1 +0,0 @@\n-1\n" },
  {
    name: "the last line break",
    before: "1",
    after: "1\n",
    hunks: "@@ -1,1 +1,1 @@\n-1\n\\ No newline at end of file\n+1\n",
  },
  {
    name: "two places apart",
    before: lines(...to(20)),
    after: lines("a", ...to(20).slice(1, 19), "b"),
    hunks: "@@ -1,4 +1,4 @@\n-1\n+a\n 2\n 3\n 4\n@@ -17,4 +17,4 @@\n 17\n 18\n 19\n-20\n+b\n",
  },
])("the diff of $name", ({ before, after, hunks }) => {
  expect(unifiedDiff("f", before, after)).toBe(hunks === "" ? "" : `--- a/f\n+++ b/f\n${hunks}`);
});

it("of a large text with many changes takes no time", () => {
  const before = lines(...to(50_000));
  const after = lines(...to(50_000).map((number) => (number % 10 === 0 ? `changed ${number}` : number)));
  const hunks = unifiedDiff("f", before, after);
  expect(hunks.match(/^-/gm)).toHaveLength(5_001);
  expect(hunks.match(/^\+/gm)).toHaveLength(5_001);
});
