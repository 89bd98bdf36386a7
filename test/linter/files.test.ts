import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findFiles } from "../../linter/reading/files.ts";
import { brief, lint } from "./findings.ts";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden } from "./program.ts";

const tree = {
  "deploy/app.yaml": pod(),
  "deploy/b.yml": pod(),
  "deploy/c.json": "{}",
  "deploy/readme.md": "# no manifest",
  "deploy/sub/d.YAML": pod(),
  "node_modules/x/e.yaml": pod(),
  "z.yaml": pod(),
};

describe("files", () => {
  it.each([
    { args: ["."], finds: ["deploy/app.yaml", "deploy/b.yml", "deploy/c.json", "deploy/sub/d.YAML", "z.yaml"] },
    { args: ["deploy"], finds: ["deploy/app.yaml", "deploy/b.yml", "deploy/c.json", "deploy/sub/d.YAML"] },
    { args: ["z.yaml", "deploy/b.yml", "./z.yaml"], finds: ["deploy/b.yml", "z.yaml"] },
    {
      args: ["deploy/app.yaml", "."],
      finds: ["deploy/app.yaml", "deploy/b.yml", "deploy/c.json", "deploy/sub/d.YAML", "z.yaml"],
    },
    { args: ["deploy/*.yaml"], finds: ["deploy/app.yaml"] },
    { args: ["deploy/*.{yaml,yml}"], finds: ["deploy/app.yaml", "deploy/b.yml"] },
    { args: ["deploy/*"], finds: ["deploy/app.yaml", "deploy/b.yml", "deploy/c.json", "deploy/sub/d.YAML"] },
    { args: ["**/*.yaml"], finds: ["deploy/app.yaml", "z.yaml"] },
    { args: ["deploy/readme.md"], finds: ["deploy/readme.md"] },
    { args: ["node_modules/x"], finds: ["node_modules/x/e.yaml"] },
  ])("of $args are $finds", ({ args, finds }) => {
    expect(findFiles(args, folder(tree)).files.map(({ file }) => file)).toEqual(finds);
  });

  it("are named from the working folder, upwards too", () => {
    const cwd = folder(tree);
    expect(findFiles(["../z.yaml"], join(cwd, "deploy")).files.map(({ file }) => file)).toEqual(["../z.yaml"]);
  });

  it("behind several names count once, by their real name", () => {
    const cwd = folder({ "real/app.yaml": pod() });
    symlinkSync("real", join(cwd, "a-link"));
    symlinkSync("real/app.yaml", join(cwd, "another.yaml"));
    const { files, skipped } = findFiles(["."], cwd);
    expect(files.map(({ file }) => file)).toEqual(["real/app.yaml"]);
    expect(skipped).toEqual([{ file: "a-link", reason: "a symbolic link to real, which is searched already" }]);
  });

  it("with a name like a pattern are files", () => {
    const cwd = folder({ "[a].yaml": pod() });
    expect(findFiles(["[a].yaml"], cwd).files.map(({ file }) => file)).toEqual(["[a].yaml"]);
  });

  it.each([
    { args: ["no.yaml"], why: "there is no such file or folder" },
    { args: ["app.yaml/x"], why: "there is no such file or folder" },
    { args: ["no/**/*.yaml"], why: "the pattern matches no file" },
    { args: ["empty"], why: "the folder holds no .yaml, .yml or .json file" },
    { args: ["app.yaml", "no.yaml"], why: "there is no such file or folder" },
  ])("that are not there end the run: $args", async ({ args, why }) => {
    const cwd = folder({ "app.yaml": pod() });
    mkdirSync(join(cwd, "empty"));
    const { code, stdout, stderr } = await gracewarden(["lint", ...args], { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`gracewarden: nothing to lint at "${args.at(-1)}": ${why}\n`);
  });
});

describe("what is read", () => {
  it("is accounted for, each file and each object", async () => {
    const cwd = folder({
      "all.yaml": [
        hasty(),
        "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: patch }\nspec: { replicas: 2 }\n",
        "replicas: 3\n",
        "# only a comment\n",
      ].join("---\n"),
      "chart.yaml": "a:\n{{- if .Values.on }}\nb: 1\n{{- end }}\n",
      "list.yaml":
        "apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [{ name: a, image: a }] } }\n",
      "package.json": '{ "name": "app" }',
      "secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n",
      "tsconfig.json": '{\n  // comments are no YAML\n  "strict": true,\n}',
    });
    const { findings, files, objects } = await lint([], { cwd });
    expect(findings.map(brief)).toEqual(["all.yaml:6 grace-not-zero warn"]);
    expect(files.linted).toBe(3);
    expect(files.skipped.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
      "chart.yaml: Go template",
      expect.stringMatching(/^package.json: not a Kubernetes object/),
      expect.stringMatching(/^tsconfig.json: not a Kubernetes object/),
    ]);
    expect(objects).toEqual({ checked: 2, notRelevant: 2, skipped: 2 });
  });

  it("is no YAML of other tools that a folder holds, unless it is named or --strict", async () => {
    const cwd = folder({ "app.yaml": pod(), "mkdocs.yml": "site_name: x\nplugins: [\n" });
    const unread = async (...args: string[]): Promise<string[]> => (await lint(args, { cwd })).findings.map(brief);
    expect(await unread()).toEqual([]);
    expect(await unread("mkdocs.yml")).toEqual(["mkdocs.yml:3 readable-manifest error"]);
    expect(await unread("--strict")).toEqual(["mkdocs.yml:3 readable-manifest error"]);
  });

  it("lists what was skipped with --verbose", async () => {
    const cwd = folder({ "a.yaml": `${pod()}---\nreplicas: 3\n`, "b.json": "{}" });
    const { stdout } = await gracewarden(["lint", "--verbose"], { cwd });
    expect(stdout).toContain("b.json: not a Kubernetes object: neither apiVersion nor kind");
    expect(stdout).toContain("a.yaml:10 document: not a Kubernetes object");
  });

  it("is judged together: a Service in another file, or in one that is only context", async () => {
    const service =
      "apiVersion: v1\nkind: Service\nmetadata: { name: app }\nspec: { selector: { app: app }, ports: [{ port: 80 }] }\n";
    const app = pod().replace("  name: app\n", "  name: app\n  labels: { app: app }\n");
    const cwd = folder({ "app.yaml": app, "service.yaml": service });
    const rules = async (...args: string[]): Promise<string[]> =>
      (await lint(args, { cwd })).findings.filter(({ rule }) => rule === "prestop-delay").map(brief);
    const alone = await rules("app.yaml");
    const together = await rules(".");
    expect(together).not.toEqual(alone);
    expect(await rules("app.yaml", "--context", "service.yaml")).toEqual(together);
    expect((await lint(["app.yaml", "--context", "."], { cwd })).files.linted).toBe(1);
  });

  it("may be stdin, under a name of choice", async () => {
    const cwd = folder({
      "gracewarden.yaml": "overrides:\n  - match: { paths: [legacy/**] }\n    rules: { grace-not-zero: off }\n",
    });
    const named = async (...args: string[]): Promise<string[]> =>
      (await lint(["-", ...args], { cwd, stdin: hastySet() })).findings
        .filter(({ rule }) => rule === "grace-not-zero")
        .map(brief);
    expect(await named()).toEqual(["stdin:12 grace-not-zero error"]);
    expect(await named("--stdin-filename", "app/db.yaml")).toEqual(["app/db.yaml:12 grace-not-zero error"]);
    expect(await named("--stdin-filename", "legacy/db.yaml")).toEqual([]);
  });
});
