import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = () => ({
  fidelity: "approximate",
  misses: ["a hook that is a script of several commands is not read"],
  checks: [
    {
      severity: "advice",
      problems: `!variables.isJob ? [] : variables.waits.filter(w, w.seconds > 0 && w.name in variables.mainNames).map(w, ${sentence`preStop of ${"w.name"} waits ${"w.seconds"} s in a pod that runs to completion: when the pod is deleted it only holds up the stop signal, out of the ${"variables.grace"} s of grace`})`,
    },
  ],
});
export default rule;
