import { quoteAll, sentence } from "../cel-text.ts";
import { listOption, type CelRule } from "../cel-rule.ts";

const rule: CelRule = (settings) => {
  const allow = listOption(settings, "allow");
  const isJudged = allow.length === 0 ? "" : `!(object.kind in ${quoteAll(allow)}) && `;
  const negative = sentence`terminationGracePeriodSeconds is ${"variables.writtenGrace"}: Kubernetes counts a negative grace period as 1 second`;
  const stateful = sentence`terminationGracePeriodSeconds is 0: the name and volume can be given to a new pod while the old process still runs`;
  const plain = sentence`terminationGracePeriodSeconds is 0: the object is gone at once while the process still runs, with about 1 s for hooks and 2 s to stop`;
  return {
    fidelity: "exact",
    checks: [
      {
        severity: "error",
        problems: `${isJudged}variables.writtenGrace < 0 ? [${negative}] : ${isJudged}variables.writtenGrace == 0 && object.kind == "StatefulSet" ? [${stateful}] : []`,
      },
      {
        severity: "warn",
        problems: `${isJudged}variables.writtenGrace == 0 && object.kind != "StatefulSet" ? [${plain}] : []`,
      },
    ],
  };
};
export default rule;
