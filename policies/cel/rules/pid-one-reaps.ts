import { reapsNothing } from "../../pods/wrappers.ts";
import { browserImages } from "../../rules/pid-one-reaps.ts";
import { commandLine, firstWord, imageNameOf } from "../containers.ts";
import { pattern, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { unseenProxy } from "../variables.ts";

const rule: CelRule = () => {
  const judged =
    "!(variables.isWindows) && !(variables.isJob) && !variables.shares && !variables.spec.?hostPID.orValue(false)";
  const isProxy = "c.name in variables.proxies";
  const first = firstWord("c");
  const says = (what: string): string =>
    sentence`${first} is PID 1 of ${"c.name"} and reaps no orphans, but it starts ${`"${what}"`}: start it behind an init, as in tini -- ${first}`;
  const starts = `(${imageNameOf("c")}.matches(${pattern(browserImages)}) || ${commandLine("c")}.matches("^([^ ]*/)?npx (-[^ ]* )*(supergateway|mcp-proxy|mcpo|mcp-hub)(@| |$)") || ${commandLine("c")}.matches("^([^ ]*/)?java .*(/| )(agent|remoting|slave)[.]jar( |$)"))`;
  return {
    fidelity: "approximate",
    misses: [unseenProxy, "programs behind a shell or a wrapper other than npx are not known"],
    checks: [
      {
        severity: "warn",
        problems: `${judged} ? variables.running.filter(c, ${isProxy} && ${first} != "" && (${first} == "gracewarden-proxy" || ${first}.matches(${pattern(reapsNothing)}))).map(c, ${says("its stdio backends")}) : []`,
      },
      {
        severity: "advice",
        problems: `${judged} ? variables.running.filter(c, !(${isProxy}) && ${first}.matches(${pattern(reapsNothing)}) && ${starts}).map(c, ${says("other programs")}) : []`,
      },
    ],
  };
};
export default rule;
