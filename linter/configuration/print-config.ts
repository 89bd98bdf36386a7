import { rules } from "../../policies/rules/index.ts";
import { withDefaults } from "../../policies/run.ts";
import type { Config, RuleSetting } from "../../policies/config.ts";
import type { Rule } from "../../policies/rule.ts";
import { presets } from "../../policies/presets.ts";
import type { LintOptions } from "../commands/lint.ts";
import { chosenConfig } from "./load-config.ts";
import type { Terminal } from "../terminal.ts";

/** Prints what holds, in the form that a configuration is written in (JSON is YAML): every rule with its severity and options. */
export async function printConfig(options: LintOptions, { cwd, now, stdout }: Terminal): Promise<number> {
  const { config } = await chosenConfig(options, cwd, rules, now);
  stdout.write(configText(config));
  return 0;
}

/** The same configuration in the same version gives the same text. */
export function configText(config: Config): string {
  const all = [...rules, ...config.customRules];
  const bySeverity = (rule: Rule): string =>
    config.extends.reduce<Rule["severity"] | undefined>(
      (severity, preset) => severity && presets[preset](rule, severity),
      rule.severity,
    ) ?? "off";
  const printed = {
    extends: config.extends,
    kubernetes: { oldest: `1.${config.kubernetes.oldestMinor}` },
    budget: config.budget,
    rules: entries(config.rules, all, bySeverity),
    overrides: config.overrides.map(({ match, rules: settings }) => ({
      match,
      rules: Object.fromEntries(
        Object.entries(settings).map(([id, { severity, options: set }]) => [
          id,
          set === undefined ? severity : [severity, set],
        ]),
      ),
    })),
    waivers: config.waivers.map(({ origin: _origin, ...waiver }) => waiver),
    enforcement: config.enforcement,
    customRules: config.customRules.map(({ id, title, severity }) => ({ id, title, severity })),
  };
  return `${JSON.stringify(printed, null, 2)}\n`;
}

function entries(
  settings: Readonly<Record<string, RuleSetting>>,
  all: readonly Rule[],
  own: (rule: Rule) => string,
): object {
  return Object.fromEntries(
    all.map((rule) => {
      const setting = settings[rule.id];
      const values = withDefaults(rule.options, setting?.options);
      const severity = setting?.severity ?? own(rule);
      return [rule.id, Object.keys(values).length === 0 ? severity : [severity, values]];
    }),
  );
}
