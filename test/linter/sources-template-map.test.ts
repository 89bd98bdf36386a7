import { describe, expect, it } from "vitest";
import { templateMap } from "../../linter/sources/template-map.ts";

/** `rendered line <- line of the template`, `~` where it is only near, `?` where none is known. */
function mapped(template: string, rendered: string): string[] {
  const lineOf = templateMap(template, rendered);
  const lines = template.split("\n");
  return rendered.split("\n").flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("---")) return [];
    const found = lineOf(index);
    if (found === undefined) return [`${line.trim()} ?`];
    return [`${line.trim()} <-${found.precision === "near" ? "~" : ""} ${found.line + 1} ${lines[found.line]?.trim()}`];
  });
}

describe("a rendered line", () => {
  it.each([
    {
      name: "is the one with its literal text and any value",
      template: 'one: {{ .a }}\ntwo: "x-{{ .b }}-y"\nthree: 1\n',
      rendered: 'one: 5\ntwo: "x-1-y"\nthree: 1\n',
      lines: ["one: 5 <- 1 one: {{ .a }}", 'two: "x-1-y" <- 2 two: "x-{{ .b }}-y"', "three: 1 <- 3 three: 1"],
    },
    {
      name: "is told from its twin by what it is nested in",
      template: "one:\n  image: {{ .a }}\ntwo:\n  image: {{ .b }}\n",
      rendered: "one:\n  image: x\ntwo:\n  image: x\n",
      lines: ["one: <- 1 one:", "image: x <- 2 image: {{ .a }}", "two: <- 3 two:", "image: x <- 4 image: {{ .b }}"],
    },
    {
      name: "is told from its twin by the order",
      template: "list:\n  - name: {{ .a }}\n    first: 1\n  - name: {{ .b }}\n    second: 2\n",
      rendered: "list:\n  - name: x\n    first: 1\n  - name: y\n    second: 2\n",
      lines: [
        "list: <- 1 list:",
        "- name: x <- 2 - name: {{ .a }}",
        "first: 1 <- 3 first: 1",
        "- name: y <- 4 - name: {{ .b }}",
        "second: 2 <- 5 second: 2",
      ],
    },
    {
      name: "may be one of many of a range",
      template: "list:\n{{- range .all }}\n  - name: {{ .name }}\n    size: {{ .size }}\n{{- end }}\n",
      rendered: "list:\n  - name: x\n    size: 1\n  - name: y\n    size: 2\n",
      lines: [
        "list: <- 1 list:",
        "- name: x <- 3 - name: {{ .name }}",
        "size: 1 <- 4 size: {{ .size }}",
        "- name: y <- 3 - name: {{ .name }}",
        "size: 2 <- 4 size: {{ .size }}",
      ],
    },
    {
      name: "that an include made is near what it is nested in, not at a line that looks alike",
      template: "list:\n  - name: {{ .a }}\n  {{- toYaml .more | nindent 2 }}\n",
      rendered: "list:\n  - name: x\n  - name: y\n",
      lines: ["list: <- 1 list:", "- name: x <-~ 1 list:", "- name: y <-~ 1 list:"],
    },
    {
      name: "is in the part of the template that fits its document, in whatever order helm prints them",
      template: "kind: Deployment\nname: {{ .n }}\nspec:\n  x: 1\n---\nkind: Service\nname: {{ .n }}\nspec:\n  y: 2\n",
      rendered: "---\nkind: Service\nname: a\nspec:\n  y: 2\n---\nkind: Deployment\nname: a\nspec:\n  x: 1\n",
      lines: [
        "kind: Service <- 6 kind: Service",
        "name: a <- 7 name: {{ .n }}",
        "spec: <- 8 spec:",
        "y: 2 <- 9 y: 2",
        "kind: Deployment <- 1 kind: Deployment",
        "name: a <- 2 name: {{ .n }}",
        "spec: <- 3 spec:",
        "x: 1 <- 4 x: 1",
      ],
    },
    {
      name: "is not looked for in actions, comments and text that is nowhere",
      template: '{{- /* a: 1\n  b: 2 */}}\n# a: 1\n{{ $x := "a: 1" }}\nlast: {{ .c\n  }}\n',
      rendered: "a: 1\nb: 2\nlast: 3\n",
      lines: ["a: 1 ?", "b: 2 ?", "last: 3 <- 5 last: {{ .c"],
    },
    {
      name: "of a list as deep as its key is nested in it",
      template: "init:\n- name: {{ .a }}\nmain:\n- name: {{ .b }}\n",
      rendered: "init:\n- name: x\nmain:\n- name: x\n",
      lines: [
        "init: <- 1 init:",
        "- name: x <- 2 - name: {{ .a }}",
        "main: <- 3 main:",
        "- name: x <- 4 - name: {{ .b }}",
      ],
    },
    { name: "of an empty template is unknown", template: "", rendered: "a: 1\n", lines: ["a: 1 ?"] },
    {
      name: "of a template that never ends its action",
      template: "one: {{ .x\ntwo: 1\n",
      rendered: "one: 1\ntwo: 1\n",
      lines: ["one: 1 <- 1 one: {{ .x", "two: 1 ?"],
    },
  ])("$name", ({ template, rendered, lines }) => {
    expect(mapped(template, rendered)).toEqual(lines);
  });

  it("is given up in time where the texts are huge", () => {
    const rendered = "aa: 1\n  bb:\n".repeat(2400);
    const lineOf = templateMap("aa: {{ . }}\n  bb: {{ . }}\n".repeat(2400), rendered);
    const start = process.cpuUsage().user;
    for (let line = 0; line < 4800; line += 100) lineOf(line);
    expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(2);
  });

  it("is given up in time where much is alike", () => {
    const rendered = "aa:\n".repeat(4000);
    const lineOf = templateMap("{{ . }}aa:{{ . }}\n".repeat(4000), rendered);
    const start = process.cpuUsage().user;
    for (let line = 0; line < 4000; line += 400) lineOf(line);
    expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(5);
  });
});
