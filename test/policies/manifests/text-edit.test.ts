import { describe, expect, it } from "vitest";
import type { Edit } from "../../../policies/edit.ts";
import { applyTextEdits, EditError, toTextEdits } from "../../../policies/manifests/text-edit.ts";
import type { Path } from "../../../policies/path.ts";
import { readOne, readText } from "./read-text.ts";

const set = (at: Path, value: unknown): Edit => ({ op: "set", at, value });
const remove = (at: Path): Edit => ({ op: "remove", at });

async function edited(text: string, edits: readonly Edit[]): Promise<string> {
  return applyTextEdits(text, toTextEdits(await readOne(text), edits));
}

const pod = `# top
spec: # the spec
  containers:
  - name: app # the app
    image: "app:1"

    # about two
  - name: two
    lifecycle: {} # none yet
    args: ["a", 'b'] # flow
  terminationGracePeriodSeconds: 0 # zero

# end
`;

describe("toTextEdits", () => {
  const cases: readonly [name: string, text: string, edits: readonly Edit[], edited: string][] = [
    ["replaces a scalar alone", "a: 'x' # c\nb: 2\n", [set(["a"], 5)], "a: 5 # c\nb: 2\n"],
    ["quotes what Kubernetes would misread", "a: 1\n", [set(["a"], "0777")], 'a: "0777"\n'],
    [
      "adds after the last entry, before what follows",
      pod,
      [set(["spec", "containers", 0, "x"], true)],
      pod.replace('"app:1"\n', '"app:1"\n    x: true\n'),
    ],
    [
      "makes missing parents, once for several edits",
      pod,
      [
        set(["spec", "containers", 0, "lifecycle", "preStop", "sleep", "seconds"], 5),
        set(["spec", "containers", 0, "lifecycle", "stopSignal"], "SIGTERM"),
      ],
      pod.replace(
        '"app:1"\n',
        '"app:1"\n    lifecycle:\n      preStop:\n        sleep:\n          seconds: 5\n      stopSignal: SIGTERM\n',
      ),
    ],
    [
      "fills an empty mapping, and keeps its comment",
      pod,
      [set(["spec", "containers", 1, "lifecycle", "preStop"], { sleep: { seconds: 5 } })],
      pod.replace(
        "lifecycle: {} # none yet\n",
        "lifecycle: # none yet\n      preStop:\n        sleep:\n          seconds: 5\n",
      ),
    ],
    ["fills null", "spec: null # c\nx: 1", [set(["spec", "a"], [1])], "spec: # c\n  a:\n    - 1\nx: 1"],
    ["fills nothing", "spec:\nx: 1", [set(["spec", "a"], 1)], "spec:\n  a: 1\nx: 1"],
    ["fills nothing with a scalar", "a: # c\nb: 1", [set(["a"], 1)], "a: 1 # c\nb: 1"],
    ["keeps to flow style", pod, [set(["spec", "containers", 1, "args", 2], "c")], pod.replace("'b']", "'b', c]")],
    [
      "removes an entry's line and its comment",
      pod,
      [remove(["spec", "terminationGracePeriodSeconds"])],
      pod.replace("  terminationGracePeriodSeconds: 0 # zero\n", ""),
    ],
    [
      "removes what shares a dash's line",
      pod,
      [remove(["spec", "containers", 0, "name"])],
      pod.replace("- name: app # the app\n    image", "- image"),
    ],
    [
      "removes what shares a dash's line before a comment",
      "- a: 1 # c\n  # d\n  b: 2\n",
      [remove([0, "a"])],
      "-\n  # d\n  b: 2\n",
    ],
    [
      "removes several from a dash's line on",
      "- a: 1\n  b: 2 # b\n  c: 3\n",
      [remove([0, "a"]), remove([0, "b"])],
      "- c: 3\n",
    ],
    ["leaves {} where the last entry went", "a:\n  b: 1\nc: 2\n", [remove(["a", "b"])], "a: {}\nc: 2\n"],
    ["leaves [] where the last item went", "a:\n- b: 1\nc: 2\n", [remove(["a", 0])], "a: []\nc: 2\n"],
    [
      "removes an item and keeps the others' text",
      "a:\n  - 'b' # b\n  - c # c\n  - d # d\n",
      [remove(["a", 1])],
      "a:\n  - 'b' # b\n  - d # d\n",
    ],
    ["removes the first line", "a: 1\nb: 2\n", [remove(["a"])], "b: 2\n"],
    ["removes all but what it adds", "a: 1\nb: 2\n", [remove(["a"]), set(["c"], 3), remove(["b"])], "c: 3\n"],
    ["appends at the key's indent", "a:\n- b\n", [set(["a", 1], { c: 1, d: [2] })], "a:\n- b\n- c: 1\n  d:\n  - 2\n"],
    ["appends deeper than the key", "a:\n  - b # b\nc: 1\n", [set(["a", 1], "x")], "a:\n  - b # b\n  - x\nc: 1\n"],
    ["takes the indent from the document", "a:\n    b: 1\n", [set(["c", "d"], 1)], "a:\n    b: 1\nc:\n    d: 1\n"],
    ["adds after a block scalar", "a: |\n  x\n\nb: 1\n", [set(["c"], 1)], "a: |\n  x\n\nb: 1\nc: 1\n"],
    [
      "adds after a last block scalar",
      "k:\n  a: |\n    x\n\nb: 1\n",
      [set(["k", "c"], 1)],
      "k:\n  a: |\n    x\n  c: 1\n\nb: 1\n",
    ],
    [
      "adds after blank lines that are content",
      "k:\n  a: |+\n    x\n\nb: 1\n",
      [set(["k", "c"], 1)],
      "k:\n  a: |+\n    x\n\n  c: 1\nb: 1\n",
    ],
    ["replaces a block scalar", "a: | # c\n  x\n  y\nb: 1\n", [set(["a"], "z")], "a: z # c\nb: 1\n"],
    ["replaces a collection by a scalar", "a: # c\n  x: 1\n  y: 2 # d\nb: 1\n", [set(["a"], 0)], "a: 0 # c\nb: 1\n"],
    ["replaces a scalar by a list", "a: x # c\nb: 1\n", [set(["a"], ["y"])], 'a: # c\n  - "y"\nb: 1\n'],
    ["replaces an item by a mapping", "- x\n- z\n", [set([0], { a: 1, b: 2 })], "- a: 1\n  b: 2\n- z\n"],
    [
      "replaces an item before a comment by a mapping",
      "- x # c\n- z\n",
      [set([0], { a: 1, b: 2 })],
      "- # c\n  a: 1\n  b: 2\n- z\n",
    ],
    ["writes lines as a block", "a: 1\n", [set(["b"], "x\ny\n")], "a: 1\nb: |\n  x\n  y\n"],
    ["keeps a file without a last line break so", "a: 1", [set(["b"], 2)], "a: 1\nb: 2"],
    [
      "keeps CRLF",
      "a:\r\n  b: 1\r\n",
      [set(["a", "c", "d"], 1), set(["e"], [1])],
      "a:\r\n  b: 1\r\n  c:\r\n    d: 1\r\ne:\r\n  - 1\r\n",
    ],
    ["drops a tag that no longer fits", "a: !!str 5\n", [set(["a"], 7)], "a: 7\n"],
    [
      "edits flow mappings on one line",
      "a: {b: 1, c: {}} # d\n",
      [set(["a", "c", "d"], ["x,y"]), set(["a", "e"], null), remove(["a", "b"])],
      'a: {c: {d: ["x,y"]}, e: null} # d\n',
    ],
    [
      "edits flow mappings on many lines",
      "a: {\n  b: 1, # b\n  c: 2 # c\n}\n",
      [set(["a", "d"], 3)],
      "a: {\n  b: 1, # b\n  c: 2, # c\n  d: 3\n}\n",
    ],
    ["gives a flow key its first value", "{a, b: }", [set(["a"], 1), set(["b"], 2)], "{a: 1, b: 2 }"],
    [
      "edits JSON on one line",
      '{"a":1,"b":{"c":[]}}',
      [set(["b", "c", 0, "d"], { e: "f" }), set(["g"], [1, 2])],
      '{"a":1,"b":{"c":[{"d":{"e":"f"}}]},"g":[1,2]}',
    ],
    [
      "edits JSON with spaces on one line",
      '{"a": 1, "b": {}}',
      [set(["b", "c"], { d: 1, e: [] })],
      '{"a": 1, "b": {"c": {"d": 1, "e": []}}}',
    ],
    [
      "edits JSON with an indent",
      '{\n    "a": 1,\n    "b": {\n        "c": []\n    }\n}\n',
      [set(["b", "c", 0], { d: 1 }), remove(["a"]), set(["e"], "f")],
      '{\n    "b": {\n        "c": [\n            {\n                "d": 1\n            }\n        ]\n    },\n    "e": "f"\n}\n',
    ],
    ["does nothing for what is so", "a: 1\n", [set(["a"], 1), remove(["b", "c"])], "a: 1\n"],
    ["edits beside anchors", "a: &a {b: 1}\nc: *a\nd: 1\n", [set(["d"], 2), remove(["c"])], "a: &a {b: 1}\nd: 2\n"],
    ["puts a value in an alias' stead", "a: &a x\nb: *a\n", [set(["b"], "y")], 'a: &a x\nb: "y"\n'],
    [
      "overrides what a merge key brings",
      "a: &a {b: 1}\nc:\n  <<: *a\n",
      [set(["c", "b"], 2)],
      "a: &a {b: 1}\nc:\n  <<: *a\n  b: 2\n",
    ],
    ["edits under a document's marker", "---\na: 1\n", [remove(["a"]), set(["b"], 1)], "---\nb: 1\n"],
    [
      "takes a bracket at its parent's indent",
      "a: [\n  x\n]\nb: 1\n",
      [set(["b"], 2), set(["a", 1], "z")],
      "a: [\n  x,\n  z\n]\nb: 2\n",
    ],
  ];
  it.each(cases)("%s", async (_, text, edits, wanted) => {
    expect(await edited(text, edits)).toBe(wanted);
  });

  const refused: readonly [name: string, text: string, edits: readonly Edit[], message: RegExp][] = [
    ["a path through an alias", "a: &a {b: 1}\nc: *a\n", [set(["c", "b"], 2)], /\*a.*anchor/],
    ["an anchor that is used", "a: &a {b: 1}\nc: *a\n", [set(["a", "b"], 2)], /&a.*used elsewhere/],
    ["removing an anchor that is used", "a: {x: &a 1}\nc: *a\n", [remove(["a"])], /&a.*used elsewhere/],
    ["what a merge key brings", "a: &a {b: {d: 1}}\nc: {<<: *a}\n", [set(["c", "b", "d"], 2)], /merge key/],
    ["removing what a merge key brings", "a: &a {b: 1}\nc: {<<: *a}\n", [remove(["c", "b"])], /merge key/],
    ["an entry that a later merge key overrides", "a: &a {b: 1}\nc: {b: 0, <<: *a}\n", [set(["c", "b"], 2)], /by hand/],
    ["a scalar in the way", "a: 1\n", [set(["a", "b"], 2)], /shape.*"b"/],
    ["the whole document", "a: 1\n", [remove([])], /whole document/],
  ];
  it.each(refused)("refuses %s", async (_, text, edits, message) => {
    const document = await readOne(text);
    expect(() => toTextEdits(document, edits)).toThrow(EditError);
    expect(() => toTextEdits(document, edits)).toThrow(message);
  });

  it("counts from the file's start", async () => {
    const text = 'a: 1\n---\nb: 2\n---\n{"c": 3}\n{"d": 4}\n';
    const { documents } = await readText(text);
    const edits = documents.flatMap((document) => toTextEdits(document, [set(["new"], 0)]));
    expect(applyTextEdits(text, edits)).toBe(
      'a: 1\nnew: 0\n---\nb: 2\nnew: 0\n---\n{"c": 3, "new": 0}\n{"d": 4, "new": 0}\n',
    );
  });

  it("refuses a document that has no text", () => {
    const document = {
      source: { name: "", text: "" },
      span: { start: 0, end: 0 },
      value: {},
      locate: () => ({ start: 0, end: 0 }),
    };
    expect(() => toTextEdits(document, [])).toThrow(/not read from text/);
  });
});

describe("applyTextEdits", () => {
  it("makes edits in any order", () => {
    expect(
      applyTextEdits("abcdef", [
        { start: 4, end: 5, text: "E" },
        { start: 0, end: 1, text: "" },
        { start: 2, end: 2, text: "-" },
      ]),
    ).toBe("b-cdEf");
  });

  it.each([
    [
      "overlap",
      [
        { start: 0, end: 3, text: "" },
        { start: 2, end: 4, text: "" },
      ],
    ],
    [
      "insert at the same place",
      [
        { start: 1, end: 1, text: "x" },
        { start: 1, end: 1, text: "y" },
      ],
    ],
  ])("refuses edits that %s", (_, edits) => {
    expect(() => applyTextEdits("abcdef", edits)).toThrow(EditError);
  });
});
