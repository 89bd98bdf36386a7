import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { githubText, gitlabText, preCommitText } from "../../linter/init/snippets.ts";
import { version } from "../../linter/command-line/version.ts";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden, type Outcome } from "./program.ts";

const root = resolve(import.meta.dirname, "../..");

/** Its first key keeps it from being passed over as no Kubernetes object. */
const mkdocs = '"site_name": x\nplugins: !!python/name:a.b {}\nbad: [\n';

const schemaOf = (name: string): ValidateFunction =>
  new Ajv({ strict: false, validateFormats: false, logger: false }).compile(
    JSON.parse(readFileSync(join(root, "test/linter/schemas", name), "utf8")) as object,
  );

const isWorkflow = schemaOf("github-workflows.json");
const isPipeline = schemaOf("gitlab-ci.json");

const init = (cwd: string, ...args: readonly string[]): Promise<Outcome> => gracewarden(["init", ...args], { cwd });

const text = (cwd: string, file: string): string => readFileSync(join(cwd, file), "utf8");

describe("init", () => {
  it.each(["recommended", "strict", "security"])("writes a configuration that lint reads: %s", async (preset) => {
    const cwd = folder({ "a.yaml": hasty() });
    expect((await init(cwd, "--preset", preset)).code).toBe(0);
    const { code, stdout, stderr } = await gracewarden(["lint", "--print-config"], { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ extends: [preset], kubernetes: { oldest: "1.33" } });
  });

  it("says what it found, what it wrote and what is next", async () => {
    const cwd = folder({ "a.yaml": hastySet(), "b.yaml": pod(), ".gitlab-ci.yml": "stages: []\n" });
    const { stdout } = await init(cwd);
    expect(stdout).toBe(`2 files, 2 objects: 1 error, 0 warnings, 0 advice
wrote gracewarden.yaml
next:
  gracewarden lint .             shows the findings; with --fix it applies the safe fixes
  gracewarden init --baseline    lets what is there be: only new findings count
  gracewarden init --pre-commit  lints before each commit
  gracewarden init --gitlab      lints merge requests
`);
  });

  it("works where there is nothing yet", async () => {
    const cwd = folder();
    expect((await init(cwd, "--baseline")).stdout).toMatch(
      /^There is no YAML or JSON here yet\.\nwrote gracewarden\.yaml\n/,
    );
  });

  it("excepts YAML of other tools, by name, and no manifest that is broken", async () => {
    const cwd = folder({ "docs/mkdocs.yml": mkdocs, "a.yaml": pod(), "broken.yaml": "apiVersion: v1\nkind: [\n" });
    expect((await init(cwd)).stdout).toContain("cannot be read and are no manifests: 1");
    const { stdout } = await gracewarden(["lint", "--format", "json"], { cwd });
    const { findings } = JSON.parse(stdout) as { findings: readonly { file: string }[] };
    expect(findings.map(({ file }) => file)).toEqual(["broken.yaml"]);
  });

  it("can be written for every name that a file may have", async () => {
    const name = 'a "quote": {x} # \\ \u00e9 [y].yaml';
    const cwd = folder({ [name]: mkdocs, "a.yaml": pod() });
    await init(cwd);
    const config = parse(text(cwd, "gracewarden.yaml")) as {
      overrides: readonly { match: { paths: readonly string[] } }[];
    };
    expect(config.overrides[0]?.match.paths).toEqual([name]);
    expect((await gracewarden(["lint", "--print-config"], { cwd })).code).toBe(0);
  });

  it("leaves what is there alone, and ends with 2 where nothing is left to write", async () => {
    const mine = "# mine\nrules: { grace-not-zero: off }\n";
    const cwd = folder({ "a.yaml": hastySet(), "gracewarden.yaml": mine });
    const first = await init(cwd);
    expect([first.code, first.stderr]).toEqual([
      2,
      "gracewarden: all that was asked for is there already, and nothing was written: --force writes it anew\n",
    ]);
    expect((await init(cwd, "--gitlab")).code).toBe(0);
    expect(text(cwd, "gracewarden.yaml")).toBe(mine);
    expect((await init(cwd, "--force")).code).toBe(0);
    expect(text(cwd, "gracewarden.yaml")).toMatch(/^extends: recommended /m);
  });

  it("never writes into a pre-commit configuration of others, and prints what belongs into it", async () => {
    const mine = "repos: []\n";
    const cwd = folder({ "a.yaml": pod(), ".pre-commit-config.yaml": mine });
    const { code, stdout } = await init(cwd, "--pre-commit", "--force");
    expect(code).toBe(0);
    expect(stdout).toContain(".pre-commit-config.yaml is there; this belongs into it:\n\nrepos:\n");
    expect(text(cwd, ".pre-commit-config.yaml")).toBe(mine);
  });

  it("writes nothing in a dry run, and prints all", async () => {
    const cwd = folder({ "a.yaml": hastySet() });
    const all = ["--pre-commit", "--github", "--gitlab", "--baseline", "--schema", "schema.json"];
    const { code, stdout } = await init(cwd, "--dry-run", ...all);
    expect(code).toBe(0);
    const written = [".pre-commit-config.yaml", ".github/workflows/gracewarden.yml", ".gitlab/gracewarden.yml"];
    for (const file of ["gracewarden.yaml", "schema.json", ...written]) {
      expect(stdout).toContain(`${file} would be:`);
      expect(existsSync(join(cwd, file))).toBe(false);
    }
    expect(existsSync(join(cwd, "gracewarden-baseline.json"))).toBe(false);
  });

  it("makes a baseline by the configuration that holds from then on", async () => {
    const cwd = folder({ "a.yaml": hastySet(), "mkdocs.yml": mkdocs });
    expect((await init(cwd, "--baseline")).stdout).toContain("it knows 1 finding, which no longer");
    const after = await gracewarden(["lint", "--baseline", "gracewarden-baseline.json"], { cwd });
    expect([after.code, after.stderr]).toEqual([0, ""]);
    expect((await init(cwd, "--baseline")).code).toBe(2);
  });

  it("writes the schema that the configuration names, and what it writes is valid by it", async () => {
    const cwd = folder({ "a.yaml": pod(), "mkdocs.yml": mkdocs });
    expect((await init(cwd, "--schema", ".vscode/gracewarden.schema.json")).code).toBe(0);
    const config = text(cwd, "gracewarden.yaml");
    expect(config).toMatch(/^# yaml-language-server: \$schema=\.vscode\/gracewarden\.schema\.json\n/);
    const schema = JSON.parse(text(cwd, ".vscode/gracewarden.schema.json")) as object;
    const validate = new Ajv({ strict: false }).compile(schema);
    expect([validate(parse(config, { version: "1.2" })), validate.errors]).toEqual([true, null]);
    expect(validate({ rulez: {} })).toBe(false);
    expect((await gracewarden(["lint", "--print-config"], { cwd })).code).toBe(0);
  });

  it("says why a file cannot be written", async () => {
    const cwd = folder({ "a.yaml": pod(), ".gitlab": "a file" });
    const { code, stderr } = await init(cwd, "--gitlab");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^gracewarden: \.gitlab\/gracewarden\.yml cannot be written/),
    ]);
  });

  it("sends those who want CI to the repository's own folder", async () => {
    const cwd = folder({ "sub/a.yaml": pod() });
    const { code, stderr } = await init(join(cwd, "sub"), "--github");
    expect([code, stderr]).toEqual([2, expect.stringContaining(`run this in ${cwd}\n`)]);
    expect((await init(join(cwd, "sub"))).code).toBe(0);
  });

  it("publishes the schema of the configuration as it is", async () => {
    const { stdout } = await init(folder(), "--print-schema");
    expect(JSON.parse(text(root, "linter/config.schema.json"))).toEqual(JSON.parse(stdout));
  });
});

describe("what runs the linter elsewhere", () => {
  const repositories = [
    undefined,
    "https://github.com/acme/gracewarden",
    "https://github.com/acme/gracewarden.git",
    "git@git.example:tools/gracewarden.git",
    'https://git.example/"; touch owned #',
  ];
  const inputs = repositories.flatMap((repository) => [false, true].map((baseline) => ({ repository, baseline })));

  it.each(inputs)("is a workflow by GitHub's schema: $repository, baseline $baseline", (input) => {
    const workflow = parse(githubText(input)) as { jobs: { lint: { steps: { uses: string; with: object }[] } } };
    expect([isWorkflow(workflow), isWorkflow.errors]).toEqual([true, null]);
    const { uses, with: given } = workflow.jobs.lint.steps[1]!;
    const acme = input.repository?.startsWith("https://github.com/") === true;
    expect(uses).toBe(`${acme ? "acme" : "OWNER"}/gracewarden/deploy/action@v${version}`);
    const { inputs: known } = parse(text(root, "deploy/action/action.yml")) as { inputs: object };
    expect(Object.keys(known)).toEqual(expect.arrayContaining(Object.keys(given)));
  });

  it.each(inputs)("is a pipeline by GitLab's schema: $repository, baseline $baseline", (input) => {
    const pipeline = parse(gitlabText(input)) as { gracewarden: { variables: object; script: readonly string[] } };
    expect([isPipeline(pipeline), isPipeline.errors]).toEqual([true, null]);
    expect(pipeline.gracewarden.variables).toEqual({
      GRACEWARDEN_REPOSITORY: input.repository ?? "https://git.example/tools/gracewarden",
    });
    expect(pipeline.gracewarden.script.filter((line) => line.includes("owned"))).toEqual([]);
  });

  it.each(inputs)("is a hook that pre-commit finds: $repository, baseline $baseline", (input) => {
    const { repos } = parse(preCommitText(input)) as {
      repos: { repo: string; rev: string; hooks: { id: string }[] }[];
    };
    const hooks = parse(text(root, ".pre-commit-hooks.yaml")) as { id: string }[];
    expect(repos).toHaveLength(1);
    expect([repos[0]?.repo, repos[0]?.rev]).toEqual([
      input.repository ?? "https://git.example/tools/gracewarden",
      `v${version}`,
    ]);
    expect(hooks.map(({ id }) => id)).toContain(repos[0]?.hooks[0]?.id);
  });

  it("runs what there is", () => {
    const script = gitlabText({ repository: undefined, baseline: false });
    const [, file = ""] = /- \/opt\/gracewarden\/(\S+) lint/.exec(script) ?? [];
    expect(statSync(join(root, file)).mode & 0o111).toBe(0o111);
  });
});
