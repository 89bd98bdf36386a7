import { describe, expect, it } from "vitest";
import { resolvePlain, type Scalar } from "../../../policies/manifests/scalars.ts";
import { readOne } from "./read-text.ts";

/** What sigs.k8s.io/yaml 1.6.0 on go.yaml.in/yaml v2.4.4, the reader inside of kubectl 1.37, makes of each. */
const plain: Readonly<Record<string, readonly string[]>> = {
  true: ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"],
  false: ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"],
  null: ["", "~", "null", "Null", "NULL"],
  5: ["5", "+5", "0b101", "0B101", "0o5", "0O5", "05", "0x5", "0X5", "5.0", "5.", "0.5e1", "5_"],
  "-5": ["-5", "-05", "-0x5", "-0b101", "-_5", "-5."],
  511: ["0777", "0o777", "+0777", "0x1FF", "0_777", "0x_1ff", "5_11", "5__11", "511.0"],
  8: ["08", "010", "8e0", "0.8E+1"],
  0.5: [".5", "+.5", "0.5", "5e-1", ".5_0"],
  1000: ["1e3", "1E3", "1_000", "1e+3"],
  "9223372036854775807": ["9223372036854775807", "9_223372036854775807"],
  "18446744073709552000": ["18446744073709551615", "0xFFFFFFFFFFFFFFFF", "18446744073709551616"],
  "7.777777777777777e+21": ["07777777777777777777777"],
};

const text = [
  "yEs",
  "tRUE",
  "nULL",
  "0o8",
  "0x",
  "0b",
  "0b12",
  "0xg",
  "1e",
  "e3",
  ".",
  ".e3",
  "..5",
  "1.2.3",
  "10.0.0.1",
  "1e999",
  ".5e999",
  "-",
  "+",
  "--5",
  "_1",
  "1:30",
  "190:20:30.15",
  "2001-01-01",
  "2001-12-14t21:59:43.10-05:00",
  "5s",
  "100m",
  "1Gi",
  "=",
  "<<",
  "inf",
  "Infinity",
  "nan",
  "0x1p-2",
  "0x1FFFFFFFFFFFFFFFF",
  "-0x8000000000000001",
  "+0xFFFFFFFFFFFFFFFF",
  "0o7777777777777777777777",
];

describe("plain scalars", () => {
  it.each(Object.entries(plain))("reads as %s", (value, written) => {
    const wanted: Scalar =
      value === "null" ? null : value === "true" ? true : value === "false" ? false : Number(value);
    expect(written.map((scalar) => [scalar, resolvePlain(scalar)])).toEqual(written.map((scalar) => [scalar, wanted]));
  });

  it("leaves everything else as text", () => {
    expect(text.map(resolvePlain)).toEqual(text);
  });

  it("reads what JSON cannot say", () => {
    expect([".inf", "+.Inf", "-.INF", ".NaN"].map(resolvePlain)).toEqual([Infinity, Infinity, -Infinity, Number.NaN]);
  });
});

describe("values in a document", () => {
  /** Taken from the same reader, document by document. */
  const cases: readonly [written: string, value: unknown][] = [
    ["k: '5'", { k: "5" }],
    ["k: !!str 5", { k: "5" }],
    ['k: !!int "5"', { k: 5 }],
    ['k: !!float "1e3"', { k: 1000 }],
    ['k: !!bool "yes"', { k: true }],
    ['k: !!null ""', { k: null }],
    ["k: !!timestamp 2001-01-01", { k: "2001-01-01" }],
    ["k: !!binary aGk=", { k: "hi" }],
    ["k: !local 5", { k: "5" }],
    ["k: ! 5", { k: "5" }],
    ["k: !<tag:yaml.org,2002:int> 5", { k: 5 }],
    ["k: !Ref [a]", { k: ["a"] }],
    ["k: !!set {a, b}", { k: { a: null, b: null } }],
    ["k: !!omap [a: 1]", { k: [{ a: 1 }] }],
    ["on: 1\n0x10: 2\n010: 3\n1.50: 4\n1e6: 5\n'on': 6", { true: 1, 16: 2, 8: 3, 1.5: 4, "1e+06": 5, on: 6 }],
    ["2001-01-01: v", { "2001-01-01": "v" }],
    ["k: |\n  a", { k: "a\n" }],
    ["k: |+\n  a\n\n", { k: "a\n\n" }],
    ["k: >-\n  a\n  b\n\n  c", { k: "a b\nc" }],
    ['k: "a\\\n  b\\x41"', { k: "abA" }],
    ["a: &x {p: 1, q: 2}\nb: {<<: *x, p: 5}", { a: { p: 1, q: 2 }, b: { p: 5, q: 2 } }],
    // Unlike other readers', its merge key overrides what stands before it.
    ["a: &x {p: 1, q: 2}\nb: {p: 5, <<: *x}", { a: { p: 1, q: 2 }, b: { p: 1, q: 2 } }],
    ["a: &x {p: 1}\nb:\n  <<: [*x, {p: 9, z: 1}]", { a: { p: 1 }, b: { p: 1, z: 1 } }],
    ["k: &a b\nl: *a\n*a : 3", { k: "b", l: "b", b: 3 }],
    ["a: [\n'x\n']\nb: [ # don't\n  z, # it's\n]\nc: {\n}", { a: ["x "], b: ["z"], c: {} }],
    ['a: [\n  "p # q", # don\'t\nx, "y # z\nk"\n]', { a: ["p # q", "x", "y # z k"] }],
    ['{\n\t"a": {\n\t\t"b": 1\n\t}\n}', { a: { b: 1 } }],
    ["- a\n- - b\n  - c", ["a", ["b", "c"]]],
  ];
  it.each(cases)("%j", async (written, value) => {
    expect((await readOne(written)).value).toEqual(value);
  });

  it("keeps __proto__ a key", async () => {
    for (const written of [
      "__proto__: {polluted: 1}",
      '{"__proto__": {"polluted": 1}}',
      "a: &a {__proto__: {polluted: 1}}\nb: {<<: *a}",
    ]) {
      const { value } = await readOne(written);
      expect(JSON.stringify(value)).toContain('"__proto__":{"polluted":1}');
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      expect((value as Record<string, unknown>)["polluted"]).toBeUndefined();
    }
  });
});
