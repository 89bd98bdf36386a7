import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { code, fenced, plain, tableLines } from "../../linter/review/markdown-text.ts";
import { folder } from "./folder.ts";
import { attribute, named, parsePage, textOf, type Page } from "./page.ts";
import { gracewarden } from "./program.ts";
import { reviewed } from "./reviewed.ts";

/** Markdown as GitHub and GitLab read it, HTML in it included. */
const page = (markdown: string): Page =>
  parsePage(
    `<!doctype html>${micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] })}`,
  );

/** The cells of each row of each table, heads included. */
const rowsOf = (read: Page): string[][] =>
  named(read, "tr").map((row) =>
    row.childNodes.filter(({ nodeName }) => nodeName === "th" || nodeName === "td").map((cell) => textOf(cell)),
  );

const written = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const { code: exit, stdout } = await gracewarden(["report", "--format", "markdown"], { cwd: folder(files) });
  expect(exit).toBe(0);
  return stdout;
};

/** Names that Markdown would take for its own signs. */
const hostile = {
  pipe: "a|b",
  "pipe behind a backslash": "a\\|b\\",
  backticks: "`` ` ``` x",
  "line breaks": "a\n\n# b\n| c | d |\r\n---",
  "a script": "<script>alert(1)</script>",
  "a picture": "![x](https://evil.example/x.png)",
  "a link": "[x](javascript:alert(1))",
  "a bare address": "https://evil.example/?a=b www.evil.example",
  "a footnote": "[^1]: x [^1]",
  emphasis: "**a** __b__ ~~c~~",
  entities: "&lt;b&gt; &#35;",
  "a comment": "<!-- x",
  "a list": "- a",
  "a number": "1. a",
  "a task": "[ ] a",
  colours: "\u001B[31mred\u001B[0m",
  "another direction": "\u202Egpj.exe",
};

/** What a reader should see of a text: on one line, and a sign for each character that cannot be shown. */
const shown = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex -- it is them that are replaced
    .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g, "\uFFFD")
    .replaceAll(/\s+/g, " ")
    .trim();

const squeezed = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

describe("texts of manifests in Markdown", () => {
  it.each(Object.entries(hostile))("are read as they were written: %s", (_what, text) => {
    for (const mark of [plain, code]) {
      const bullet = page(`- ${mark(text)}\n`);
      expect(named(bullet, "li").map((item) => squeezed(textOf(item)))).toEqual([shown(text)]);
      const cells = page(tableLines(["a", "b"], [[mark(text), "last"]]).join("\n"));
      expect(rowsOf(cells).map((row) => row.map(squeezed))).toEqual([
        ["a", "b"],
        [shown(text), "last"],
      ]);
      for (const read of [bullet, cells])
        expect(named(read, "a", "img", "script", "em", "strong", "del", "input")).toEqual([]);
    }
  });

  it("are read as they were written, whatever they are", () => {
    const text = fc.string({
      unit: fc.constantFrom(..."ab1 .|\\`*_~#<>&;:/[]()!-+=@^w\n\t\u001B\u00A0\u202Eé".split("")),
      maxLength: 24,
    });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const read = page(tableLines(["a", "b"], [[plain(one), code(other)]]).join("\n"));
        expect(rowsOf(read).map((row) => row.map(squeezed))).toEqual([
          ["a", "b"],
          [shown(one), shown(other)],
        ]);
        const [item] = named(page(`- ${plain(one)} ${code(other)}: ${plain(one)}\n`), "li");
        expect(squeezed(textOf(item!))).toBe(squeezed(`${shown(one)} ${shown(other)}: ${shown(one)}`));
      }),
      { numRuns: 500 },
    );
  });

  it("do not end the block of code that they stand in", () => {
    const patch = "+ a\n```\n<script>\n````\n# b\n";
    const read = page(["before", "", ...fenced("diff", patch), "after"].join("\n"));
    expect(named(read, "code").map(textOf)).toEqual([patch]);
    expect(named(read, "script", "h1")).toEqual([]);
  });
});

describe("the Markdown report", () => {
  it("has every part of the HTML report, and rows as long as their heads", async () => {
    const text = await written(reviewed);
    const read = page(text);
    expect(named(read, "h2").map(textOf)).toEqual([
      "Findings",
      "What was not evaluated, and why",
      "PID namespaces and signal paths",
      "The clock at a deletion",
      "Waivers",
      "Remediation",
      "Controls that these rules support",
    ]);
    expect(named(read, "table")).toHaveLength(4);
    const columns = text
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) => line.match(/(?<!\\)\|/g)?.length);
    expect(new Set(columns)).toEqual(new Set([3, 6, 8]));
    expect(rowsOf(read).filter((row) => row.some((cell) => cell.includes("undefined")))).toEqual([]);
  });

  it("says of a finding where it is, what it means and the sum behind it", async () => {
    const items = named(page(await written(reviewed)), "li").map(textOf);
    expect(items.find((item) => item.includes("slow.yaml"))).toMatch(
      /^Pod\/slow container app slow\.yaml:9: the preStop hook of app takes 40 s, .*\(preStop 40 s; .*observed: grace period 30 s\)$/,
    );
  });

  it("lists waivers, the clock and who may signal whom", async () => {
    const rows = rowsOf(page(await written(reviewed)));
    expect(rows).toContainEqual([
      "grace-not-zero",
      "expires within 30 days",
      "2026-12-20",
      "team-a",
      "a simulator",
      "A-1",
      "StatefulSet/soon, expiring.yaml:7",
    ]);
    expect(rows).toContainEqual(["Pod/slow", "slow.yaml:1", "app", "30 s", "40 s", "unknown", "undetermined"]);
    expect(rows).toContainEqual([
      "Pod/together",
      "sharing.yaml:1",
      "one PID namespace for the whole pod: PID 1 is the pause process",
      "app: unknown; logs: cut: the program dies with its first process; alone: unknown",
      "app to logs (uid 1000, as logs); logs to app (uid 1000, as app)",
    ]);
  });

  it("holds the patch that --fix-dry-run prints", async () => {
    const cwd = folder(reviewed);
    const { stdout: diff } = await gracewarden(["lint", "--fix-dry-run", "."], { cwd });
    const { stdout } = await gracewarden(["report", "--format", "markdown"], { cwd });
    const blocks = named(page(stdout), "code").filter((block) => attribute(block, "class") === "language-diff");
    expect(blocks.map(textOf)).toEqual([diff]);
  });

  it.each(Object.entries(hostile))("takes names for text: %s", async (_what, name) => {
    const quoted = JSON.stringify(name);
    const manifest = `apiVersion: v1
kind: ${quoted}
metadata: { name: ${quoted} }
spec:
  shareProcessNamespace: true
  containers:
    - { name: ${quoted}, image: ${quoted}, command: [sh, -c, "x | cat"] }
    - { name: other, image: x }
`;
    const read = page(await written({ [`${name.replaceAll(/[/\n\r]/g, "")}.yaml`]: manifest }));
    expect(named(read, "a", "img", "script", "em", "del", "input")).toEqual([]);
    expect(named(read, "h1", "h2", "h3").map(textOf)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^[ab]$/)]),
    );
    const workload = rowsOf(read).find(([, , space]) => space?.startsWith("one PID namespace for the whole"));
    expect(squeezed(workload?.[0] ?? "")).toBe(shown(`${name}/${name}`));
    expect(squeezed(workload?.[3] ?? "")).toContain(`${shown(name)}: cut`);
  });
});
