import { describe, expect, it } from "vitest";
import { formatPath } from "../../../policies/path.ts";
import type { ShapeProblem } from "../../../policies/pods/object.ts";
import { conform, type Shape } from "../../../policies/pods/shape.ts";

const shape: Shape = {
  fields: {
    text: "string",
    count: "integer",
    flag: "boolean",
    port: "integer-or-string",
    words: { list: "string" },
    nested: { fields: { count: "integer" } },
  },
};

describe("conform", () => {
  const cases: { name: string; value: unknown; conformed: unknown; problems: string[] }[] = [
    {
      name: "what is right stays",
      value: { text: "a", count: -1, flag: false, port: "http", words: ["a"], nested: { count: 0 }, other: [1] },
      conformed: { text: "a", count: -1, flag: false, port: "http", words: ["a"], nested: { count: 0 }, other: [1] },
      problems: [],
    },
    {
      name: "null is absent",
      value: { text: null, nested: null, words: null },
      conformed: {},
      problems: [],
    },
    {
      name: "a number in quotes",
      value: { count: "30" },
      conformed: {},
      problems: ['count: count must be a whole number, but is the string "30": remove the quotes'],
    },
    {
      name: "a fraction",
      value: { count: 0.5 },
      conformed: {},
      problems: ["count: count must be a whole number, but is 0.5"],
    },
    {
      name: "a number that cannot be held",
      value: { count: 2 ** 60 },
      conformed: {},
      problems: [
        "count: count must be a whole number from -9007199254740991 to 9007199254740991, but is 1152921504606847000 (rounded)",
      ],
    },
    {
      name: "a boolean where text belongs",
      value: { words: ["a", true] },
      conformed: { words: ["a", ""] },
      problems: ["words[1]: words must be a string, but is true: put it in quotes"],
    },
    {
      name: "null in a list is the zero of its type, so that indexes hold",
      value: { words: [null, "a"], nested: { count: 1 } },
      conformed: { words: ["", "a"], nested: { count: 1 } },
      problems: [],
    },
    {
      name: "text where a boolean belongs",
      value: { flag: "yes" },
      conformed: {},
      problems: ['flag: flag must be true or false, but is the string "yes"'],
    },
    {
      name: "a mapping where a list belongs",
      value: { words: { a: "b" } },
      conformed: {},
      problems: ["words: words must be a list, but is a mapping: begin each item with `- `"],
    },
    {
      name: "a list where a mapping belongs",
      value: { nested: [1] },
      conformed: {},
      problems: ["nested: nested must be a mapping, but is a list"],
    },
    {
      name: "a mapping where a number or a name belongs",
      value: { port: {} },
      conformed: {},
      problems: ["port: port must be a whole number or a name, but is a mapping"],
    },
    {
      name: "a placeholder may become anything",
      value: { count: "${COUNT}", nested: { count: "{{ .Values.count }}" } },
      conformed: { nested: {} },
      problems: [
        '? count: count is the string "${COUNT}", a placeholder: render the manifest before linting it to have this judged',
        '? nested.count: count is the string "{{ .Values.count }}", a placeholder: render the manifest before linting it to have this judged',
      ],
    },
    {
      name: "a long text is cut in the message",
      value: { count: "x".repeat(60) },
      conformed: {},
      problems: [`count: count must be a whole number, but is the string "${"x".repeat(40)}…"`],
    },
    {
      name: "text at the top",
      value: "text",
      conformed: undefined,
      problems: [': the document must be a mapping, but is the string "text"'],
    },
  ];

  it.each(cases)("$name", ({ value, conformed, problems }) => {
    const before = structuredClone(value);
    const found: ShapeProblem[] = [];
    expect(conform(value, shape, [], found)).toEqual(conformed);
    expect(value).toEqual(before);
    expect(
      found.map(({ at, message, verdict }) => `${verdict === "undetermined" ? "? " : ""}${formatPath(at)}: ${message}`),
    ).toEqual(problems);
  });

  it("shares what is right", () => {
    const value = { text: "a", nested: { count: 1 } };
    expect(conform(value, shape, [], [])).toBe(value);
  });
});
