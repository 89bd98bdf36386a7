import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { sleepMinor } from "../../shutdown/delay-fix.ts";

/** A sleep of zero seconds is valid from here on (B6). */
const zeroMinor = 33;

const rule: CelRule = ({ oldestMinor }) => {
  const oldest = `the oldest kubelet to serve is 1.${oldestMinor}`;
  const problemsOf = (hook: "preStop" | "postStart"): string => {
    const sleep = `c.?lifecycle.?${hook}.?sleep`;
    const what = sentence`the ${`"${hook}"`} sleep of ${"c.name"}`;
    return oldestMinor < sleepMinor
      ? `variables.all.filter(c, ${sleep}.hasValue()).map(c, ${what} + " needs Kubernetes 1.30, but ${oldest}: there is no delay, or the hook is refused")`
      : `variables.all.filter(c, ${sleep}.hasValue() && ${sleep}.?seconds.orValue(0) == 0).map(c, ${what} + " is 0 s, which is valid from 1.33 on, but ${oldest}: there the pod is refused")`;
  };
  return {
    fidelity: "exact",
    checks:
      oldestMinor >= zeroMinor
        ? []
        : [{ severity: "error", problems: `${problemsOf("preStop")} + ${problemsOf("postStart")}` }],
  };
};
export default rule;
