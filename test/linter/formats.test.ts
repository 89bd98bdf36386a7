import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { default as ajvDraft04 } from "ajv-draft-04";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden } from "./program.ts";

const schema = (name: string): string => readFileSync(resolve(import.meta.dirname, "schemas", name), "utf8");

const waived = hastySet().replace(
  "  namespace: data\n",
  `  namespace: data\n  annotations:\n    waive.gracewarden.io/grace-not-zero: "simulator, <&> \\"x\\"; owner=team-a; expires=2027-01-31"\n`,
);

/** An error, a warning, advice, something undetermined, something waived, a file that is skipped, one that cannot be parsed, odd names. */
const files = {
  "a.yaml": `${hasty("one")}---\n${hasty("two")}`,
  "waived.yaml": waived,
  "odd, 100%: <name> & 'co'.yaml": hasty("odd"),
  "unknown.yaml": hasty("later").replace("Seconds: 0", "Seconds: ${GRACE}"),
  "broken.yaml": "apiVersion: v1\nkind: Pod\n  metadata: [\n",
  "chart/templates/a.yaml": "{{ if .Values.x }}\nkind: Pod\n{{ end }}\n",
  "good.yaml": pod(),
};

const reports = async (format: string, content: Readonly<Record<string, string>> = files): Promise<string> =>
  (await gracewarden(["lint", "--format", format, "--fail-on", "warn", "."], { cwd: folder(content) })).stdout;

const lines = (xml: string, what: string): string[] => xml.split("\n").filter((line) => line.includes(what));

describe("formats", () => {
  it.each([
    ["findings of every kind", files],
    ["nothing found", { "good.yaml": pod() }],
  ])("writes SARIF that the published schema takes: %s", async (_, content) => {
    const ajv = new ajvDraft04.default({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(schema("sarif-2.1.0.json")) as object);
    validate(JSON.parse(await reports("sarif", content)));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ["findings of every kind", files],
    ["nothing found", { "good.yaml": pod() }],
  ])("writes JUnit XML that Ant's schema takes: %s", async (_, content) => {
    const xml = await reports("junit", content);
    const { valid, errors } = await validateXML({
      xml: [{ fileName: "report.xml", contents: xml }],
      schema: [{ fileName: "junit.xsd", contents: schema("junit.xsd") }],
    });
    expect([valid, errors]).toEqual([true, []]);
  });

  it("counts in JUnit as failures what makes the run fail, and says of the rest why it does not", async () => {
    const xml = await reports("junit");
    expect(lines(xml, "<failure").length).toBe(4);
    expect(lines(xml, '<skipped message="waived by team-a until 2027-01-31 (simulator, &lt;&amp;&gt;').length).toBe(1);
    expect(lines(xml, '<skipped message="undetermined').length).toBe(1);
    expect(lines(xml, 'classname="chart/templates/a.yaml"').length).toBe(1);
    expect(lines(xml, "<testsuite ").map((line) => /tests="\d+" failures="\d+"/.exec(line)?.[0])).toEqual([
      'tests="2" failures="2"',
      'tests="1" failures="1"',
      'tests="1" failures="1"',
      'tests="1" failures="0"',
      'tests="1" failures="0"',
      'tests="1" failures="0"',
    ]);
  });

  it("writes Checkstyle XML that is well formed", async () => {
    const xml = await reports("checkstyle");
    const parsed = await validateXML({
      xml: [{ fileName: "report.xml", contents: xml }],
      // Any element with any attribute: well-formedness alone.
      schema: [
        {
          fileName: "any.xsd",
          contents: `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="checkstyle"><xs:complexType mixed="true"><xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence><xs:attribute name="version"/></xs:complexType></xs:element></xs:schema>`,
        },
      ],
    });
    expect(parsed.errors).toEqual([]);
    expect(xml).toContain('<error line="6" column="3" severity="warning" message="Pod/one: ');
    expect(lines(xml, 'severity="info"').length).toBe(1);
    expect(xml).not.toContain("waived.yaml");
  });

  it("writes GitHub's workflow commands, one a line, with names that cannot break them", async () => {
    const out = (await reports("github")).trimEnd().split("\n");
    expect(out.map((line) => /^::(error|warning|notice) /.exec(line)?.[1])).toEqual([
      "warning",
      "warning",
      "error",
      "warning",
      "notice",
    ]);
    expect(out[0]).toMatch(
      /^::warning file=a\.yaml,line=6,endLine=6,col=3,endColumn=32,title=grace-not-zero::Pod\/one: /,
    );
    expect(out.find((line) => line.includes("file=odd"))).toContain("file=odd%2C 100%25%3A <name> & 'co'.yaml,line=6");
  });

  it("writes GitLab's code quality issues, each with a fingerprint of its own", async () => {
    const issues = JSON.parse(await reports("gitlab")) as {
      readonly fingerprint: string;
      readonly severity: string;
      readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
      readonly check_name: string;
    }[];
    expect(issues.map(({ severity, check_name }) => [severity, check_name])).toEqual([
      ["major", "grace-not-zero"],
      ["major", "grace-not-zero"],
      ["critical", "readable-manifest"],
      ["major", "grace-not-zero"],
      ["info", "readable-manifest"],
    ]);
    expect(issues[0]?.location).toEqual({ path: "a.yaml", lines: { begin: 6, end: 6 } });
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
  });

  it("writes several reports in one run", async () => {
    const cwd = folder(files);
    const args = ["lint", "--format", "sarif=out.sarif", "--format", "junit=out.xml", "--format", "github", "a.yaml"];
    const { code, stdout } = await gracewarden(args, { cwd });
    expect([code, stdout.split("\n").length]).toEqual([0, 3]);
    expect((JSON.parse(readFileSync(join(cwd, "out.sarif"), "utf8")) as { version: string }).version).toBe("2.1.0");
    expect(readFileSync(join(cwd, "out.xml"), "utf8")).toContain("<testsuites>");
  });

  it.each([
    [
      ["--format", "json", "--format", "sarif"],
      "only one report can go to stdout: write the other to a file, --format sarif=FILE",
    ],
    [["--format", "sariff=x"], 'did you mean "sarif"?'],
    [["--format", "sarif="], "the name of a file is missing behind the ="],
    [
      ["--format", "sarif=no/such/folder/x"],
      "the report no/such/folder/x cannot be written: its folder does not exist",
    ],
    [["--format", "sarif=."], "the report . is a folder"],
  ])("refuses %j", async (args, sentence) => {
    const { code, stderr } = await gracewarden(["lint", ...args, "a.yaml"], { cwd: folder(files) });
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
