import { expect, it } from "vitest";
import type { Path } from "../../../policies/path.ts";
import { readOne, readText } from "./read-text.ts";

const text = `# top
---
apiVersion: v1
metadata: {name: "x", "a/b": 'it''s', tags: [p, q]} # flow
spec: &spec # comment: with colon
  containers: &list
  - name: app # first
    image: >-
      folded
      text

    "args":
      - &arg "--a=b: c"
      - |
        script # no comment

    lifecycle:
    ports: []
  # between
  -
    name: late
  - !local
    name: tagged
  initContainers: *list
  other: *arg
template:
  <<: *spec
  extra: 1
base: &base {a: 1, b: 2}
merged: {a: 0, <<: [*base, {c: 3}], b: 9}
? explicit
: value
`;

const cases: readonly [path: Path, found: string, key: string, value: RegExp][] = [
  [["apiVersion"], "v1", "apiVersion", /^v1$/],
  [["metadata", "name"], '"x"', "name", /^"x"$/],
  [["metadata", "a/b"], "'it''s'", '"a/b"', /^'it''s'$/],
  [["metadata", "tags"], "[p, q]", "tags", /^\[p, q\]$/],
  [["metadata", "tags", 1], "q", "q", /^q$/],
  [["metadata"], "{name: \"x\", \"a/b\": 'it''s', tags: [p, q]}", "metadata", /^\{.*\}$/],
  [["spec"], "spec", "spec", /^containers[^]*\*arg$/],
  [["spec", "containers"], "containers", "containers", /^- name: app[^]*tagged$/],
  [["spec", "containers", 0], "name: app", "name: app", /^name[^]*\[\]$/],
  [["spec", "containers", 0, "image"], "image", "image", /^>-\n {6}folded\n {6}text$/],
  [["spec", "containers", 0, "args", 0], '"--a=b: c"', '"--a=b: c"', /^"--a=b: c"$/],
  [["spec", "containers", 0, "args", 1], "|", "|", /^\|\n {8}script # no comment$/],
  [["spec", "containers", 0, "lifecycle"], "lifecycle", "lifecycle", /^$/],
  [["spec", "containers", 0, "lifecycle", "preStop"], "lifecycle", "lifecycle", /^lifecycle$/],
  [["spec", "containers", 0, "ports"], "[]", "ports", /^\[\]$/],
  [["spec", "containers", 1, "name"], "late", "name", /^late$/],
  [["spec", "containers", 2], "name: tagged", "name: tagged", /^name: tagged$/],
  [["spec", "containers", 7, "name"], "containers", "containers", /^containers$/],
  // A path that ends at an alias is the alias; one that goes through it is its anchor's content.
  [["spec", "initContainers"], "*list", "initContainers", /^\*list$/],
  [["spec", "initContainers", 0, "name"], "app", "name", /^app$/],
  [["spec", "other"], "*arg", "other", /^\*arg$/],
  [["template", "containers", 1, "name"], "late", "name", /^late$/],
  [["template", "extra"], "1", "extra", /^1$/],
  [["template", "none"], "template", "template", /^template$/],
  [["merged", "a"], "1", "a", /^1$/],
  [["merged", "b"], "9", "b", /^9$/],
  [["merged", "c"], "3", "c", /^3$/],
  [["explicit"], "value", "explicit", /^value$/],
  [[], "apiVersion: v1", "apiVersion: v1", /^apiVersion[^]*value$/],
];

it.each(["\n", "\r\n"])("says where a path stands, lines ending in %j", async (lineBreak) => {
  const document = await readOne(text.replaceAll("\n", lineBreak));
  const written = (path: Path, part?: "key" | "value"): string => {
    const { start, end } = document.locate(path, part);
    return document.source.text.slice(start, end).replaceAll("\r\n", "\n");
  };
  for (const [path, found, key, value] of cases) {
    expect([path, written(path), written(path, "key"), written(path, "value")]).toEqual([
      path,
      found,
      key,
      expect.stringMatching(value),
    ]);
  }
});

it("counts from the file's start", async () => {
  const { documents, source } = await readText('a: 1\n---\n{"b": 2}\n{"c": 3}\n---\nd:\n  e: 4\n');
  const found = [["a"], ["b"], ["c"], ["d", "e"]].map((path, index) => {
    const { start, end } = documents[index]?.locate(path) ?? { start: 0, end: 0 };
    return source.text.slice(start, end);
  });
  expect(found).toEqual(["1", "2", "3", "4"]);
});
