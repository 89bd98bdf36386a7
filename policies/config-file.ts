import { Ajv } from "ajv";
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
import type { Path } from "./path.ts";
import type { Rule, Severity } from "./rule.ts";
import { didYouMean, schemaProblems, type ConfigProblem } from "./schema-problem.ts";
import { hasExpired, isDay, type Waiver } from "./waiver.ts";

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
    const ids = rules.map(({ id }) => id);
    return {
      problems: schemaProblems(validate.errors ?? [], { keysAt: (at) => (at.at(-1) === "rules" ? ids : undefined) }),
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
