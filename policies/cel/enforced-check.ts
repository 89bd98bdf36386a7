import { unnamedEnforcement } from "../admission/enforcement.ts";
import type { Config, Enforcement, EnforcementSettings } from "../config.ts";
import type { Rule } from "../rule.ts";
import { severityOf } from "../run.ts";
import { quote } from "./cel-text.ts";
import type { CelCheck } from "./cel-rule.ts";

export type Action = Exclude<Enforcement, "off">;

/** A check and what the API server does with what it finds. */
export interface EnforcedCheck {
  readonly problems: string;
  readonly action: Action;
  /** CEL over the request: where this action holds; everywhere where left out. */
  readonly where: string | undefined;
}

/** What the configuration makes of a check: an entry for each action that it asks for anywhere; none where it is off. */
export function enforcedChecks(rule: Rule, check: CelCheck, config: Config): EnforcedCheck[] {
  const severity = severityOf(
    rule,
    check,
    (Object.hasOwn(config.rules, rule.id) && config.rules[rule.id]) || {},
    config,
  );
  if (severity === undefined) return [];
  const { enforcement } = config;
  const general =
    (Object.hasOwn(enforcement.rules, rule.id) ? enforcement.rules[rule.id] : undefined) ??
    unnamedEnforcement(rule.id, severity, check.onProxies === true, enforcement);
  const { problems } = check;
  const byNamespace = namespacesNaming(rule.id, enforcement);
  if (byNamespace.length === 0) return general === "off" ? [] : [{ problems, action: general, where: undefined }];
  // The last that matches holds, so it is asked first.
  const holding = byNamespace.reduce(
    (otherwise, { test, action }) => `${test} ? ${quote(action)} : ${otherwise}`,
    quote(general),
  );
  const actions = new Set([general, ...byNamespace.map(({ action }) => action)]);
  return [...actions]
    .filter((action) => action !== "off")
    .map((action) => ({ problems, action, where: `(${holding}) == ${quote(action)}` }));
}

function namespacesNaming(
  rule: string,
  { namespaces }: EnforcementSettings,
): { readonly test: string; readonly action: Enforcement }[] {
  return namespaces.flatMap(({ match, rules }) => {
    const action = Object.hasOwn(rules, rule) ? rules[rule] : undefined;
    if (action === undefined) return [];
    const names = match.map((pattern) => pattern.split("*").map(escape).join(".*"));
    return [{ test: `request.namespace.matches(${quote(`^(${names.join("|")})$`)})`, action }];
  });
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
