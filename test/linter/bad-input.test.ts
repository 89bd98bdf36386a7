import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brief, lint, parseFindings } from "./findings.ts";
import { folder, hasty, pod } from "./folder.ts";
import { gracewardenProcess } from "./program.ts";

interface Case {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly args?: readonly string[];
  /** `line rule severity`, then words that the message must have. */
  readonly reports: readonly (readonly [string, RegExp?])[];
  readonly skipped?: RegExp;
  /** Objects that are judged all the same. */
  readonly checked?: number;
}

const bad = "readable-manifest error";
const bom = "\uFEFF";
const withGrace = (value: string): string =>
  pod().replace("spec:\n", `spec:\n  terminationGracePeriodSeconds: ${value}\n`);

const cases: readonly Case[] = [
  {
    name: "a binary file",
    content: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3, 0, 0]),
    reports: [[`1 ${bad}`, /binary/]],
  },
  { name: "UTF-16", content: Buffer.from(`${bom}${pod()}`, "utf16le"), reports: [[`1 ${bad}`, /UTF-16/]] },
  {
    name: "bytes that are no UTF-8",
    content: Buffer.from(pod().replace("app:1", "app:\u00FF"), "latin1"),
    reports: [[`8 ${bad}`, /UTF-8/]],
  },
  { name: "a byte order mark", content: `${bom}${hasty()}`, reports: [["6 grace-not-zero warn"]], checked: 1 },
  { name: "CRLF", content: hasty().replaceAll("\n", "\r\n"), reports: [["6 grace-not-zero warn"]], checked: 1 },
  {
    name: "an alias bomb",
    content: `apiVersion: v1\nkind: Pod\na: &a [x,x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e", "f", "g", "h", "i"]
      .map(
        (name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${"abcdefgh"[index]}`).join(",")}]\n`,
      )
      .join("")}`,
    reports: [[bad, /alias/i]],
  },
  {
    name: "a cyclic anchor",
    content: "apiVersion: v1\nkind: Pod\nmetadata: &m\n  name: loop\n  again: *m\n",
    reports: [[bad, /anchor|alias|itself/i]],
  },
  {
    name: "deep nesting",
    content: `apiVersion: v1\nkind: Pod\nspec: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`,
    reports: [[bad, /deep|nest/i]],
  },
  {
    name: "tabs as indentation",
    content: "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: tab\n",
    reports: [[`4 ${bad}`, /tab/i]],
  },
  {
    name: "a key twice",
    content: withGrace("30\n  terminationGracePeriodSeconds: 60"),
    reports: [[`7 ${bad}`, /twice/]],
    checked: 1,
  },
  { name: "an empty file", content: "", reports: [], skipped: /empty/ },
  { name: "comments only", content: "# nothing\n---\n# yet\n", reports: [], skipped: /empty/ },
  { name: "no kind", content: "apiVersion: v1\nmetadata: { name: nameless }\n", reports: [[bad, /kind is missing/]] },
  {
    name: "spec is null",
    content: "apiVersion: v1\nkind: Pod\nmetadata: { name: hollow }\nspec: null\n",
    reports: [[`4 ${bad}`, /spec .*null/]],
    checked: 1,
  },
  {
    name: "containers that are no list",
    content: "apiVersion: v1\nkind: Pod\nmetadata: { name: flat }\nspec:\n  containers:\n    app: { image: app }\n",
    reports: [[`5 ${bad}`, /containers/]],
    checked: 1,
  },
  { name: "a number in quotes", content: withGrace('"30"'), reports: [[`6 ${bad}`, /30/]], checked: 1 },
  {
    name: "a number that no number here can hold",
    content: withGrace("9007199254740993"),
    reports: [[`6 ${bad}`, /whole number from .* to 9007199254740991, but is 9007199254740993$/]],
    checked: 1,
  },
  {
    name: "text that YAML 1.1 reads as a boolean",
    content: pod().replace("registry.example/app:1", "y"),
    reports: [[`8 ${bad}`, /image must be a string, but is y, which YAML 1\.1 reads as true: put it in quotes$/]],
    checked: 1,
  },
  {
    name: "text that YAML 1.1 reads as an octal number",
    content: pod().replace("registry.example/app:1", "0644"),
    reports: [[`8 ${bad}`, /but is 0644, which YAML 1\.1 reads as 420: put it in quotes$/]],
    checked: 1,
  },
  {
    name: "a negative grace period",
    content: withGrace("-5"),
    reports: [["6 grace-not-zero error", /negative/]],
    checked: 1,
  },
  {
    name: "a Go template",
    content: "kind: Pod\nspec:\n  {{- range .Values.pods }}\n  {{ end }}\n",
    reports: [],
    skipped: /Go template/,
  },
  { name: "no Kubernetes", content: "version: 3\nservices: {}\n", reports: [], skipped: /not a Kubernetes object/ },
];

describe("a file with", () => {
  it.each(cases.map((one) => [one.name, one] as const))(
    "%s",
    async (_name, { content, args = [], reports, skipped = /^$/, checked = 0 }) => {
      const cwd = folder({ "bad.yaml": content });
      const result = await lint([...args, "bad.yaml"], { cwd });
      const shown = result.findings.map((finding) => brief(finding));
      expect(shown).toHaveLength(reports.length);
      for (const [index, [expected, words = /./]] of reports.entries()) {
        expect(shown[index]).toContain(expected.replace(/^(\d+) /, "bad.yaml:$1 "));
        expect(result.findings[index]?.message).toMatch(words);
        expect(result.findings[index]?.message).not.toMatch(/\n|undefined|\[object/);
      }
      expect(result.code).toBe(reports.some(([expected]) => expected.includes("error")) ? 1 : 0);
      expect(result.files.linted + result.files.skipped.length).toBe(1);
      expect(result.files.skipped.map(({ reason }) => reason).join()).toMatch(skipped);
      expect(result.objects.checked).toBe(checked);
    },
  );

  it("a huge grace period is judged, not refused", async () => {
    const { code, objects } = await lint(["bad.yaml"], { cwd: folder({ "bad.yaml": withGrace("9000000000000000") }) });
    expect([code, objects.checked]).toEqual([expect.any(Number), 1]);
  });

  it("10,000 documents", async () => {
    const text = Array.from({ length: 10_000 }, (_, index) => (index === 7_777 ? hasty() : pod(`p${index}`))).join(
      "---\n",
    );
    const { findings, objects } = await lint(["many.yaml"], { cwd: folder({ "many.yaml": text }) });
    expect(objects.checked).toBe(10_000);
    expect(findings.map(brief)).toEqual([`many.yaml:${7_777 * 9 + 6} grace-not-zero warn`]);
  });

  it("50 MB", async () => {
    const filler = `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: big }\ndata:\n  text: |\n${`    ${"x".repeat(995)}\n`.repeat(1000)}`;
    const { findings, objects } = await lint(["big.yaml"], {
      cwd: folder({ "big.yaml": `${filler.repeat(50)}---\n${hasty()}` }),
    });
    expect(objects).toEqual({ checked: 1, notRelevant: 50, skipped: 0 });
    expect(findings.map(brief)).toEqual(["big.yaml:50307 grace-not-zero warn"]);
  });

  it("more than 100 MiB", async () => {
    const cwd = folder({ "huge.yaml": Buffer.alloc(100 * 1024 * 1024 + 1, 0x20), "app.yaml": pod() });
    const { code, findings, files } = await lint(["."], { cwd });
    expect([code, findings.map(brief), files]).toEqual([
      1,
      [`huge.yaml:1 ${bad}`],
      { linted: 1, skipped: [{ file: "huge.yaml", reason: expect.stringContaining("100 MiB") as string }] },
    ]);
  });
});

describe("a folder with", () => {
  it("a broken symbolic link reports it", async () => {
    const cwd = folder({ "app.yaml": pod() });
    symlinkSync("nowhere.yaml", join(cwd, "broken.yaml"));
    symlinkSync("nowhere", join(cwd, "broken"));
    const { code, findings, files } = await lint(["."], { cwd });
    expect([code, findings.map(({ file, message }) => [file, message])]).toEqual([
      1,
      [["broken.yaml", "the file is a symbolic link that leads nowhere"]],
    ]);
    expect(files.skipped.map(({ file }) => file)).toEqual(["broken.yaml", "broken"]);
  });

  it("a loop of symbolic links ends, and says so", async () => {
    const cwd = folder({ "apps/app.yaml": hasty() });
    symlinkSync("..", join(cwd, "apps/up"));
    symlinkSync("b.yaml", join(cwd, "a.yaml"));
    symlinkSync("a.yaml", join(cwd, "b.yaml"));
    const { findings, files } = await lint(["."], { cwd });
    expect(findings.map(({ file, message }) => `${file} ${message}`)).toEqual([
      expect.stringMatching(/^a.yaml .*circle/),
      expect.stringContaining("apps/app.yaml terminationGracePeriodSeconds is 0"),
      expect.stringMatching(/^b.yaml .*circle/),
    ]);
    expect(files.skipped.map(({ file, reason }) => `${file}: ${reason}`)).toContain(
      "apps/up: a symbolic link to ., which is searched already",
    );
  });

  it.skipIf(process.getuid?.() === undefined)("folders and files that cannot be read reports them", () => {
    const cwd = folder({ "shut/app.yaml": pod(), "secret.yaml": pod(), "app.yaml": pod() });
    chmodSync(cwd, 0o755);
    chmodSync(join(cwd, "shut"), 0o000);
    chmodSync(join(cwd, "secret.yaml"), 0o000);
    // Root may read everything, so there the program runs as nobody.
    const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const { code, stdout } = gracewardenProcess(["lint", "--format", "json", "."], { cwd, ...uid });
    chmodSync(join(cwd, "shut"), 0o755);
    const { findings, files } = parseFindings(stdout);
    expect([code, findings.map(({ file, message }) => `${file}: ${message}`)]).toEqual([
      1,
      ["secret.yaml: the file cannot be read: permission denied", "shut: the file cannot be read: permission denied"],
    ]);
    expect(files.linted).toBe(1);
  });
});
