import type { Config, ObjectMatch } from "../../policies/config.ts";
import { presets } from "../../policies/presets.ts";
import type { Rule, Severity } from "../../policies/rule.ts";

/** A rule that did not judge, everywhere or somewhere. */
export interface RuleOff {
  readonly rule: string;
  /** `everywhere, by the preset security`, `for namespaces legacy-*` */
  readonly where: string;
}

/** Which rules the configuration switches off, and for what. */
export function rulesOff(rules: readonly Rule[], config: Config): readonly RuleOff[] {
  const everywhere = rules.flatMap(({ id }) =>
    config.rules[id]?.severity === "off" ? [{ rule: id, where: "everywhere, by the configuration" }] : [],
  );
  const byPreset = rules.filter(
    (rule) => config.rules[rule.id]?.severity === undefined && afterPresets(rule, config) === undefined,
  );
  const inPlaces = config.overrides.flatMap(({ match, rules: settings }) =>
    Object.entries(settings)
      .filter(([, { severity }]) => severity === "off")
      .map(([rule]) => ({ rule, where: `for ${describeMatch(match)}` })),
  );
  return [
    ...everywhere,
    ...byPreset.map(({ id }) => ({ rule: id, where: `everywhere, by the preset ${config.extends.join(", ")}` })),
    ...inPlaces,
  ];
}

const afterPresets = (rule: Rule, config: Config): Severity | undefined =>
  config.extends.reduce<Severity | undefined>(
    (severity, preset) => severity && presets[preset](rule, severity),
    rule.severity,
  );

/** `kinds StatefulSet; names db, cache`; `everything` where nothing is asked for. */
export function describeMatch(match: ObjectMatch): string {
  const { labels, ...lists } = match;
  const parts = Object.entries(lists).map(([what, texts]) => `${what} ${texts.join(", ")}`);
  if (labels !== undefined)
    parts.push(
      `labels ${Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(", ")}`,
    );
  return parts.length === 0 ? "everything" : parts.join("; ");
}
