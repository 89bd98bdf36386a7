import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { unseenProxy } from "../variables.ts";

const rule: CelRule = () => {
  const replicas = "object.spec.?replicas.orValue(1)";
  const names = `["GRACEWARDEN_SESSION_KEYS", "GRACEWARDEN_SESSION_KEYS_FILE"]`;
  // The first of the two that is there counts.
  const hasKey = `c.?env.orValue([]).exists(e, e.name in ${names} && (e.?value.orValue("") != "" || e.?valueFrom.hasValue()))`;
  const among = (when: string): string =>
    `${when} ? variables.main.filter(c, c.name in variables.proxies && !${hasKey} && c.?envFrom.orValue([]).size() == 0).map(c, ${sentence`${"c.name"} has no key for session ids, so replicas answer 404 to each other's sessions and a rollout makes every client begin anew; set GRACEWARDEN_SESSION_KEYS from a Secret that all replicas share`}) : []`;
  return {
    fidelity: "approximate",
    on: [{ group: "apps", resources: ["deployments", "statefulsets", "replicasets"], root: "object.spec.template" }],
    misses: [unseenProxy, "an autoscaler is not seen: one replica counts as one", "an Argo Rollout is not judged"],
    checks: [
      { severity: "error", problems: among(`${replicas} > 1`) },
      { severity: "warn", problems: among(`${replicas} == 1`) },
    ],
  };
};
export default rule;
