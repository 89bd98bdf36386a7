import { double, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { leavesLittle } from "../variables.ts";

const rule: CelRule = ({ budget: { leastAppSeconds, marginSeconds } }) => {
  const total = "variables.statedSeconds";
  const judged = "variables.writtenGrace > 0 && variables.usedUp.size() == 0";
  const fits = `${total} + ${double(marginSeconds)} <= double(variables.grace)`;
  const beyond = sentence`hooks and drains that are stated take ${total} s, but the grace period of ${"variables.grace"} s ends them with SIGKILL; it should have ${String(marginSeconds)} s more than they take`;
  const short = leavesLittle(leastAppSeconds);
  return {
    fidelity: "approximate",
    misses: [
      "how long a program needs is known from annotations only, not from its settings or documented defaults",
      "a hook that is a script of several commands is not read",
      "a native sidecar's hook is not counted",
    ],
    checks: [
      {
        severity: "error",
        problems: `${judged} && variables.statesDrain && ${total} > double(variables.grace) ? [${beyond}] : []`,
      },
      {
        severity: "warn",
        problems: `${judged} && variables.statesDrain && !(${fits}) && ${total} <= double(variables.grace) ? [${beyond}] : []`,
      },
      {
        severity: "warn",
        problems: `${judged} && !(variables.isJob) && ${fits} ? ${short}.map(w, ${sentence`the preStop hook of ${"w.name"} leaves its program ${"variables.grace - w.seconds"} s of the grace period of ${"variables.grace"} s, less than the ${String(leastAppSeconds)} s that it should get`}) : []`,
      },
    ],
  };
};
export default rule;
