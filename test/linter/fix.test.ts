import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceText } from "../../linter/fixing/write-file.ts";
import { brief, lint, parseFindings } from "./findings.ts";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden } from "./program.ts";

const mended = (text: string): string =>
  text.replace("terminationGracePeriodSeconds: 0", "terminationGracePeriodSeconds: 30");
const read = (cwd: string, file: string): string => readFileSync(join(cwd, file), "utf8");

describe("--fix", () => {
  it.each([
    { name: "YAML with its comments", text: hasty() },
    { name: "CRLF", text: hasty().replaceAll("\n", "\r\n") },
    { name: "a byte order mark", text: `\uFEFF${hasty()}` },
    { name: "no line break at the end", text: hasty().trimEnd() },
    {
      name: "several documents",
      text: `# first\n${hasty("a")}---\n# second\n${pod()}---\n${hasty("b")}`.replaceAll(": 0", ": 0"),
    },
  ])("mends and keeps $name", async ({ text }) => {
    const cwd = folder({ "app.yaml": text });
    const { code, stderr } = await gracewarden(["lint", "--fix", "--fail-on", "warn"], { cwd });
    expect(read(cwd, "app.yaml")).toBe(
      text.replaceAll("terminationGracePeriodSeconds: 0", "terminationGracePeriodSeconds: 30"),
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^gracewarden: \d fix(es)? applied in 1 file\n$/);
  });

  it("mends JSON", async () => {
    const json = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "a", image: "a" }] },
    };
    const cwd = folder({ "app.json": JSON.stringify(json, null, 4) });
    await gracewarden(["lint", "--fix"], { cwd });
    json.spec.terminationGracePeriodSeconds = 30;
    expect(read(cwd, "app.json")).toBe(JSON.stringify(json, null, 4));
  });

  it("mends an object inside of a List", async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n${hasty().replaceAll(/^/gm, "    ").replace("    apiVersion", "  - apiVersion").trimEnd()}\n`;
    const cwd = folder({ "list.yaml": list });
    await gracewarden(["lint", "--fix"], { cwd });
    expect(read(cwd, "list.yaml")).toBe(mended(list));
  });

  it("prints what stdin would be, with the report on stderr", async () => {
    const cwd = folder();
    const { code, stdout, stderr } = await gracewarden(["lint", "--fix", "-"], { cwd, stdin: hastySet() });
    expect(code).toBe(0);
    expect(stdout).toBe(mended(hastySet()));
    expect(stderr).toContain("1 file, 1 object checked");
    const clean = await gracewarden(["lint", "--fix", "-"], { cwd, stdin: pod() });
    expect(clean.stdout).toBe(pod());
  });

  it("makes no finding of what a folder's search passes over", async () => {
    const cwd = folder({ "app.yaml": `${hastySet()}---\nplugins: [\n` });
    const { findings } = await lint(["--fix"], { cwd });
    expect(findings.map(brief)).toEqual([]);
    expect((await lint(["app.yaml"], { cwd })).findings.map(brief)).toEqual([
      expect.stringContaining("readable-manifest"),
    ]);
  });

  it("is not promised where the place is another's too", async () => {
    const text = `${hasty("own")}---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: shared }
also: &template { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: a, image: a }] } }
spec: { template: *template }
`;
    const cwd = folder({ "app.yaml": text });
    const { findings } = await lint(["app.yaml"], { cwd });
    expect(findings.map((finding) => `${brief(finding)} ${finding.fixable}`)).toEqual([
      "app.yaml:6 grace-not-zero warn true",
      "app.yaml:14 grace-not-zero error false",
    ]);
    const { stdout } = await gracewarden(["lint"], { cwd });
    expect(stdout).toContain("; 1 can be fixed with --fix");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain('(by hand: "*template" stands for what is written at its anchor');
  });

  it("is not promised for a number that stands elsewhere, too, but is beside one", async () => {
    const cwd = folder({
      "app.yaml": hasty().replace("Seconds: 0", "Seconds: &none 0").replace(" # in a hurry", "\n  priority: *none"),
      "beside.yaml": `${hastySet()}          env: [{ name: A, value: &a x }, { name: B, value: *a }]\n`,
    });
    const { findings } = await lint([], { cwd });
    expect(findings.map((finding) => `${brief(finding)} ${finding.fixable}`)).toEqual([
      "app.yaml:6 grace-not-zero warn false",
      expect.stringMatching(/^beside\.yaml:\d+ grace-not-zero error true$/),
    ]);
  });

  it.each([
    { name: "in the container", place: "      preStop: { sleep: { seconds: 15 } }\n" },
    { name: "in a lifecycle of another name", place: "      lifeCycle: { preStop: { sleep: { seconds: 15 } } }\n" },
  ])("adds no second hook beside one that is misplaced, $name", async ({ place }) => {
    const service = "---\napiVersion: v1\nkind: Service\nmetadata: { name: app }\nspec: { selector: { app: app } }\n";
    const served = pod().replace("name: app\n", "name: app\n  labels: { app: app }\n");
    const text = `${served}      ports: [{ containerPort: 8080 }]\n${place}${service}`;
    const cwd = folder({ "app.yaml": text });
    const { findings } = await lint(["--fix"], { cwd });
    expect(read(cwd, "app.yaml")).toBe(text);
    expect(findings.map(({ rule, fixable }) => [rule, fixable])).toEqual([
      ["prestop-delay", false],
      ["misplaced-field", false],
    ]);
    expect(findings[0]?.message).toMatch(
      /no hook is added, since the one at spec\.containers\[0\]\.\w+ is in the wrong/,
    );
  });

  it("reports what is left", async () => {
    const cwd = folder({ "app.yaml": hasty(), "bad.yaml": "kind: Pod\n\tx: 1\n" });
    const { code, stdout } = await gracewarden(["lint", "--fix", "--format", "json"], { cwd });
    expect([code, parseFindings(stdout).findings.map(brief)]).toEqual([1, ["bad.yaml:2 readable-manifest error"]]);
  });

  it("leaves what is waived", async () => {
    const text = hasty().replace(
      "  name: hasty\n",
      `  name: hasty\n  annotations:\n    waive.gracewarden.io/grace-not-zero: "simulator; owner=me; expires=2027-01-31"\n`,
    );
    const cwd = folder({ "app.yaml": text });
    await gracewarden(["lint", "--fix"], { cwd });
    expect(read(cwd, "app.yaml")).toBe(text);
  });

  it("leaves a read-only file as it was, says so, and counts its findings", async () => {
    const cwd = folder({ "db.yaml": hastySet(), "app.yaml": hasty() });
    chmodSync(join(cwd, "db.yaml"), 0o444);
    const { code, stdout, stderr } = await gracewarden(["lint", "--fix", "--format", "json"], { cwd });
    expect(read(cwd, "db.yaml")).toBe(hastySet());
    expect(read(cwd, "app.yaml")).toBe(mended(hasty()));
    expect(stderr).toBe("gracewarden: db.yaml was not fixed: it is read-only\ngracewarden: 1 fix applied in 1 file\n");
    expect([code, parseFindings(stdout).findings.map(brief)]).toEqual([1, ["db.yaml:12 grace-not-zero error"]]);
  });

  it("keeps the mode, leaves links in place and nothing else behind", async () => {
    const cwd = folder({ "real/app.yaml": hasty() });
    chmodSync(join(cwd, "real/app.yaml"), 0o640);
    symlinkSync("real/app.yaml", join(cwd, "link.yaml"));
    await gracewarden(["lint", "--fix", "link.yaml"], { cwd });
    expect(lstatSync(join(cwd, "link.yaml")).isSymbolicLink()).toBe(true);
    expect(read(cwd, "real/app.yaml")).toBe(mended(hasty()));
    expect(statSync(join(cwd, "real/app.yaml")).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(cwd, "real"))).toEqual(["app.yaml"]);
  });
});

describe("a file that changed since it was read", () => {
  it("is left alone", () => {
    const cwd = folder({ "app.yaml": hasty() });
    writeFileSync(join(cwd, "app.yaml"), `${hasty()}# by somebody else\n`);
    expect(replaceText(join(cwd, "app.yaml"), hasty(), mended(hasty()))).toBe("changed since it was read");
    expect(read(cwd, "app.yaml")).toBe(`${hasty()}# by somebody else\n`);
  });

  it("or is gone, is not made again", () => {
    const cwd = folder();
    expect(replaceText(join(cwd, "app.yaml"), "", "x")).toMatch(/^cannot be written/);
    expect(readdirSync(cwd)).toEqual([".git"]);
  });
});

describe("--fix-dry-run", () => {
  it("prints a diff, changes nothing, and exits by what there is", async () => {
    const cwd = folder({ "db.yaml": hastySet(), "app.yaml": pod() });
    const { code, stdout, stderr } = await gracewarden(["lint", "--fix-dry-run"], { cwd });
    expect(stdout).toBe(
      [
        "--- a/db.yaml",
        "+++ b/db.yaml",
        "@@ -9,7 +9,7 @@",
        "   template:",
        "     metadata: { labels: { app: db } }",
        "     spec:",
        "-      terminationGracePeriodSeconds: 0",
        "+      terminationGracePeriodSeconds: 30",
        "       containers:",
        "         - name: db",
        "           image: registry.example/db:1",
        "",
      ].join("\n"),
    );
    expect([code, stderr]).toEqual([1, "gracewarden: 1 fix in 1 file would be applied by --fix\n"]);
    expect(read(cwd, "db.yaml")).toBe(hastySet());
  });

  it("prints nothing where there is nothing to mend", async () => {
    const { code, stdout, stderr } = await gracewarden(["lint", "--fix-dry-run"], {
      cwd: folder({ "app.yaml": pod() }),
    });
    expect([code, stdout, stderr]).toEqual([0, "", "gracewarden: 0 fixes in 0 files would be applied by --fix\n"]);
  });

  it("and --fix exclude each other", async () => {
    const { code, stderr } = await gracewarden(["lint", "--fix", "--fix-dry-run"], { cwd: folder() });
    expect([code, stderr]).toEqual([2, "gracewarden: --fix and --fix-dry-run exclude each other\n"]);
  });
});
