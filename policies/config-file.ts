import { Ajv, type ErrorObject } from "ajv";
import { defaultBudgetSettings } from "./budget-settings.ts";
import { configSchema } from "./config-schema.ts";
import {
  defaultConfig,
  type Config,
  type ObjectMatch,
  type Override,
  type PresetName,
  type RuleSetting,
} from "./config.ts";
import { compileCustomRules, type CustomRuleSource } from "./custom-rules.ts";
import { pathOfSteps, pointerSteps, type Path } from "./path.ts";
import type { Rule, Severity } from "./rule.ts";
import { closest } from "./spelling.ts";
import { hasExpired, isDay, type Waiver } from "./waiver.ts";

/** One thing that is wrong with a configuration, and where in it. */
export interface ConfigProblem {
  readonly at: Path;
  readonly message: string;
}

/** `gracewarden.yaml` as it is written, once its shape is checked. */
interface ConfigFile {
  readonly extends?: PresetName | readonly PresetName[];
  readonly kubernetes?: { readonly oldest?: string };
  readonly budget?: Partial<Config["budget"]>;
  readonly rules?: Readonly<Record<string, RuleEntry>>;
  readonly overrides?: readonly { readonly match: ObjectMatch; readonly rules: Readonly<Record<string, RuleEntry>> }[];
  readonly waivers?: readonly (Omit<Waiver, "match" | "origin"> & { readonly match?: ObjectMatch })[];
  readonly customRules?: readonly CustomRuleSource[];
  readonly enforcement?: Partial<Config["enforcement"]>;
}

type RuleEntry = Severity | "off" | readonly [Severity | "off", Readonly<Record<string, unknown>>?];

/**
 * Reads a configuration that has been parsed from YAML or JSON. `rules` are the rules that it may name.
 * Every problem is told, each with its place.
 */
export function readConfig(
  value: unknown,
  rules: readonly Rule[],
): { readonly config: Config } | { readonly problems: readonly ConfigProblem[] } {
  if (value === null || value === undefined) return { config: defaultConfig };
  const ajv = new Ajv({ allErrors: true, strict: true, strictTuples: false, strictTypes: false, verbose: true });
  const validate = ajv.compile<ConfigFile>(configSchema(rules));
  if (!validate(value)) {
    const problems = deepest(validate.errors ?? []).map((error) => explain(error, rules));
    return {
      problems: problems.filter((problem, index) => problems.findIndex((other) => same(other, problem)) === index),
    };
  }
  const custom = compileCustomRules(value.customRules ?? [], rules);
  const known = new Set([...rules, ...custom.rules].map(({ id }) => id));
  const problems = [
    ...custom.problems,
    ...unknownRules(value, known),
    ...badWaivers(value, known),
    ...waivedThoughLocked(value),
  ];
  if (problems.length > 0) return { problems };
  return {
    config: {
      extends:
        value.extends === undefined
          ? defaultConfig.extends
          : typeof value.extends === "string"
            ? [value.extends]
            : value.extends,
      rules: settings(value.rules ?? {}),
      overrides: (value.overrides ?? []).map((override): Override => ({
        match: override.match,
        rules: settings(override.rules),
      })),
      kubernetes: {
        oldestMinor:
          value.kubernetes?.oldest === undefined
            ? defaultConfig.kubernetes.oldestMinor
            : minorOf(value.kubernetes.oldest),
      },
      budget: { ...defaultBudgetSettings, ...value.budget },
      waivers: (value.waivers ?? []).map((waiver): Waiver => ({
        ...waiver,
        match: waiver.match ?? {},
        origin: "config",
      })),
      customRules: custom.rules,
      enforcement: { ...defaultConfig.enforcement, ...value.enforcement },
    },
  };
}

/** The waivers of a configuration that no longer hold, by their index in it. */
export function expiredWaivers(config: Config, now: Date): readonly { readonly at: Path; readonly waiver: Waiver }[] {
  return config.waivers.flatMap((waiver, index) =>
    hasExpired(waiver, now) ? [{ at: ["waivers", index, "expires"], waiver }] : [],
  );
}

const minorOf = (version: string): number => Number(version.split(".")[1]);

function settings(entries: Readonly<Record<string, RuleEntry>>): Record<string, RuleSetting> {
  return Object.fromEntries(
    Object.entries(entries).map(([id, entry]) => {
      if (typeof entry === "string") return [id, { severity: entry }];
      const [severity, options] = entry;
      return [id, { severity, ...(options === undefined ? {} : { options }) }];
    }),
  );
}

function* entriesOf(file: ConfigFile): Iterable<readonly [Path, string]> {
  for (const id of Object.keys(file.rules ?? {})) yield [["rules", id], id];
  for (const [index, override] of (file.overrides ?? []).entries()) {
    for (const id of Object.keys(override.rules)) yield [["overrides", index, "rules", id], id];
  }
  for (const [index, waiver] of (file.waivers ?? []).entries()) yield [["waivers", index, "rule"], waiver.rule];
  const { rules, namespaces, locked } = file.enforcement ?? {};
  for (const id of Object.keys(rules ?? {})) yield [["enforcement", "rules", id], id];
  for (const [index, namespace] of (namespaces ?? []).entries()) {
    for (const id of Object.keys(namespace.rules)) yield [["enforcement", "namespaces", index, "rules", id], id];
  }
  for (const [index, id] of (locked ?? []).entries()) yield [["enforcement", "locked", index], id];
  for (const [at, id] of inlineWaivable(file)) yield [at, id];
}

/** The rules that pods may waive themselves. */
function inlineWaivable({ enforcement }: ConfigFile): (readonly [Path, string])[] {
  const { inlineWaivers } = enforcement ?? {};
  return typeof inlineWaivers === "object"
    ? inlineWaivers.map((id, index) => [["enforcement", "inlineWaivers", index], id])
    : [];
}

function unknownRules(file: ConfigFile, known: ReadonlySet<string>): ConfigProblem[] {
  return [...entriesOf(file)].flatMap(([at, id]) =>
    known.has(id)
      ? []
      : [{ at, message: `there is no rule "${id}"${didYouMean(id, known)}; \`gracewarden rules\` lists them` }],
  );
}

function badWaivers(file: ConfigFile, known: ReadonlySet<string>): ConfigProblem[] {
  return (file.waivers ?? []).flatMap((waiver, index) =>
    known.has(waiver.rule) && !isDay(waiver.expires)
      ? [
          {
            at: ["waivers", index, "expires"],
            message: `"${waiver.expires}" is no day of the calendar: write YYYY-MM-DD`,
          },
        ]
      : [],
  );
}

function waivedThoughLocked(file: ConfigFile): ConfigProblem[] {
  const waivable = (file.waivers ?? []).map(({ rule }, index): [Path, string] => [["waivers", index, "rule"], rule]);
  return [...waivable, ...inlineWaivable(file)].flatMap(([at, rule]) =>
    file.enforcement?.locked?.includes(rule) === true
      ? [
          {
            at,
            message: `"${rule}" is locked in enforcement, so it takes no waivers: drop one of the two`,
          },
        ]
      : [],
  );
}

/** Of the errors of an `anyOf`, those that say more than that no branch fits. */
function deepest(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const useful = errors.filter(({ keyword }) => keyword !== "anyOf" && keyword !== "oneOf" && keyword !== "if");
  return useful.length === 0 ? errors : useful;
}

function explain(error: ErrorObject, rules: readonly Rule[]): ConfigProblem {
  const at = pathOfSteps(pointerSteps(error.instancePath));
  const name = nameOf(at);
  const { params } = error as { params: Record<string, unknown> };
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const allowed = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
      const ruleIds = at.at(-1) === "rules" ? rules.map(({ id }) => id) : allowed;
      return { at: [...at, key], message: `unknown key "${key}" in ${name}${didYouMean(key, ruleIds)}` };
    }
    case "required":
      return { at, message: `${name} lacks "${String(params["missingProperty"])}"` };
    case "type":
      return {
        at,
        message: `${name} must be ${[params["type"]].flat().join(" or ")}, but is ${JSON.stringify(error.data)}`,
      };
    case "enum": {
      const allowed = params["allowedValues"] as readonly unknown[];
      return {
        at,
        message: `${name} must be one of ${allowed.join(", ")}, but is ${JSON.stringify(error.data)}${didYouMean(String(error.data), allowed.map(String))}`,
      };
    }
    case "pattern":
      return {
        at,
        message: `${name} must look like ${String((error.parentSchema as { examples?: unknown[] }).examples?.[0] ?? params["pattern"])}, but is ${JSON.stringify(error.data)}`,
      };
    default:
      return { at, message: `${name} ${error.message ?? "is not valid"}` };
  }
}

/** An entry of a list has no name of its own: it is counted, from 1. */
function nameOf(at: Path): string {
  const last = at.at(-1);
  if (last === undefined) return "the configuration";
  if (typeof last === "string") return `"${last}"`;
  const list = at.findLast((step) => typeof step === "string");
  return `entry ${last + 1}${list === undefined ? "" : ` of "${list}"`}`;
}

function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = closest(word, candidates);
  return candidate === undefined ? "" : `: did you mean "${candidate}"?`;
}

const same = (a: ConfigProblem, b: ConfigProblem): boolean =>
  a.message === b.message && a.at.join("/") === b.at.join("/");
