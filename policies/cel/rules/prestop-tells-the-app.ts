import { longLived, servers } from "../../rules/prestop-tells-the-app.ts";
import { imageNameOf, variableOf } from "../containers.ts";
import { pattern, quoteAll, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { unseenProxy } from "../variables.ts";

const rule: CelRule = () => {
  const waits = "variables.waits.exists(w, w.name == c.name && w.seconds > 0)";
  const isProxy = "c.name in variables.proxies";
  const named = `c.?ports.orValue([]).exists(p, p.?name.orValue("").lowerAscii().split("-").exists(word, word in ${quoteAll([...longLived])}))`;
  const probed = "c.?readinessProbe.?grpc.hasValue() || c.?livenessProbe.?grpc.hasValue()";
  const kept = `(${named} || ${probed} || ${imageNameOf("c")}.matches(${pattern(servers)}))`;
  const listen = variableOf("c", "GRACEWARDEN_ADMIN_LISTEN");
  // Bound to loopback it cannot be asked from the node, and the sleep is right.
  const reachable = `(${listen} == "" ? c.?image.orValue("").matches("(^|/)gracewarden-proxy(:[^/]*)?(@.*)?$") : !${listen}.matches("^(127[.]|localhost:|.?::1)"))`;
  return {
    fidelity: "approximate",
    misses: [unseenProxy, "a hook that is a script of several commands is not read"],
    checks: [
      {
        severity: "warn",
        problems: `variables.isJob ? [] : variables.main.filter(c, ${isProxy} && ${waits} && ${reachable}).map(c, ${sentence`the preStop hook of ${"c.name"} waits and tells the proxy nothing, so after it the proxy serves its propagation window once more and its calls get that much less; use httpGet /prestop on the admin port`})`,
      },
      {
        severity: "advice",
        problems: `variables.isJob ? [] : variables.main.filter(c, !(${isProxy}) && ${waits} && variables.serves <= 0.0 && ${kept}).map(c, ${sentence`the preStop hook of ${"c.name"} waits and tells the program nothing, and its long-lived connections are cut at SIGTERM unless the program closes them one by one; an httpGet hook that it answers can tell it before`})`,
      },
    ],
  };
};
export default rule;
