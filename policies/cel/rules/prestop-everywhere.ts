import { hasTrafficPort, isTrafficProxy } from "../containers.ts";
import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { unseenProxy } from "../variables.ts";

const rule: CelRule = () => {
  const delays = "variables.waits.exists(w, w.seconds >= 1 && w.name in variables.apps)";
  const early = `!(c.name in variables.hooked) && !(c.name in variables.beside) && (${hasTrafficPort("c")} || ${isTrafficProxy("c", { companion: false })}) && !(c.name in variables.lingering)`;
  return {
    fidelity: "approximate",
    misses: [
      unseenProxy,
      "a hook that is a script of several commands is not read as a delay",
      "what a container is (a log shipper, a proxy, idle) is told by its name, image and first command alone",
    ],
    checks: [
      {
        severity: "warn",
        problems: `!(variables.isJob) && variables.main.size() > 1 && ${delays} ? variables.main.filter(c, ${early}).map(c, ${sentence`a sibling serves on in its preStop hook, but ${"c.name"} has none and gets SIGTERM at once: requests that need both fail until the pod is gone`}) : []`,
      },
    ],
  };
};
export default rule;
