import { describe, expect, it } from "vitest";
import { applyEdits, type Edit } from "../../policies/edit.ts";

describe("applyEdits", () => {
  const cases: { name: string; before: unknown; edits: Edit[]; after: unknown }[] = [
    { name: "sets a value", before: { a: 1 }, edits: [{ op: "set", at: ["a"], value: 2 }], after: { a: 2 } },
    {
      name: "makes what is missing",
      before: {},
      edits: [{ op: "set", at: ["a", "b", 0, "c"], value: 1 }],
      after: { a: { b: [{ c: 1 }] } },
    },
    {
      name: "fills in for null",
      before: { a: null },
      edits: [{ op: "set", at: ["a", "b"], value: 1 }],
      after: { a: { b: 1 } },
    },
    { name: "appends to a list", before: [1], edits: [{ op: "set", at: [1], value: 2 }], after: [1, 2] },
    { name: "removes a key", before: { a: 1, b: 2 }, edits: [{ op: "remove", at: ["a"] }], after: { b: 2 } },
    { name: "removes an item", before: [1, 2, 3], edits: [{ op: "remove", at: [1] }], after: [1, 3] },
    {
      name: "removes nothing where nothing is",
      before: { a: 1 },
      edits: [{ op: "remove", at: ["b", "c"] }],
      after: { a: 1 },
    },
    {
      name: "applies one after the other",
      before: {},
      edits: [
        { op: "set", at: ["a"], value: { b: 1 } },
        { op: "set", at: ["a", "b"], value: 2 },
      ],
      after: { a: { b: 2 } },
    },
  ];

  it.each(cases)("$name", ({ before, edits, after }) => {
    const copy = structuredClone(before);
    expect(applyEdits(before, edits)).toEqual(after);
    expect(before).toEqual(copy);
  });

  it("does not pollute prototypes", () => {
    const edited = applyEdits<object>({}, [{ op: "set", at: ["__proto__", "polluted"], value: true }]);
    expect(Object.hasOwn(edited, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("refuses to edit inside a scalar or past the end of a list", () => {
    expect(() => applyEdits({ a: "text" }, [{ op: "set", at: ["a", "b"], value: 1 }])).toThrow(/parent is string/);
    expect(() => applyEdits([1], [{ op: "set", at: [5], value: 1 }])).toThrow(/list of 1/);
  });
});
