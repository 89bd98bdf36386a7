import { describe, expect, it } from "vitest";
import { pattern, quote, sentence } from "../../policies/cel/cel-text.ts";
import { exportRules } from "../../policies/cel/exported-rule.ts";
import { inLines } from "../../policies/cel/layout.ts";
import { celRules } from "../../policies/cel/rules/index.ts";
import { variablesFor } from "../../policies/cel/variables.ts";
import { isComplete } from "../../policies/cel/waiver-text.ts";
import { defaultConfig, type Config, type EnforcementSettings } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { isDay } from "../../policies/waiver.ts";

const exported = (config: Config) => exportRules(rules, config, "2026-11-22");

/** Rule and action, with where it holds if not everywhere. */
function actionsOf(id: string, enforcement: Partial<EnforcementSettings>): string[] {
  const config = { ...defaultConfig, enforcement: { ...defaultConfig.enforcement, ...enforcement } };
  const checks = exported(config).find(({ rule }) => rule.id === id)?.checks ?? [];
  return [...new Set(checks.map(({ action, where }) => (where === undefined ? action : `${action} where ${where}`)))];
}

const onJobs = (config: Config): string[] =>
  exported(config).flatMap(({ rule, checks }) => (rule.id === "hook-on-job" ? checks.map(({ action }) => action) : []));

describe("rules as CEL", () => {
  it("are all exported, or say why not", () => {
    expect(Object.keys(celRules)).toEqual(rules.map(({ id }) => id));
  });

  it.each(exported(defaultConfig).map((one) => [one.rule.id, one.exported] as const))(
    "%s says what it misses",
    (_id, one) => {
      const said = one.fidelity === "exact" ? ["nothing"] : one.fidelity === "approximate" ? one.misses : [one.why];
      expect(said.filter((clause) => /^[a-zA-Z].*[^.]$/.test(clause))).toEqual(said);
      expect(said.length).toBeGreaterThan(0);
    },
  );

  it("use variables that there are, each after those that it uses", () => {
    for (const { exported: one, checks } of exported(defaultConfig)) {
      const own = one.fidelity === "not-exportable" ? [] : (one.variables ?? []);
      const problems = checks.map((check) => ({ name: "problems", expression: check.problems }));
      const expressions = [...own, ...problems].map(({ expression }) => expression);
      const known = new Set<string>();
      for (const { name, expression } of [...variablesFor(expressions, "object"), ...own, ...problems]) {
        for (const [, used = ""] of expression.matchAll(/variables\.(\w+)/g)) expect(known).toContain(used);
        known.add(name);
      }
    }
  });

  it.each<[string, string, Partial<EnforcementSettings>, string[]]>([
    ["warns by default", "grace-not-zero", {}, ["warn"]],
    ["audits what is advice", "hook-on-job", {}, ["audit"]],
    ["denies where the configuration says so", "grace-not-zero", { rules: { "grace-not-zero": "deny" } }, ["deny"]],
    ["denies an unsafe PID namespace of the proxy alone", "no-host-pid", {}, ["deny", "warn", "audit"]],
    ["leaves out what is off", "grace-not-zero", { rules: { "grace-not-zero": "off" } }, []],
    [
      "asks the last entry for the namespace first",
      "grace-not-zero",
      {
        default: "off",
        namespaces: [
          { match: ["prod-*"], rules: { "grace-not-zero": "warn" } },
          { match: ["prod-eu", "prod.us"], rules: { "grace-not-zero": "deny" } },
        ],
      },
      ["warn", "deny"].map(
        (action) =>
          String.raw`${action} where (request.namespace.matches("^(prod-eu|prod\\.us)$") ? "deny" : request.namespace.matches("^(prod-.*)$") ? "warn" : "off") == "${action}"`,
      ),
    ],
  ])("%s", (_name, id, enforcement, expected) => {
    expect(actionsOf(id, enforcement)).toEqual(expected);
  });

  it("follow severities of the configuration", () => {
    expect(onJobs({ ...defaultConfig, rules: { "hook-on-job": { severity: "error" } } })).toEqual(["warn"]);
    expect(onJobs({ ...defaultConfig, rules: { "hook-on-job": { severity: "off" } } })).toEqual([]);
    expect(onJobs({ ...defaultConfig, extends: ["security"] })).toEqual([]);
  });
});

describe("CEL text", () => {
  it("quotes, and puts expressions into sentences", () => {
    expect(quote('a "b"\n')).toBe(String.raw`"a \"b\"\n"`);
    expect(sentence`${"c.name"} waits ${"c.seconds"} s`).toBe('string(c.name) + " waits " + string(c.seconds) + " s"');
  });

  it("takes regular expressions that RE2 can read", () => {
    expect(pattern(/^a\/[\d.]+$/i)).toBe(String.raw`"(?i)^a/[\\d.]+$"`);
    expect(() => pattern(/^(?!a)/)).toThrow("RE2 cannot read");
  });

  it("breaks lines outside of strings only", () => {
    const long = `"${"a b ".repeat(40)}"`;
    expect(inLines(`x == ${long} || y == ${long}`).split("\n")).toEqual(["x ==", long, "|| y ==", long]);
  });

  it("knows the days that there are", () => {
    const [, source = ""] = /matches\(("\^expires.*\$")\)/.exec(isComplete("text")) ?? [];
    const day = new RegExp(JSON.parse(source) as string);
    for (const year of ["1900", "2000", "2023", "2024", "2100", "0004"])
      for (let month = 0; month <= 13; month++)
        for (let number = 0; number <= 32; number++) {
          const text = `${year}-${String(month).padStart(2, "0")}-${String(number).padStart(2, "0")}`;
          expect(`${text} ${day.test(`expires=${text}`)}`).toBe(`${text} ${isDay(text)}`);
        }
  });
});
