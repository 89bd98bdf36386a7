import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { facts } from "../../policies/facts/facts.ts";
import { rules } from "../../policies/rules/index.ts";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden, gracewardenProcess } from "./program.ts";

const run = (...args: string[]): ReturnType<typeof gracewarden> =>
  gracewarden(args, { cwd: folder({ "app.yaml": hasty() }) });

describe("what is mistyped gets a hint and exit code 2", () => {
  it.each([
    [["lnt"], `there is no command "lnt"; did you mean "lint"?`],
    [["deploy.yaml"], `there is no command "deploy.yaml": gracewarden --help lists them`],
    [["--format"], "there is no option --format; options follow a command: gracewarden --help"],
    [["lint", "--fail-onn", "warn"], "there is no option --fail-onn; did you mean --fail-on?"],
    [["lint", "--zzz"], "there is no option --zzz; gracewarden lint --help lists them"],
    [["lint", "-x"], "there is no option -x; gracewarden lint --help lists them"],
    [
      ["lint", "--format", "jsom"],
      `--format cannot be "jsom": use stylish, json, sarif, junit, github, gitlab, checkstyle, or FORMAT=FILE; did you mean "json"?`,
    ],
    [["lint", "--fail-on", "warning"], `--fail-on cannot be "warning": use off, advice, warn, error`],
    [["lint", "--config", "--fix"], "--config needs a value: --config FILE"],
    [["lint", "--config"], "--config needs a value: --config FILE"],
    [["lint", "--fix=yes"], "--fix takes no value"],
    [["explain"], "RULE | FACT is missing"],
    [["explain", "a", "b"], `"b" is one argument too many`],
    [["explain", "grace-not-zer"], `there is no rule and no fact "grace-not-zer"; did you mean "grace-not-zero"?`],
    [["timeline"], "PATH | GLOB | -... is missing"],
    [
      ["timeline", "app.yaml", "--cause", "spot"],
      `--cause cannot be "spot": use delete, liveness, node-shutdown=SECONDS, spot=SECONDS or hard-eviction`,
    ],
  ])("%j", async (args, message) => {
    expect(await run(...args)).toEqual({ code: 2, stdout: "", stderr: `gracewarden: ${message}\n` });
  });
});

describe("help", () => {
  it.each([[["--help"]], [["-h"]], [["help"]]])("of the program: %j", async (args) => {
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    for (const name of ["lint", "timeline", "explain", "rules"]) expect(stdout).toContain(`\n  ${name} `);
  });

  it.each(["lint", "timeline", "explain", "rules"])("of %s fits 80 columns", async (name) => {
    const { code, stdout } = await gracewarden([name, "--help"], { cwd: folder(), columns: 80 });
    expect([code, stdout.split("\n").filter((line) => line.length > 80)]).toEqual([0, []]);
    expect(stdout).toContain(`Usage: gracewarden ${name}`);
    expect((await gracewarden(["help", name], { cwd: folder(), columns: 80 })).stdout).toBe(stdout);
  });

  it("is what no command gets, with exit code 2", async () => {
    expect(await run()).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("Usage:") as string });
  });
});

it("tells its version", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(await run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

describe("rules", () => {
  it("lists every rule", async () => {
    const { stdout } = await run("rules");
    for (const { id } of rules) expect(stdout).toContain(` ${id} `);
  });

  it("lists them as JSON", async () => {
    const list = JSON.parse((await run("rules", "--format", "json")).stdout) as { id: string; options: object }[];
    expect(list.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    expect(list.find(({ id }) => id === "grace-not-zero")?.options).toHaveProperty("allow.default", []);
  });
});

describe("explain", () => {
  it("tells of a rule its reason, options, facts, examples and what fixes make of them", async () => {
    const { code, stdout } = await run("explain", "grace-not-zero");
    expect(code).toBe(0);
    expect(stdout).toContain("A grace period leaves time to stop");
    expect(stdout).toMatch(/Options\n\n {2}allow {2}array, default \[\]/);
    expect(stdout).toContain(facts["default-30"].sources[0]);
    expect(stdout).toMatch(/Example: zero on a StatefulSet {2}reports 1/);
    expect(stdout).toContain("  -      terminationGracePeriodSeconds: 0\n  +      terminationGracePeriodSeconds: 30");
    expect(stdout).toContain("Example: the default  nothing to report");
  });

  it.each(rules.map(({ id }) => id))("every rule as its own tests have it: %s", async (id) => {
    const rule = rules.find((one) => one.id === id);
    const { code, stdout } = await run("explain", id);
    expect(code).toBe(0);
    for (const { name, reports = [] } of rule?.examples ?? []) {
      expect(stdout).toContain(
        `Example: ${name}  ${reports.length === 0 ? "nothing to report" : `reports ${reports.length}`}`,
      );
    }
  });

  it.each(["A5", "a5", "two-second-floor", "Two-Second-Floor"])("finds a fact by %s", async (name) => {
    const { stdout } = await run("explain", name);
    expect(stdout).toMatch(/^A5 {2}two-second-floor\n/);
    expect(stdout).toContain(facts["two-second-floor"].sources[0]);
  });
});

describe("timeline", () => {
  it.each([
    [["app.yaml"], "deletion: 1 s of grace"],
    [["app.yaml", "--cause", "hard-eviction"], "hard eviction"],
    [["app.yaml", "--cause", "node-shutdown=10"], "node shutdown with 10 s"],
    [["app.yaml", "--cause", "spot=20"], "spot notice with 20 s"],
    [["app.yaml", "--cause", "liveness"], "no container is stopped by this"],
  ])("%j", async (args, says) => {
    const { code, stdout, stderr } = await run("timeline", ...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("Pod/hasty app.yaml:1\n");
    expect(stdout).toContain(says);
  });

  it("says what it cannot draw", async () => {
    const cwd = folder({ "bad.yaml": "kind: Pod\n\tx: 1\n", "empty.yaml": "", "app.yaml": pod() });
    const bad = await gracewarden(["timeline", "bad.yaml"], { cwd });
    expect([bad.code, bad.stdout]).toEqual([2, ""]);
    expect(bad.stderr).toMatch(/^gracewarden: bad\.yaml:2 /);
    const empty = await gracewarden(["timeline", "empty.yaml"], { cwd });
    expect([empty.code, empty.stderr]).toEqual([0, "gracewarden: there is no pod in what was read\n"]);
    expect((await gracewarden(["timeline", "."], { cwd })).stdout).toContain("Pod/app app.yaml:1");
  });
});

describe("colours", () => {
  it.each([
    { args: [], env: {}, colored: false },
    { args: ["--color"], env: {}, colored: true },
    { args: [], env: { FORCE_COLOR: "1" }, colored: true },
    { args: ["--no-color"], env: { FORCE_COLOR: "1" }, colored: false },
    { args: ["--color"], env: { NO_COLOR: "1" }, colored: true },
    { args: [], env: { FORCE_COLOR: "0" }, colored: false },
  ])("with $args and $env: $colored", async ({ args, env, colored }) => {
    const { stdout } = await gracewarden(["lint", ...args], { cwd: folder({ "app.yaml": hasty() }), env });
    expect(stdout.includes("\u001B[")).toBe(colored);
  });
});

describe("as a process", () => {
  it("reads stdin, keeps notes apart from the report, and exits by what it found", () => {
    const cwd = folder({
      "gracewarden.yaml": "waivers:\n  - { rule: grace-not-zero, owner: me, reason: old, expires: 2020-01-01 }\n",
    });
    const { code, stdout, stderr } = gracewardenProcess(["lint", "--format", "json", "-"], { cwd, stdin: hastySet() });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toHaveProperty("findings.0.rule", "grace-not-zero");
    expect(stderr).toBe(
      "gracewarden: gracewarden.yaml:2:53 the waiver of grace-not-zero by me expired on 2020-01-01 and no longer holds\n",
    );
  });

  it("exits with 2 for a usage error and 0 where nothing is wrong", () => {
    const cwd = folder({ "app.yaml": pod() });
    expect(gracewardenProcess(["lint", "no.yaml"], { cwd }).code).toBe(2);
    expect(gracewardenProcess(["lint"], { cwd })).toEqual({
      code: 0,
      stdout: "✔ no findings\n  1 file, 1 object checked\n",
      stderr: "",
    });
  });
});
