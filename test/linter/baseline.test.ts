import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, hasty, pod } from "./folder.ts";
import { gracewarden } from "./program.ts";

const args = ["lint", "--no-config", "--fail-on", "warn", "--baseline", "known.json"];
const baselineOf = (cwd: string): { readonly findings: readonly { readonly file: string; readonly rule: string }[] } =>
  JSON.parse(readFileSync(join(cwd, "known.json"), "utf8")) as ReturnType<typeof baselineOf>;

/** A folder with one finding, and a baseline that knows it. */
async function known(files: Readonly<Record<string, string>> = { "a.yaml": hasty() }): Promise<string> {
  const cwd = folder(files);
  const { code, stdout } = await gracewarden([...args, "--update-baseline", "."], { cwd });
  expect(stdout).toContain("known from the baseline");
  expect(code).toBe(0);
  return cwd;
}

describe("a baseline", () => {
  it("takes what it knows out of the report, also where lines moved, and says how much that is", async () => {
    const cwd = await known();
    expect(baselineOf(cwd).findings).toMatchObject([{ file: "a.yaml", rule: "grace-not-zero", object: "Pod/hasty" }]);
    writeFileSync(join(cwd, "a.yaml"), `# a comment\n\n${hasty()}`);
    const { code, stdout } = await gracewarden([...args, "a.yaml"], { cwd });
    expect(stdout).toMatch(/✔ no findings; 1 known from the baseline\n/);
    expect(code).toBe(0);
  });

  it("does not hide what is new", async () => {
    const cwd = await known();
    writeFileSync(join(cwd, "b.yaml"), hasty("other"));
    const { code, stdout } = await gracewarden([...args, "a.yaml", "b.yaml"], { cwd });
    expect(stdout).toMatch(/Pod\/other[^]*1 finding[^]*1 known from the baseline/);
    expect(stdout).not.toContain("Pod/hasty");
    expect(code).toBe(1);
  });

  it("is the same from another folder", async () => {
    const cwd = await known();
    mkdirSync(join(cwd, "sub"));
    const { code } = await gracewarden(
      ["lint", "--no-config", "--baseline", "../known.json", "--fail-on", "warn", ".."],
      {
        cwd: join(cwd, "sub"),
      },
    );
    expect(code).toBe(0);
  });

  it.each([
    {
      name: "fails when stale, and names the entry",
      flags: [],
      code: 1,
      says: /grace-not-zero Pod\/hasty .*in a\.yaml/,
    },
    { name: "may be stale where that is allowed", flags: ["--allow-stale-baseline"], code: 0, says: /Pod\/hasty/ },
    { name: "is pruned", flags: ["--prune-baseline"], code: 0, says: /^$/ },
  ])("$name", async ({ flags, code, says }) => {
    const cwd = await known();
    writeFileSync(join(cwd, "a.yaml"), pod("hasty"));
    const outcome = await gracewarden([...args, ...flags, "a.yaml"], { cwd });
    expect(outcome.stderr).toMatch(says);
    expect(outcome.code).toBe(code);
    expect(baselineOf(cwd).findings).toHaveLength(flags.includes("--prune-baseline") ? 0 : 1);
  });

  it("judges no entry of a file that is not in the run, but one of a file that is gone", async () => {
    const cwd = await known({ "a.yaml": hasty(), "b.yaml": hasty("other") });
    expect((await gracewarden([...args, "b.yaml"], { cwd })).code).toBe(0);
    expect((await gracewarden([...args, "--update-baseline", "b.yaml"], { cwd })).code).toBe(0);
    expect(baselineOf(cwd).findings.map(({ file }) => file)).toEqual(["a.yaml", "b.yaml"]);
    rmSync(join(cwd, "a.yaml"));
    expect((await gracewarden([...args, "b.yaml"], { cwd })).stderr).toContain("in a.yaml");
  });

  it("is the same text whatever the order of the files", async () => {
    const cwd = await known({ "a.yaml": hasty(), "b.yaml": hasty("other") });
    const before = readFileSync(join(cwd, "known.json"), "utf8");
    await gracewarden([...args, "--update-baseline", "b.yaml", "a.yaml"], { cwd });
    expect(readFileSync(join(cwd, "known.json"), "utf8")).toBe(before);
  });

  it.each([
    { name: "missing", text: undefined, says: /known\.json does not exist: make it with --update-baseline/ },
    { name: "not JSON", text: "{", says: /is not JSON/ },
    { name: "of something else", text: "[]", says: /is no baseline of gracewarden/ },
    {
      name: "from a newer version",
      text: '{"gracewardenBaseline": 2}',
      says: /written by a newer gracewarden \(format 2, this one reads 1\): update gracewarden/,
    },
    { name: "with a broken entry", text: '{"gracewardenBaseline": 1, "findings": [{}]}', says: /is no baseline/ },
  ])("that is $name ends the run", async ({ text, says }) => {
    const cwd = folder({ "a.yaml": hasty() });
    if (text !== undefined) writeFileSync(join(cwd, "known.json"), text);
    const { code, stderr } = await gracewarden([...args, "a.yaml"], { cwd });
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  it.each([["--update-baseline"], ["--prune-baseline"], ["--allow-stale-baseline"]])(
    "%s needs its file",
    async (flag) => {
      const { code, stderr } = await gracewarden(["lint", flag], { cwd: folder({ "a.yaml": pod() }) });
      expect(stderr).toContain(`${flag} needs --baseline FILE`);
      expect(code).toBe(2);
    },
  );
});

/** With a waiver in an annotation. */
const waived = (text: string, rule = "grace-not-zero"): string =>
  text.replace("spec:", `  annotations:\n    waive.gracewarden.io/${rule}: "why; owner=me; expires=2999-01-01"\nspec:`);

describe("--report-unused-waivers", () => {
  it("names waivers of the configuration and in annotations that waived nothing", async () => {
    const cwd = folder({
      "a.yaml": waived(pod()),
      "b.yaml": waived(hasty()),
      "gracewarden.yaml": `waivers:
  - { rule: no-host-pid, owner: them, reason: old, expires: 2999-01-01 }
`,
    });
    const { code, stderr } = await gracewarden(["lint", "--report-unused-waivers", "a.yaml", "b.yaml"], { cwd });
    expect(stderr).toContain('waiver of no-host-pid by them ("old") waives nothing');
    expect(stderr).toContain("a.yaml:6 the waiver of grace-not-zero by me waives nothing");
    expect(stderr).not.toContain("b.yaml");
    expect(code).toBe(0);
  });
});
