import { floorSeconds } from "../../shutdown/timeline.ts";
import { annotatedSeconds } from "../containers.ts";
import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const known = (seconds: string): string => `(${seconds} > 0.0 ? ${seconds} : 0.0)`;

const rule: CelRule = ({ budget: { leastAppSeconds, marginSeconds } }) => {
  const own = annotatedSeconds('"gracewarden.io/drain-seconds." + c.name');
  const all = annotatedSeconds('"gracewarden.io/drain-seconds"');
  const drain = `(${own} >= 0.0 ? ${own} : ${all})`;
  const hook = "double((variables.waits.filter(w, w.name == c.name).map(w, w.seconds) + [0])[0])";
  const main = `variables.main.map(c, ${hook} + ${known(drain)}).max()`;
  const sidecars = `(variables.sidecars.map(c, ${known(own)}) + [0.0]).sum()`;
  const total = `${main} + ${sidecars}`;
  const drains = `(variables.main.exists(c, ${drain} > 0.0) || variables.sidecars.exists(c, ${own} > 0.0))`;
  const overruns = `(variables.waits.exists(w, w.seconds > 0 && (variables.grace <= 1 || w.seconds >= variables.grace - ${floorSeconds})))`;
  const judged = `variables.writtenGrace > 0 && !${overruns}`;
  const fits = `${total} + ${marginSeconds}.0 <= double(variables.grace)`;
  const beyond = sentence`hooks and drains that are stated take ${total} s, but the grace period of ${"variables.grace"} s ends them with SIGKILL; it should have ${String(marginSeconds)} s more than they take`;
  const short = `variables.waits.filter(w, w.name in variables.mainNames && w.seconds > 0 && variables.grace - w.seconds < ${leastAppSeconds} && variables.main.exists(c, c.name == w.name && ${drain} < 0.0))`;
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
        problems: `${judged} && ${drains} && ${total} > double(variables.grace) ? [${beyond}] : []`,
      },
      {
        severity: "warn",
        problems: `${judged} && ${drains} && !(${fits}) && ${total} <= double(variables.grace) ? [${beyond}] : []`,
      },
      {
        severity: "warn",
        problems: `${judged} && !(variables.isJob) && ${fits} ? ${short}.map(w, ${sentence`the preStop hook of ${"w.name"} leaves its program ${"variables.grace - w.seconds"} s of the grace period of ${"variables.grace"} s, less than the ${String(leastAppSeconds)} s that it should get`}) : []`,
      },
    ],
  };
};
export default rule;
