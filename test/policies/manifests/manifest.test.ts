import { describe, expect, it } from "vitest";
import { readManifest, type Manifest, type ManifestOptions } from "../../../policies/manifests/manifest.ts";
import { positionAt } from "../../../policies/manifests/source.ts";
import { readText } from "./read-text.ts";

const values = ({ documents }: Manifest): unknown[] => documents.map(({ value }) => value);
const places = ({ source, problems }: Manifest): string[] =>
  problems.map(({ code, span }) => {
    const { line, column } = positionAt(source, span.start);
    return `${code} ${line}:${column}`;
  });

const utf16 = (text: string): Uint8Array => Buffer.from(text, "utf16le");

const counts = async (text: string, options?: ManifestOptions) => {
  const { notRelevant, skipped, documents, problems } = await readText(text, options);
  return {
    ...Object.fromEntries(notRelevant),
    skipped: skipped.map(({ reason }) => reason),
    documents: documents.length,
    problems: problems.length,
  };
};

describe("documents of a file", () => {
  const cases: readonly [name: string, text: string, values: readonly unknown[]][] = [
    ["one", "a: 1", [{ a: 1 }]],
    ["an empty file", "", []],
    ["blanks and comments", "\n# c\n---\n# d\n...\n", []],
    ["separators with comments", "--- # one\na: 1\n---\t# two\nb: 2\n---\n", [{ a: 1 }, { b: 2 }]],
    ["content on the separator's line", "--- {a: 1}\n--- 5", [{ a: 1 }, 5]],
    ["an end marker", "a: 1\n...\nb: 2\n", [{ a: 1 }, { b: 2 }]],
    ["directives", "%YAML 1.1\n---\na: 1\n", [{ a: 1 }]],
    [
      "dashes that separate nothing",
      "a: |\n  ---\n  x\nb: ----\n----: c\n",
      [{ a: "---\nx\n", b: "----", "----": "c" }],
    ],
    ["CRLF", "a: |\r\n  x\r\n---\r\nb: 2\r\n", [{ a: "x\n" }, { b: 2 }]],
    ["old Mac line breaks", "a: 1\r---\rb: 2", [{ a: 1 }, { b: 2 }]],
    ["a byte order mark", "\uFEFFa: 1", [{ a: 1 }]],
    ["JSON", '{"a": [1, 2e3], "b": "\\ud83d\\ude00"}', [{ a: [1, 2000], b: "😀" }]],
    ["JSON objects in a row", '{"a": "}{"}\n{"b": {}}{"c": 1}', [{ a: "}{" }, { b: {} }, { c: 1 }]],
    ["null", "null", [null]],
  ];
  it.each(cases)("%s", async (_, text, wanted) => {
    const manifest = await readText(text);
    expect(manifest.problems).toEqual([]);
    expect(values(manifest)).toEqual(wanted);
  });

  it("says where each stands", async () => {
    const { documents, source } = await readText("# c\n\na: 1 \n--- # d\n# e\nb: 2\n\n");
    expect(documents.map(({ span }) => source.text.slice(span.start, span.end))).toEqual(["a: 1", "b: 2"]);
  });
});

describe("problems", () => {
  const cases: readonly [name: string, text: string, places: readonly string[], values: readonly unknown[]][] = [
    ["an error leaves the other documents", "a: 1\n---\nb: c: d\n---\ne: 2\n", ["syntax 3:5"], [{ a: 1 }, { e: 2 }]],
    ["a tab as indentation", "a:\n\tb: 1\n", ["syntax 2:1"], []],
    ["an open quote", 'a: "b\n', ["syntax 2:1"], []],
    [
      "repeated keys",
      "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n",
      ["duplicate-key 4:3", "duplicate-key 5:1"],
      [{ a: 3, b: { c: 2 } }],
    ],
    ["keys that become the same", "1: a\n'1': b\n", ["duplicate-key 2:1"], [{ 1: "b" }]],
    ["a mapping as key", "? {a: 1}\n: b\n", ["syntax 1:3"], []],
    ["an alias inside of its anchor", "a: &a\n  b: [*a]\n", ["cyclic-anchor 2:7"], []],
    ["an alias of nothing", "a: *b\n", ["syntax 1:4"], []],
    ["a merge of text", "<<: a\n", ["syntax 1:5"], []],
    ["a second document after a mark", "a: 1\n\uFEFF---\nb: 2\n", ["syntax 1:1"], []],
    ["JSON cut short", '{"a": {"b": 1}', ["syntax 1:15"], []],
    ["JSON objects of which one is wrong", '{"a": 1}\n{"b": "1" 2}\n{"c": 1}', ["syntax 2:11"], [{ a: 1 }, { c: 1 }]],
  ];
  it.each(cases)("%s", async (_, text, wantedPlaces, wantedValues) => {
    const manifest = await readText(text);
    expect(places(manifest)).toEqual(wantedPlaces);
    expect(values(manifest)).toEqual(wantedValues);
  });

  it("says what to do", async () => {
    const { problems } = await readText("a:\n\tb: 1\n");
    expect(problems[0]?.message).toBe("YAML does not allow a tab as indentation: use spaces.");
  });
});

describe("hostile input", () => {
  it.each(["[", "{a: ", "- ", "a: [", '{"a":', "? ", "&a [", "!t {a: "])("%j 100,000 times over", async (part) => {
    const { problems, documents } = await readText(part.repeat(100_000));
    expect(documents).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(["too-deep"]);
  });

  describe.each(["\u0085", "\u2028", "\u2029"])("with a line break that only Kubernetes knows, %j,", (lineBreak) => {
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    const code = `U+${lineBreak.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

    it.each([
      ["a field in a comment", `${pod}spec:\n  # harmless${lineBreak}  hostPID: true\n`],
      ["a kind in a comment", `kind: Secret # harmless${lineBreak}kind: Pod\n`],
      ["all of an object", `# harmless${lineBreak}kind: Pod\nname: other\n`],
      ["all of a comment", `# harmless${lineBreak}kind: Pod\n`],
      ["a plain text that may go on", `${pod}spec:\n  hostname: a${lineBreak}  b\n`],
      ["a field in a block", `${pod}data: |\n  text${lineBreak}spec: {hostPID: true}\n`],
      ["one behind quotes", `${pod}a: "x${lineBreak}y" # harmless${lineBreak}b: 1\n`],
    ])("refuses %s", async (_, text) => {
      const { problems, documents, notRelevant, skipped } = await readManifest(
        "a.yaml",
        new TextEncoder().encode(text),
        {
          passOver: true,
        },
      );
      expect(problems).toMatchObject([
        { code: "hidden-line", span: { start: text.lastIndexOf(lineBreak), end: text.lastIndexOf(lineBreak) + 1 } },
      ]);
      expect(problems[0]?.message).toContain(code);
      expect({ documents, skipped, notRelevant: notRelevant.size }).toEqual({
        documents: [],
        skipped: [],
        notRelevant: 0,
      });
    });

    it("takes it between quotes, where nothing can be hidden", async () => {
      const manifest = await readText(`${pod}a: "x${lineBreak}y"\nb: 'x${lineBreak}y'\n`);
      expect(manifest.problems).toEqual([]);
      expect(values(manifest)).toMatchObject([{ kind: "Pod", a: `x${lineBreak}y`, b: `x${lineBreak}y` }]);
    });

    it.each(["", "# Words\n"])("passes over it in a file of another tool, after %j", async (head) => {
      const text = new TextEncoder().encode(`${head}greeting: hello${lineBreak}world\n`);
      const { problems, skipped } = await readManifest("a.yaml", text, { passOver: true });
      expect({ problems, skipped: skipped.length }).toEqual({ problems: [], skipped: 1 });
    });
  });

  it("takes 90 levels", async () => {
    expect((await readText("[".repeat(90) + "]".repeat(90))).problems).toEqual([]);
  });

  it.each([
    ["lists", (name: string, of: string) => `${name}: &${name} [${Array.from({ length: 9 }, () => of).join(",")}]\n`],
    [
      "mappings",
      (name: string, of: string) =>
        `${name}: &${name} {${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((key) => `k${key}: ${of}`).join(",")}}\n`,
    ],
  ])("refuses an alias bomb of %s without expanding it", async (_, level) => {
    const names = Array.from({ length: 16 }, (_level, index) => `x${index}`);
    const bomb = names.map((name, index) => level(name, index === 0 ? "lol" : `*${names[index - 1]}`)).join("");
    const { problems, documents } = await readText(bomb);
    expect(problems.map(({ code }) => code)).toEqual(["alias-bomb"]);
    expect(documents).toEqual([]);
  });

  it("takes as many aliases as Kubernetes does", async () => {
    const text = `a: &a {b: 1}\nc:\n${"- *a\n".repeat(20_000)}`;
    expect((await readText(text)).problems).toEqual([]);
  });

  it("reads 10,000 documents, and 50 MB of them", async () => {
    const document = "kind: Pod\nspec:\n  containers:\n  - {name: a}\n---\n";
    const few = await readText(document.repeat(10_000));
    expect(few.documents.length).toBe(10_000);
    const filler = `apiVersion: v1\nkind: ConfigMap\ndata:\n  text: ${"x".repeat(400)}\n---\n`;
    const many = await readText(filler.repeat(112_000));
    expect(many.source.text.length).toBeGreaterThan(50_000_000);
    expect(many.notRelevant.get("ConfigMap")).toBe(112_000);
  });

  it("counts lines without a pass for each", async () => {
    const { source, problems } = await readText("a: 1\na: 2\n---\n".repeat(20_000));
    expect(problems.map(({ span }) => positionAt(source, span.start).line).at(-1)).toBe(59_999);
  });
});

describe("encodings", () => {
  const cases: readonly [name: string, bytes: Uint8Array, message: RegExp, place: string][] = [
    ["UTF-16 with a mark", utf16("\uFEFFkind: Pod\n"), /UTF-16/, "1:1"],
    ["UTF-16 without", utf16("kind: Pod\n"), /UTF-16/, "1:1"],
    ["UTF-16, big end first", utf16("kind: Pod\n").toReversed(), /UTF-16/, "1:1"],
    ["binary", Uint8Array.from([127, 69, 76, 70, 2, 1, 1, 0, 0, 7, 9, 200]), /binary/, "1:1"],
    ["Latin-1", Buffer.from("a: 1\nb: caf\xe9\n", "latin1"), /not valid UTF-8/, "2:7"],
    [
      "a replacement character before the error",
      Buffer.concat([Buffer.from("a: \uFFFD\n"), Buffer.from([98, 255])]),
      /UTF-8/,
      "2:2",
    ],
  ];
  it.each(cases)("%s", async (_, bytes, message, place) => {
    const manifest = await readManifest("x", bytes);
    expect(places(manifest)).toEqual([`encoding ${place}`]);
    expect(manifest.problems[0]?.message).toMatch(message);
    expect(manifest.documents).toEqual([]);
  });
});

describe("documents that are not judged", () => {
  const none = { skipped: [], documents: 0, problems: 0 };
  const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: [\n";

  it("drops what cannot matter, by kind and group", async () => {
    expect(await counts(`${crd}---\n# c\nkind: "Secret" # c\napiVersion: v1\n---\n${crd}`)).toEqual({
      ...none,
      CustomResourceDefinition: 2,
      Secret: 1,
    });
    expect(await counts('{"kind": "Secret", "apiVersion": "v1"}')).toEqual({ ...none, Secret: 1 });
    expect(await counts("kind: ConfigMapList\napiVersion: v1\r\n")).toEqual({ ...none, ConfigMapList: 1 });
  });

  it("drops a custom resource that names no containers", async () => {
    expect(await counts("apiVersion: kafka.example-org.io/v1\nkind: Topic\nspec: [\n")).toEqual({ ...none, Topic: 1 });
  });

  it.each([
    ["a kind of the same name that holds a pod", "apiVersion: example.com/v1\nkind: Role\nspec: { containers: [] }\n"],
    ["what may name containers in another way", 'apiVersion: example.com/v1\nkind: Role\n"\\x63ontainers": []\n'],
    ["a waiver on a custom resource", "apiVersion: example.com/v1\nkind: Role\n# waive.gracewarden.io/x\n"],
    ["a custom list", "apiVersion: example.com/v1\nkind: RoleList\nitems: []\n"],
    ["a rollout without a pod", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n"],
    ["an autoscaler of a custom group", "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\n"],
    ["a kind of Kubernetes' own that is not listed", "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"],
    ["no apiVersion", "kind: Secret\n"],
    ["a kind that is not at the top", "apiVersion: v1\nitems:\n- kind: Secret\n"],
    ["a list", "apiVersion: v1\nkind: List\n"],
  ])("reads %s", async (_, text) => {
    expect(await counts(text)).toEqual({ ...none, documents: 1 });
  });

  it("reads two objects without a separator, which may hide one", async () => {
    const { problems, documents } = await readText("apiVersion: v1\nkind: Secret\napiVersion: v1\nkind: Pod\n");
    expect(problems.map(({ code }) => code)).toEqual(["duplicate-key", "duplicate-key"]);
    expect(documents.map(({ value }) => value)).toEqual([{ apiVersion: "v1", kind: "Pod" }]);
  });

  it("judges the syntax of the dropped when strict", async () => {
    expect(await counts(crd)).toEqual({ ...none, CustomResourceDefinition: 1 });
    expect(await counts(crd, { strict: true })).toEqual({ ...none, CustomResourceDefinition: 1, problems: 1 });
  });

  it.each([
    ["a mapping without a kind", "a: [\n- b\n# c\nd_e: f\n", true],
    ["what follows a comment", "# c\n---\na: 1\n", true],
    ["two spaces", "  a: 1\n  kind: Pod\n", false],
    ["a kind with a blank behind it", "a: 1\nkind : Pod\n", false],
    ["an apiVersion alone", "a: 1\r\napiVersion: v1\r\n", false],
    ["a quoted key", "a: 1\n'kind': Pod\n", false],
    ["a merge key", "a: &b { kind: Pod }\n<<: *b\n", false],
    ["an explicit key", "a: 1\n? kind\n: Pod\n", false],
    ["an anchored key", "a: 1\n&b kind: Pod\n", false],
    ["a template's action", 'a: 1\n{{ include "kind" . }}\n', false],
    ["a list", "- kind: Pod\n", false],
    ["flow style", "{ a: 1 }\n", false],
    ["text", "a\n", false],
  ])("asked to pass over what has no kind, does so only where the text is sure: %s", async (_, text, isPassedOver) => {
    const reason = "not a Kubernetes object: neither apiVersion nor kind";
    const { skipped } = await readText(text, { passOver: true });
    expect(skipped.some((one) => one.reason === reason)).toBe(isPassedOver);
    expect((await readText(text)).skipped.some((one) => one.reason === reason)).toBe(false);
  });

  it.each([
    ["an action at the margin", "a: 1\n{{- if .x }}\nb: 2\n{{- end }}\n", true],
    ["an action at the head", '{{ define "a" }}\nb: 2\n', true],
    ["an action in a block of text", "a: |\n  {{- if .x }}\n  b\n  {{ end }}\nb: 1\n", false],
    ["an action in quotes", 'a: "{{ if .x }}"\nb: 1\n', false],
  ])("tells a Go template from YAML: %s", async (_, text, isTemplate) => {
    const { skipped } = await readText(text);
    expect(skipped.some(({ reason }) => reason === "Go template")).toBe(isTemplate);
  });

  it.each([
    ["Jinja's", "a: 1\n{% if x %}\nb: 2\n{% endif %}\n", "Jinja template"],
    ["Jinja's with signs for blanks", "a: 1\n{%- for x in {{ y }} -%}\nb: 2\n", "Jinja template"],
    ["Terraform's", 'a: 1\n%{ if x != "" ~}\nb: ${x}\n%{~ endif }\n', "Terraform template"],
    ["Helm's", "a: {{ .x }}\n", "Go template"],
  ])("skips a template that is no YAML, by its engine: %s", async (_, text, reason) => {
    expect(await counts(text)).toEqual({ ...none, skipped: [reason] });
  });

  it("takes a curl format in broken YAML for no template", async () => {
    const { problems, skipped } = await readText('a: "%{http_code}\n');
    expect({ problems: problems.map(({ code }) => code), skipped }).toEqual({ problems: ["syntax"], skipped: [] });
  });

  it("skips a Go template, but not text with braces that is YAML", async () => {
    expect(await counts("a: {{ .Values.a }}\n---\n{{- if .x }}\na: 1\n{{- end }}\n---\nb: '{{ .y }}'\n")).toEqual({
      ...none,
      skipped: ["Go template", "Go template"],
      documents: 1,
    });
  });
});
