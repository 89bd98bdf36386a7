import { describe, expect, it } from "vitest";
import { expiredWaivers, readConfig } from "../../policies/config-file.ts";
import type { Config } from "../../policies/config.ts";
import { formatPath } from "../../policies/path.ts";
import { rules } from "../../policies/rules/index.ts";

function problemsOf(value: unknown): string[] {
  const read = readConfig(value, rules);
  return "problems" in read ? read.problems.map(({ at, message }) => `${formatPath(at)}: ${message}`) : [];
}

function configOf(value: unknown): Config {
  const read = readConfig(value, rules);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.config;
}

describe("a configuration", () => {
  it("may be empty", () => {
    expect(configOf(null).extends).toEqual(["recommended"]);
    expect(configOf({}).kubernetes.oldestMinor).toBe(33);
  });

  it("is read whole", () => {
    const config = configOf({
      extends: "strict",
      kubernetes: { oldest: "1.29" },
      budget: { delaySeconds: 15 },
      rules: { "grace-not-zero": ["error", { allow: ["Pod"] }], "valid-waivers": "off" },
      overrides: [{ match: { namespaces: ["legacy-*"] }, rules: { "grace-not-zero": "off" } }],
      waivers: [
        {
          rule: "grace-not-zero",
          owner: "team-a",
          reason: "a simulator",
          expires: "2027-01-31",
          match: { names: ["sim"] },
        },
      ],
    });
    expect(config.extends).toEqual(["strict"]);
    expect(config.kubernetes.oldestMinor).toBe(29);
    expect(config.budget).toMatchObject({ delaySeconds: 15, marginSeconds: 1 });
    expect(config.rules).toEqual({
      "grace-not-zero": { severity: "error", options: { allow: ["Pod"] } },
      "valid-waivers": { severity: "off" },
    });
    expect(config.overrides).toEqual([
      { match: { namespaces: ["legacy-*"] }, rules: { "grace-not-zero": { severity: "off" } } },
    ]);
    expect(config.waivers[0]).toMatchObject({ rule: "grace-not-zero", origin: "config", match: { names: ["sim"] } });
  });

  it("has enforcement for the webhook, whole or in part", () => {
    expect(configOf({}).enforcement).toEqual({
      default: "warn",
      rules: {},
      namespaces: [],
      locked: [],
      inlineWaivers: [],
    });
    const enforcement = {
      default: "audit",
      rules: { "no-host-pid": "deny" },
      namespaces: [{ match: ["legacy-*"], rules: { "no-host-pid": "off" } }],
      locked: ["no-host-pid"],
      inlineWaivers: false,
    };
    expect(configOf({ enforcement }).enforcement).toEqual(enforcement);
    const some = { inlineWaivers: ["grace-not-zero"] };
    expect(configOf({ enforcement: some }).enforcement).toMatchObject(some);
    expect(configOf({ enforcement: { locked: ["no-host-pid"] } }).enforcement).toMatchObject({
      default: "warn",
      locked: ["no-host-pid"],
    });
  });

  it.each<[string, unknown, RegExp]>([
    [
      "an unknown enforcement",
      { enforcement: { rules: { "no-host-pid": "denyy" } } },
      /^enforcement\.rules\.no-host-pid: .*must be one of deny, warn, audit, off, but is "denyy": did you mean "deny"\?/,
    ],
    [
      "a severity as enforcement",
      { enforcement: { default: "error" } },
      /^enforcement\.default: .*must be one of deny, warn, audit, off/,
    ],
    ["an unknown key of enforcement", { enforcement: { lockd: [] } }, /unknown key "lockd" .*did you mean "locked"\?/],
    [
      "an unknown rule that is enforced",
      { enforcement: { rules: { "no-host-pd": "deny" } } },
      /^enforcement\.rules\.no-host-pd: there is no rule "no-host-pd": did you mean "no-host-pid"\?/,
    ],
    [
      "an unknown rule that is enforced in a namespace",
      { enforcement: { namespaces: [{ match: ["a"], rules: { nope: "deny" } }] } },
      /^enforcement\.namespaces\[0\]\.rules\.nope: there is no rule "nope"/,
    ],
    [
      "an unknown rule that is locked",
      { enforcement: { locked: ["nope"] } },
      /^enforcement\.locked\[0\]: there is no rule "nope"/,
    ],
    [
      "an unknown rule that pods may waive",
      { enforcement: { inlineWaivers: ["nope"] } },
      /^enforcement\.inlineWaivers\[0\]: there is no rule "nope"/,
    ],
    [
      "a locked rule that pods may waive",
      { enforcement: { locked: ["no-host-pid"], inlineWaivers: ["no-host-pid"] } },
      /^enforcement\.inlineWaivers\[0\]: "no-host-pid" is locked in enforcement/,
    ],
    [
      "inline waivers that are neither yes, no nor rules",
      { enforcement: { inlineWaivers: "some" } },
      /^enforcement\.inlineWaivers: "inlineWaivers" must be boolean, but is "some"/,
    ],
    [
      "namespaces without a name",
      { enforcement: { namespaces: [{ match: [], rules: {} }] } },
      /"match" .*fewer than 1/,
    ],
    [
      "a waiver of a locked rule",
      {
        enforcement: { locked: ["no-host-pid"] },
        waivers: [{ rule: "no-host-pid", owner: "a", reason: "x", expires: "2027-01-31" }],
      },
      /^waivers\[0\]\.rule: "no-host-pid" is locked in enforcement/,
    ],
    [
      "a delay that is no whole number of seconds",
      { budget: { delaySeconds: 2.5 } },
      /"delaySeconds" must be integer, but is 2\.5/,
    ],
    ["an unknown key", { rulez: {} }, /^rulez: unknown key "rulez" in the configuration: did you mean "rules"\?$/],
    [
      "an unknown rule",
      { rules: { "grace-not-zro": "off" } },
      /there is no rule "grace-not-zro": did you mean "grace-not-zero"\?/,
    ],
    [
      "an unknown severity",
      { rules: { "grace-not-zero": "eror" } },
      /must be one of off, advice, warn, error, but is "eror": did you mean "error"\?/,
    ],
    [
      "an option of the wrong type",
      { rules: { "grace-not-zero": ["warn", { allow: "Pod" }] } },
      /^rules\.grace-not-zero\[1\]\.allow: "allow" must be array, but is "Pod"/,
    ],
    [
      "an unknown option",
      { rules: { "grace-not-zero": ["warn", { allowed: [] }] } },
      /unknown key "allowed" .*did you mean "allow"\?/,
    ],
    ["an unknown preset", { extends: "recomended" }, /did you mean "recommended"\?/],
    ["a version as a number", { kubernetes: { oldest: 1.3 } }, /"oldest" must be string, but is 1\.3/],
    ["a version that is none", { kubernetes: { oldest: "v1.30" } }, /must look like "1\.33"/],
    [
      "a waiver without an owner",
      { waivers: [{ rule: "grace-not-zero", reason: "x", expires: "2027-01-31" }] },
      /^waivers\[0\]: entry 1 of "waivers" lacks "owner"$/,
    ],
    [
      "a waiver of an unknown rule",
      { waivers: [{ rule: "nope", owner: "a", reason: "x", expires: "2027-01-31" }] },
      /there is no rule "nope"/,
    ],
    [
      "a waiver until no day",
      { waivers: [{ rule: "grace-not-zero", owner: "a", reason: "x", expires: "2027-02-30" }] },
      /is no day of the calendar/,
    ],
    ["a list", [], /must be object, but is \[\]/],
    ["a negative budget", { budget: { marginSeconds: -1 } }, /must be >= 0/],
    [
      "a custom rule with the name of another",
      { customRules: [{ id: "grace-not-zero", message: "m", assert: {} }] },
      /there is a rule "grace-not-zero" already/,
    ],
    [
      "a custom rule that is no schema",
      { customRules: [{ id: "mine", message: "m", assert: { tpe: "object" } }] },
      /not a JSON schema: .*tpe/,
    ],
  ])("with %s is refused", (_name, value, message) => {
    const problems = problemsOf(value);
    expect(problems.join("\n")).toMatch(message);
  });

  it("tells every problem at once", () => {
    expect(problemsOf({ rulez: {}, kubernetes: { old: "1.33" }, budget: { marginSeconds: "1" } })).toHaveLength(3);
  });

  it("names the waivers that have expired", () => {
    const config = configOf({ waivers: [{ rule: "grace-not-zero", owner: "a", reason: "x", expires: "2026-01-31" }] });
    expect(expiredWaivers(config, new Date("2026-11-22")).map(({ at }) => formatPath(at))).toEqual([
      "waivers[0].expires",
    ]);
  });
});
