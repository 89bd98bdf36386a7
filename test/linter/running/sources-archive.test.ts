import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { helm } from "../../deploy/helm.ts";
import { brief, lint, type JsonFinding } from "../findings.ts";
import { folder, hasty, pod } from "../folder.ts";
import { helmPath, skippedWithout } from "../program-folders.ts";
import { gracewarden, type Surroundings } from "../program.ts";

const chartFile = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
const db = hasty("{{ .Values.name }}").replace("spec:", "{{/* one more line */}}\nspec:");
const files = {
  "shop/Chart.yaml": chartFile,
  "shop/values.yaml": "name: db\nworker: false\n",
  "shop/templates/db.yaml": db,
  "shop/templates/worker.yaml": `{{- if .Values.worker }}\n${hasty("worker")}{{- end }}\n`,
  "shop/templates/NOTES.txt": "Thank you.\n",
  "shop/charts/cache/Chart.yaml": "apiVersion: v2\nname: cache\nversion: 2.0.0\n",
  "shop/charts/cache/templates/cache.yaml": hasty("cache"),
};

interface Entry {
  readonly name: string;
  readonly text?: string;
  /** 0 is a file, 2 a symbolic link, 5 a folder. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says, if it lies. */
  readonly size?: number;
}

function tar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, text = "", type = "0", link = "", size }) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write("0000644\0", 100);
    header.write(`${(size ?? content.length).toString(8).padStart(11, "0")}\0`, 124);
    header.write("        ", 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write("ustar\u000000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const packed = (entries: Readonly<Record<string, string>>, more: readonly Entry[] = []): Buffer =>
  gzipSync(tar([...Object.entries(entries).map(([name, text]) => ({ name, text })), ...more]));

const withHelm = (
  content: Readonly<Record<string, string | Uint8Array>>,
): Required<Pick<Surroundings, "cwd" | "env">> => ({
  cwd: folder(content),
  env: { PATH: helmPath ?? "" },
});

const archive = "dist/shop-1.0.0.tgz";
const placed = (findings: readonly JsonFinding[]): string[] =>
  findings
    .filter(({ rule }) => rule === "grace-not-zero")
    .map((finding) => `${brief(finding)} ${finding.rendered?.precision}`);

describe.skipIf(helmPath === undefined)(`a packaged chart that is named${skippedWithout("helm", helmPath)}`, () => {
  it("is judged as helm renders it, and findings stand at the lines of the templates in it", async () => {
    const { cwd, env } = withHelm(files);
    expect(spawnSync(helm ?? "", ["package", "shop", "--destination", "dist"], { cwd }).status).toBe(0);
    const before = readdirSync(cwd, { recursive: true });
    const { code, stderr, findings, files: read, objects } = await lint([archive], { cwd, env });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(placed(findings)).toEqual([
      `${archive}/charts/cache/templates/cache.yaml:6 grace-not-zero warn exact`,
      `${archive}/templates/db.yaml:7 grace-not-zero warn exact`,
    ]);
    expect(findings[1]?.rendered?.command).toBe(`helm template ${archive} -s templates/db.yaml`);
    expect(findings[1]?.fixable).toBe(false);
    expect(read.skipped).toEqual([
      {
        file: `${archive}/templates/worker.yaml`,
        reason: `renders to nothing; no manifest is made of it with these values of ${archive}`,
      },
    ]);
    expect([read.linted, objects.checked]).toEqual([2, 2]);
    expect(readdirSync(cwd, { recursive: true })).toEqual(before);
  });

  it.each([
    { args: ["--set", "worker=true,name=x"], finds: ["cache", "x", "worker"] },
    { args: ["--values", "v.yaml"], finds: ["cache", "v"] },
  ])("takes $args", async ({ args, finds }) => {
    const { findings } = await lint([archive, ...args], withHelm({ [archive]: packed(files), "v.yaml": "name: v\n" }));
    expect(findings.map(({ object }) => object?.name)).toEqual(finds);
  });

  it("is named in every format by its file and the file in it", async () => {
    const around = withHelm({ [archive]: packed(files) });
    const { stdout } = await gracewarden(["lint", archive, "--format", "stylish"], around);
    expect(stdout).toContain(`\n${archive}/templates/db.yaml\n\n  7:3  warn  grace-not-zero  Pod/db\n`);
    expect(stdout).toContain(`as rendered by helm template ${archive} -s templates/db.yaml:`);
    const sarif = await gracewarden(["lint", archive, "--format", "sarif"], around);
    expect(sarif.stdout).toContain(`"uri": "${archive}/templates/db.yaml"`);
    const github = await gracewarden(["lint", archive, "--format", "github"], around);
    expect(github.stdout).toContain(`file=${archive}/templates/db.yaml,line=7,`);
  });

  it("goes by the configuration for its templates", async () => {
    const config = "overrides:\n  - match: { paths: ['**/templates/db.yaml'] }\n    rules: { grace-not-zero: off }\n";
    const { findings } = await lint([archive], withHelm({ [archive]: packed(files), "gracewarden.yaml": config }));
    expect(findings.map(({ object }) => object?.name)).toEqual(["cache"]);
  });

  it("is found by a pattern that names its ending, and once", async () => {
    const around = withHelm({ [archive]: packed(files), "dist/a.yaml": pod() });
    symlinkSync("shop-1.0.0.tgz", join(around.cwd, "dist/link.tgz"));
    for (const args of [
      ["dist/*.tgz", archive],
      [".", archive, "dist/link.tgz"],
    ]) {
      const { objects, files: read } = await lint(args, around);
      expect(objects.checked).toBe(args.includes(".") ? 3 : 2);
      expect(read.skipped.map(({ reason }) => reason)).toEqual([expect.stringContaining("renders to nothing")]);
    }
    const { objects, files: read } = await lint(["dist/*"], around);
    expect(objects.checked).toBe(1);
    expect(read.skipped).toHaveLength(1);
  });

  it("is read as context", async () => {
    const service = "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web } }\n";
    const web = pod("web").replace("  name: web\n", "  name: web\n  labels: { app: web }\n");
    const around = withHelm({
      "web.yaml": web,
      [archive]: packed({ "shop/Chart.yaml": chartFile, "shop/templates/service.yaml": service }),
    });
    const { findings, files: read } = await lint(["web.yaml", "--context", archive], around);
    expect(findings.find(({ rule }) => rule === "prestop-delay")?.severity).toBe("warn");
    expect(read).toEqual({ linted: 1, skipped: [] });
  });

  it("is a part of the chart that holds it, where both are named", async () => {
    const cache = packed({
      "cache/Chart.yaml": files["shop/charts/cache/Chart.yaml"],
      "cache/templates/a.yaml": hasty("cache"),
    });
    const content = { "shop/Chart.yaml": chartFile, "shop/charts/cache-2.0.0.tgz": cache };
    const { findings, files: read } = await lint(["shop", "shop/charts/cache-2.0.0.tgz"], withHelm(content));
    expect(findings.map(({ file, object }) => `${file} ${object?.name}`)).toEqual(["shop/Chart.yaml cache"]);
    expect(read.skipped).toContainEqual({
      file: "shop/charts/cache-2.0.0.tgz",
      reason: "packaged chart; rendered with the chart that it is a part of",
    });
  });

  it("names its own file for a template whose name in it is not understood", async () => {
    const long = `shop/templates/${"deep/".repeat(30)}db.yaml`;
    const pax = `${String(long.length + 10)} path=${long}\n`;
    const more = [
      { name: "PaxHeader", type: "x", text: pax },
      { name: "shop/templates/cut", text: hasty() },
    ];
    const { findings } = await lint([archive], withHelm({ [archive]: packed({ "shop/Chart.yaml": chartFile }, more) }));
    expect(placed(findings)).toEqual([`${archive}:1 grace-not-zero warn file`]);
  });

  it.each([
    { name: "renders to nothing", entries: { "shop/Chart.yaml": chartFile } },
    { name: "makes text that is no manifest", entries: { "shop/Chart.yaml": chartFile, "shop/templates/a.txt": "" } },
  ])("is accounted for where it $name", async ({ entries }) => {
    const { code, files: read } = await lint([archive], withHelm({ [archive]: packed(entries) }));
    expect(code).toBe(0);
    expect(read.skipped).toEqual([
      { file: archive, reason: `renders to nothing; no manifest is made of it with these values of ${archive}` },
    ]);
  });
});

describe.skipIf(helmPath === undefined)(
  `an archive that is hostile or broken${skippedWithout("helm", helmPath)}`,
  () => {
    const plain = { "shop/Chart.yaml": chartFile, "shop/templates/db.yaml": hasty() };
    const noise = randomBytes(2000);
    it.each([
      { name: "no archive", content: Buffer.from(hasty()), says: "it is no packaged chart: not compressed by gzip" },
      { name: "nothing", content: Buffer.alloc(0), says: "it is no packaged chart" },
      { name: "cut off", content: packed(plain).subarray(0, 150), says: "it is no packaged chart" },
      { name: "no tar", content: gzipSync(noise), says: "helm failed" },
      { name: "a bomb", content: gzipSync(Buffer.alloc(101 << 20)), says: "it unpacks to more than 100 MiB" },
      {
        name: "of another kind",
        content: packed({ "package/package.json": "{}" }),
        says: "Chart.yaml file is missing",
      },
      {
        name: "one that leads out of it",
        content: packed(plain, [{ name: "shop/../../escaped.yaml", text: pod() }]),
        says: "helm failed",
      },
      {
        name: "one whose sizes lie",
        content: packed(plain, [{ name: "shop/templates/a.yaml", text: pod(), size: 8 ** 10 }]),
        says: "helm failed",
      },
    ])("does no harm, and the run is not whole: $name", async ({ content, says }) => {
      const around = withHelm({ "in/deep/shop.tgz": content });
      const { code, stderr, files: read } = await lint(["in/deep/shop.tgz"], around);
      expect(stderr).toContain("gracewarden: in/deep/shop.tgz is not rendered (--no-render does without): ");
      expect(stderr).toContain(says);
      expect(code).toBe(2);
      expect(read.skipped).toEqual([
        { file: "in/deep/shop.tgz", reason: "packaged chart; in/deep/shop.tgz cannot be rendered" },
      ]);
      expect(readdirSync(around.cwd, { recursive: true }).map(String).toSorted()).toEqual([
        ".git",
        "in",
        "in/deep",
        "in/deep/shop.tgz",
      ]);
    });

    it("is not read beyond what is read of any file", async () => {
      const around = withHelm({ "huge.tgz": "" });
      truncateSync(join(around.cwd, "huge.tgz"), 101 << 20);
      expect((await lint(["huge.tgz"], around)).stderr).toContain("it is larger than 100 MiB, the most that is read");
    });

    it("leads nowhere by its links and names", async () => {
      const around = withHelm({});
      writeFileSync(join(around.cwd, "secret.yaml"), hasty("secret"));
      const link = { name: "shop/templates/link.yaml", type: "2", link: join(around.cwd, "secret.yaml") };
      writeFileSync(join(around.cwd, "shop.tgz"), packed(plain, [link, { name: "/escaped.yaml", text: pod() }]));
      const { findings } = await lint(["shop.tgz"], around);
      expect(findings.map(({ object }) => object?.name)).toEqual(["hasty"]);
      expect(readdirSync(around.cwd)).toEqual([".git", "secret.yaml", "shop.tgz"]);
    });

    it("gives its templates no names but its own", async () => {
      const around = withHelm({
        "shop.tgz": packed({
          "shop/Chart.yaml": chartFile,
          "shop/templates/a.yaml": ["../../other.yaml", "/etc/passwd", "templates/none.yaml"]
            .map((name) => `---\n# Source: shop/${name}\n${hasty("forged")}`)
            .join(""),
        }),
      });
      const { findings } = await lint(["shop.tgz"], around);
      expect(new Set(findings.map(({ file }) => file))).toEqual(new Set(["shop.tgz/templates/a.yaml"]));
    });
  },
);

describe("a packaged chart that is not rendered", () => {
  it.each([
    {
      name: "without helm",
      args: [archive],
      code: 2,
      stderr: `gracewarden: helm is not on the PATH, so ${archive} is not rendered: nothing of it is judged\n`,
      reason: `packaged chart; helm is not on the PATH, so ${archive} is not rendered`,
    },
    {
      name: "without helm, with --render",
      args: [archive, "--render"],
      code: 2,
      stderr: `gracewarden: helm is not on the PATH, so ${archive} is not rendered: nothing of it is judged\n`,
      reason: `packaged chart; helm is not on the PATH, so ${archive} is not rendered`,
    },
    {
      name: "with --no-render",
      args: [archive, "--no-render"],
      code: 0,
      stderr: "",
      reason: "packaged chart; helm would render it, without --no-render",
    },
    {
      name: "in a folder",
      args: [".", "--render"],
      code: 0,
      stderr: "",
      reason: "archive; a packaged chart is rendered when you name it, or with the chart that it is a part of",
    },
  ])("is said to be skipped: $name", async ({ args, code, stderr, reason }) => {
    const cwd = folder({ [archive]: packed(files), "a.yaml": pod() });
    const outcome = await lint(args, { cwd, env: {} });
    expect(outcome.stderr).toBe(stderr);
    expect(outcome.files.skipped).toEqual([{ file: archive, reason }]);
    expect(outcome.code).toBe(code);
  });

  it("is nothing that a folder is linted for", async () => {
    const cwd = folder({ [archive]: packed(files) });
    const { code, stderr } = await gracewarden(["lint", "dist"], { cwd, env: {} });
    expect(stderr).toContain('nothing to lint at "dist": the folder holds no .yaml, .yml or .json file');
    expect(code).toBe(2);
  });
});
