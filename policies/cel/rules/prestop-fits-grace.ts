import { floorSeconds } from "../../shutdown/timeline.ts";
import { hookCommand, hookOf, plainWaitOf } from "../containers.ts";
import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = () => {
  // Under 0 or 1 s any hook is too long that is not over at once (A11).
  const unknown = `variables.running.filter(c, ${hookOf("c")}.hasValue() && ${plainWaitOf("c")} < 0 && (${hookOf("c")}.?httpGet.hasValue() || ${hookCommand("c")}.size() > 0))`;
  return {
    fidelity: "approximate",
    misses: ["a hook that is a script of several commands is not read"],
    checks: [
      {
        severity: "error",
        problems:
          `variables.usedUp.map(w, ${sentence`the preStop hook of ${"w.name"} uses up the grace period of ${"variables.grace"} s: ${"w.name"} is killed about ${String(floorSeconds)} s after SIGTERM`}) + ` +
          `(variables.grace > 1 ? [] : ${unknown}.map(c, ${sentence`the preStop hook of ${"c.name"} is cut after about 1 s under a grace period of ${"variables.grace"} s, and ${"c.name"} is killed ${String(floorSeconds)} s later`}))`,
      },
    ],
  };
};
export default rule;
