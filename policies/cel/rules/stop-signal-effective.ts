import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = ({ options }) => {
  if (options["gateEnabled"] !== true)
    return {
      fidelity: "not-exportable",
      why: "with the feature gate off the API server drops the field before a policy sees it; with the option gateEnabled it is exported",
    };
  const kill = sentence`stopSignal SIGKILL ends ${"c.name"} at once: nothing is drained, whatever the grace period`;
  return {
    fidelity: "exact",
    checks: [
      {
        severity: "warn",
        // Without spec.os.name the API server refuses the pod before.
        problems: `variables.all.filter(c, c.?lifecycle.?stopSignal.orValue("") == "SIGKILL" && variables.spec.?os.?name.hasValue()).map(c, ${kill})`,
      },
    ],
  };
};
export default rule;
