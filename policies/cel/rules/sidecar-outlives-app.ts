import { waitsForConnections } from "../containers.ts";
import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = () => ({
  fidelity: "approximate",
  misses: [
    "where app and proxy both say how long they need it weighs more, which is not told",
    "what a container is (a log shipper, a proxy) is told by its name, image and first command alone",
    "a hook that is a script of several commands is not read as a delay",
  ],
  checks: [
    {
      severity: "advice",
      problems: `variables.isJob || variables.apps.size() == 0 || variables.waits.exists(w, w.seconds >= 1 && w.name in variables.apps) ? [] : variables.main.filter(c, c.name in variables.companions && !(c.name in variables.hooked) && !${waitsForConnections("c")}).map(c, ${sentence`${"c.name"} is a plain container beside ${"variables.apps[0]"} and gets SIGTERM at the same moment, so what the app still sends or receives while it stops may fail; make it a native sidecar (an init container with restartPolicy Always)`})`,
    },
  ],
});
export default rule;
