import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brief, lint } from "./findings.ts";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden } from "./program.ts";

describe("a configuration that is wrong ends the run with its line", () => {
  it.each([
    {
      name: "an unknown key",
      text: "rules: {}\nwaviers: []\n",
      says: /^ {2}gracewarden\.yaml:2:1 .*waviers.*did you mean "waivers"/m,
    },
    {
      name: "an unknown rule",
      text: "rules:\n  grace-not-zer0: off\n",
      says: /^ {2}gracewarden\.yaml:2:3 .*grace-not-zer0.*did you mean "grace-not-zero"/m,
    },
    { name: "an unknown severity", text: "rules:\n  grace-not-zero: warning\n", says: /gracewarden\.yaml:2:.*warning/ },
    {
      name: "an option of the wrong type",
      text: "rules:\n  grace-not-zero: [error, { allow: Pod }]\n",
      says: /gracewarden\.yaml:2:.*"allow" must be array, but is "Pod"/,
    },
    {
      name: "an unknown option",
      text: "rules:\n  grace-not-zero: [error, { alow: [Pod] }]\n",
      says: /gracewarden\.yaml:2:.*alow.*did you mean "allow"/,
    },
    {
      name: "a waiver without an owner",
      text: "waivers:\n  - rule: grace-not-zero\n    reason: later\n    expires: 2027-01-31\n",
      says: /gracewarden\.yaml:2:.*lacks "owner"/,
    },
    {
      name: "a waiver until a day that does not exist",
      text: "waivers:\n  - { rule: grace-not-zero, owner: me, reason: later, expires: 2027-02-30 }\n",
      says: /gracewarden\.yaml:2:.*2027-02-30/,
    },
    { name: "broken YAML", text: "rules: [\n", says: /gracewarden\.yaml:\d/ },
    { name: "a key twice", text: "rules: {}\nrules: {}\n", says: /gracewarden\.yaml:2:1 .*twice/ },
    {
      name: "two documents",
      text: "rules: {}\n---\nrules: {}\n",
      says: /gracewarden\.yaml:\d+:1 a configuration is one document/,
    },
    { name: "a template", text: "rules:\n{{ toYaml .Values }}\n", says: /gracewarden\.yaml:1:1 not read: Go template/ },
  ])("$name", async ({ text, says }) => {
    const { code, stdout, stderr } = await gracewarden(["lint"], {
      cwd: folder({ "gracewarden.yaml": text, "app.yaml": pod() }),
    });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^gracewarden: the configuration is not valid\n/);
  });

  it("a file that is not there", async () => {
    const { code, stderr } = await gracewarden(["lint", "--config", "no.yaml"], { cwd: folder({ "app.yaml": pod() }) });
    expect([code, stderr]).toEqual([2, "gracewarden: the configuration no.yaml does not exist\n"]);
  });
});

describe("a configuration", () => {
  it("is found above, and its paths start at its folder", async () => {
    const cwd = folder({
      "gracewarden.yaml": "overrides:\n  - match: { paths: [apps/legacy/**] }\n    rules: { grace-not-zero: advice }\n",
      "apps/legacy/a.yaml": hasty(),
      "apps/b.yaml": hasty(),
    });
    const { findings } = await lint(["."], { cwd: join(cwd, "apps") });
    expect(findings.map(brief)).toEqual(["b.yaml:6 grace-not-zero warn", "legacy/a.yaml:6 grace-not-zero advice"]);
  });

  it("is not looked for beyond the repository", async () => {
    const cwd = folder({ "gracewarden.yaml": "rules: { grace-not-zero: off }\n", "inner/app.yaml": hasty() });
    mkdirSync(join(cwd, "inner/.git"));
    expect((await lint(["."], { cwd: join(cwd, "inner") })).findings.map(brief)).toEqual([
      "app.yaml:6 grace-not-zero warn",
    ]);
  });

  it("is left out with --no-config", async () => {
    const cwd = folder({ "gracewarden.yaml": "nonsense: true\n", "app.yaml": hasty() });
    expect((await lint(["app.yaml", "--no-config"], { cwd })).findings.map(brief)).toEqual([
      "app.yaml:6 grace-not-zero warn",
    ]);
  });

  it("can lower what is wrong with a file, never silently", async () => {
    const cwd = folder({
      "gracewarden.yaml": "overrides:\n  - match: { paths: [bad] }\n    rules: { readable-manifest: off }\n",
      "bad/a.yaml": "kind: Pod\n\tx: 1\n",
      "b.yaml": "kind: Pod\n\tx: 1\n",
    });
    const { findings, objects } = await lint(["bad", "b.yaml"], { cwd });
    expect(findings.map(brief)).toEqual(["b.yaml:2 readable-manifest error"]);
    expect(objects.skipped).toBe(2);
  });

  it("waives until a day; what has expired is told and does not waive", async () => {
    const cwd = folder({
      "gracewarden.yaml": [
        "waivers:",
        "  - { rule: grace-not-zero, owner: team-db, reason: moving, expires: 2026-11-22, ticket: DB-7, match: { names: [db] } }",
        "  - { rule: grace-not-zero, owner: team-old, reason: forgotten, expires: 2026-11-21, match: { names: [old] } }",
        "",
      ].join("\n"),
      "db.yaml": hastySet("db"),
      "old.yaml": hastySet("old"),
    });
    const { code, findings, stderr } = await lint(["."], { cwd });
    const waived = findings
      .filter(({ rule }) => rule === "grace-not-zero")
      .map(({ file, waived: by, fixable }) => [file, by, fixable]);
    expect(waived).toEqual([
      [
        "db.yaml",
        { owner: "team-db", reason: "moving", expires: "2026-11-22", ticket: "DB-7", origin: "config" },
        false,
      ],
      ["old.yaml", null, true],
    ]);
    expect(stderr).toBe(
      "gracewarden: gracewarden.yaml:3:65 the waiver of grace-not-zero by team-old expired on 2026-11-21 and no longer holds\n",
    );
    expect(code).toBe(1);
    expect((await lint(["db.yaml"], { cwd })).code).toBe(0);
  });

  it("is printed as it is understood, and can be read again", async () => {
    const cwd = folder({
      "gracewarden.yaml":
        "extends: [strict]\nrules:\n  grace-not-zero: [advice, { allow: [Pod] }]\nenforcement: { default: audit, rules: { no-host-pid: deny } }\n",
    });
    const { code, stdout } = await gracewarden(["lint", "--print-config"], { cwd });
    const printed = JSON.parse(stdout) as { rules: Record<string, unknown> };
    expect(code).toBe(0);
    expect(printed.rules["grace-not-zero"]).toEqual(["advice", { allow: ["Pod"] }]);
    expect(printed).toMatchObject({ extends: ["strict"], kubernetes: { oldest: "1.33" }, budget: { delaySeconds: 5 } });
    expect(printed).toMatchObject({ enforcement: { default: "audit", rules: { "no-host-pid": "deny" }, locked: [] } });
    const again = folder({ "gracewarden.yaml": stdout });
    expect((await gracewarden(["lint", "--print-config"], { cwd: again })).stdout).toBe(stdout);
  });
});

describe("the exit code", () => {
  const placeholder = hasty().replace("Seconds: 0", "Seconds: ${GRACE}");
  it.each([
    { name: "nothing found", text: pod(), args: [], code: 0 },
    { name: "a warning", text: hasty(), args: [], code: 0 },
    { name: "a warning, wanted", text: hasty(), args: ["--fail-on", "warn"], code: 1 },
    { name: "an error", text: hastySet(), args: [], code: 1 },
    { name: "an error, never", text: hastySet(), args: ["--fail-on", "off"], code: 0 },
    { name: "undetermined", text: placeholder, args: ["--fail-on", "advice"], code: 0 },
    { name: "undetermined, wanted", text: placeholder, args: ["--fail-on-undetermined"], code: 1 },
  ])("of $name is $code", async ({ text, args, code }) => {
    const result = await lint(["app.yaml", ...args], { cwd: folder({ "app.yaml": text }) });
    expect(result.code).toBe(code);
  });

  it("--quiet leaves out what does not count, and says how much", async () => {
    const cwd = folder({ "app.yaml": hasty(), "db.yaml": hastySet() });
    const rulesOf = async (...args: string[]): Promise<string[]> =>
      (await lint(["--quiet", ...args], { cwd })).findings.map(brief);
    expect(await rulesOf()).toEqual(["db.yaml:12 grace-not-zero error"]);
    expect(await rulesOf("--fail-on", "off")).toEqual(["db.yaml:12 grace-not-zero error"]);
    expect(await rulesOf("--fail-on", "warn")).toContain("app.yaml:6 grace-not-zero warn");
    expect((await gracewarden(["lint", "--quiet"], { cwd })).stdout).toMatch(/\d+ below the bar not shown/);
  });
});
