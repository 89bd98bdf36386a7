import { expect, it } from "vitest";
import { byRule, controls, controlsOf, families } from "../../linter/review/controls.ts";
import { rules } from "../../policies/rules/index.ts";

it("has controls for each rule, and none for a rule that is not", () => {
  expect(rules.filter((rule) => controlsOf(rule).length === 0)).toEqual([]);
  const ids = new Set(rules.map(({ id }) => id));
  expect(Object.keys(byRule).filter((id) => !ids.has(id))).toEqual([]);
});

it("has a family for each control", () => {
  expect(Object.keys(controls).filter((id) => !Object.hasOwn(families, id.slice(0, 2)))).toEqual([]);
});
