import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = () => {
  const unavailable = "object.spec.?maxUnavailable";
  const available = "object.spec.?minAvailable";
  const harm = "no pod may ever be evicted, so every node drain hangs until somebody deletes the pod or the budget";
  return {
    fidelity: "approximate",
    on: [{ group: "policy", resources: ["poddisruptionbudgets"] }],
    misses: [
      "how many replicas there are is not known, so a minAvailable of as many is not told",
      "two budgets on one pod are not told",
    ],
    checks: [
      {
        severity: "warn",
        problems: `${unavailable}.hasValue() && string(${unavailable}.orValue(1)).matches("^0+%?$") ? [${sentence`maxUnavailable is ${`${unavailable}.orValue(1)`}: ${`"${harm}"`}`}] : ${available}.hasValue() && string(${available}.orValue(1)).matches("^[1-9][0-9]{2,}%$") ? [${sentence`minAvailable is ${`${available}.orValue(1)`}: ${`"${harm}"`}`}] : []`,
      },
    ],
  };
};
export default rule;
