import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { folder, hasty, hastySet, pod } from "../linter/folder.ts";

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

interface Step {
  readonly id: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, "../..");
const at = join(root, "deploy/action");
const action = parse(readFileSync(join(at, "action.yml"), "utf8")) as Action;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: string;
}

/** Runs the steps as GitHub's runner does: inputs into the environment, each script by bash from a file. */
function use(inputs: Readonly<Record<string, string>>, cwd: string): Outcome {
  const values = new Map(Object.entries(action.inputs).map(([name, input]) => [name, inputs[name] ?? input.default]));
  const outputFile = join(folder(), "outputs");
  writeFileSync(outputFile, "");
  let last: Outcome = { code: 0, stdout: "", stderr: "", outputs: "" };
  for (const { run, env = {} } of action.runs.steps) {
    if (last.code !== 0) break;
    const script = join(folder(), "step.sh");
    writeFileSync(script, run);
    const filled = Object.entries(env).map(([name, text]) => [
      name,
      text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_all, input: string) => values.get(input) ?? ""),
    ]);
    const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        GITHUB_ACTION_PATH: at,
        GITHUB_WORKSPACE: cwd,
        GITHUB_OUTPUT: outputFile,
        ...Object.fromEntries(filled),
      },
    });
    last = { code: status, stdout, stderr, outputs: readFileSync(outputFile, "utf8") };
  }
  return last;
}

describe("the GitHub action", () => {
  it("is an action by GitHub's schema", () => {
    const schema = JSON.parse(readFileSync(join(root, "test/linter/schemas/github-actions.json"), "utf8")) as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    expect([validate(action), validate.errors]).toEqual([true, null]);
  });

  it("puts no input into the text of a script", () => {
    expect(action.runs.steps.filter(({ run }) => run.includes("${{"))).toEqual([]);
    const used = action.runs.steps.flatMap(({ env = {} }) => Object.values(env));
    expect(used.toSorted()).toEqual(
      Object.keys(action.inputs)
        .map((name) => `\${{ inputs.${name} }}`)
        .toSorted(),
    );
  });

  it("annotates, and fails by the severity that it is given", () => {
    const cwd = folder({ "a.yaml": hasty() });
    const passed = use({}, cwd);
    expect([passed.code, passed.stderr]).toEqual([0, ""]);
    expect(passed.stdout).toMatch(/^::warning file=a\.yaml,line=6/);
    expect(use({ "fail-on": "warn" }, cwd).code).toBe(1);
    expect(use({ "fail-on": "perhaps" }, cwd).code).toBe(2);
  });

  it("writes SARIF beside the annotations and says where", () => {
    const cwd = folder({ "sub/a.yaml": hasty() });
    const { code, outputs } = use({ "working-directory": "sub", sarif: "out.sarif" }, cwd);
    expect(code).toBe(0);
    expect(outputs).toMatch(/^sarif<<(sarif-\d+)\nsub\/out\.sarif\n\1\n$/);
    expect(JSON.parse(readFileSync(join(cwd, "sub/out.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
  });

  it("takes paths line by line, names with spaces and those that look like options too", () => {
    const cwd = folder({ "two words.yaml": hastySet(), "--help.yaml": pod(), "other.yaml": hastySet() });
    const { code, stdout } = use({ paths: "two words.yaml\r\n\n--help.yaml\n" }, cwd);
    expect([code, stdout.match(/file=[^,]*/g)]).toEqual([1, ["file=two words.yaml"]]);
  });

  it("knows a configuration and a baseline", () => {
    const cwd = folder({ "a.yaml": hastySet(), "off.yaml": "rules: { grace-not-zero: off }\n" });
    expect(use({ config: "off.yaml" }, cwd).code).toBe(0);
    expect(use({ baseline: "none.json" }, cwd).stderr).toMatch(/the baseline none\.json does not exist/);
  });

  it.each(Object.keys(action.inputs))("runs nothing that stands in the input %s", (input) => {
    const cwd = folder({ "a.yaml": pod() });
    const hostile = `$(touch owned) \`touch owned\`"; touch owned; '; touch owned; \${{ github.token }}`;
    use({ [input]: hostile }, cwd);
    use({ [input]: `--fix\n${hostile}` }, cwd);
    expect(existsSync(join(cwd, "owned"))).toBe(false);
  });
});
