import type { Enforcement, EnforcementSettings } from "../config.ts";
import { matchesObject } from "../match.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import type { Severity } from "../rule.ts";
import type { AdmissionSettings } from "./decision.ts";

/** Denied unasked on pods that run the proxy: its whole promise rests on nobody else signalling it. */
const deniedOnProxies: ReadonlySet<string> = new Set(["no-unsafe-shared-pid-namespace", "no-host-pid"]);

/**
 * What becomes of a rule's findings of a severity on an object. What the configuration says of the rule holds as it is;
 * otherwise advice is audited at most. An object whose pod cannot be read counts as one that runs the proxy.
 */
export function enforcementOf(
  rule: string,
  severity: Severity,
  object: KubernetesObject,
  pod: Pod | undefined,
  { config: { enforcement } }: AdmissionSettings,
): Enforcement {
  const entries = enforcement.namespaces.filter(({ match }) => matchesObject({ namespaces: match }, object));
  const named = [enforcement.rules, ...entries.map(({ rules }) => rules)].findLast((rules) =>
    Object.hasOwn(rules, rule),
  );
  return named?.[rule] ?? unnamedEnforcement(rule, severity, pod?.runsProxy !== false, enforcement);
}

/** What becomes of a rule's findings where the configuration does not name the rule. */
export function unnamedEnforcement(
  rule: string,
  severity: Severity,
  runsProxy: boolean,
  enforcement: Pick<EnforcementSettings, "default">,
): Enforcement {
  if (severity === "advice") return enforcement.default === "off" ? "off" : "audit";
  return deniedOnProxies.has(rule) && runsProxy ? "deny" : enforcement.default;
}
