import { quote } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { unseenProxy } from "../variables.ts";

const says = (harm: string): string => quote(`hostPID puts the pod into the node's PID namespace: ${harm}`);

const rule: CelRule = () => {
  const found = "variables.spec.?hostPID.orValue(false) && !(variables.isWindows)";
  const all =
    "its processes and those of the node see each other, and with the same uid or CAP_KILL can signal each other";
  const plain = `${found} && variables.proxies.size() == 0`;
  return {
    fidelity: "approximate",
    misses: [
      unseenProxy,
      "a command that signals the node's init or everybody is not read, so that a DaemonSet's is no error of its own",
    ],
    checks: [
      {
        severity: "error",
        onProxies: true,
        problems: `${found} && variables.proxies.size() > 0 ? [${says("every process of the node with the proxy's uid or CAP_KILL can kill it or its backends without a drain")}] : []`,
      },
      { severity: "warn", problems: `${plain} && object.kind != "DaemonSet" ? [${says(all)}] : []` },
      {
        severity: "advice",
        problems: `${plain} && object.kind == "DaemonSet" ? [${says(`${all}; keep it only if this agent watches the node's processes or enters its namespaces`)}] : []`,
      },
    ],
  };
};
export default rule;
