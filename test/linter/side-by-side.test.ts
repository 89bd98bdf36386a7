import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { sideBySide } from "../../linter/sources/side-by-side.ts";

it("what is rendered at once is told in its order, and never more than a few at a time", async () => {
  let now = 0;
  let most = 0;
  const results = await sideBySide([30, 1, 20, 2, 10, 3, 5, 4], async (milliseconds) => {
    now += 1;
    most = Math.max(most, now);
    await wait(milliseconds);
    now -= 1;
    return milliseconds * 2;
  });
  expect(results).toEqual([60, 2, 40, 4, 20, 6, 10, 8]);
  expect(most).toBeLessThanOrEqual(4);
});

it("what cannot be rendered at once is not lost", async () => {
  await expect(sideBySide([1], () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
