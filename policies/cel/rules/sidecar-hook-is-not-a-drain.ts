import { quitting } from "../../rules/sidecar-hook-is-not-a-drain.ts";
import { hookCommand, hookOf, isBare } from "../containers.ts";
import { pattern, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = () => {
  const path = `${hookOf("c")}.?httpGet.?path.orValue("").split("?")[0]`;
  const line = `${hookCommand("c")}.join(" ")`;
  const start = "^((([^ ]*/)?(ba|da|a)?sh -[a-z]*c )?)";
  const end = "(quitquitquit|quit|exit|shutdown|terminate|kill)";
  const quits = [
    `${path}.matches(${pattern(quitting)})`,
    `${line}.matches("${start}([^ ]*/)?pilot-agent .*${end}( |$)")`,
    `${line}.matches("${start}([^ ]*/)?(curl|wget|http) .*(//|localhost|127[.])[^ ]*/${end}/?(['\\"]?( |;|$))")`,
    `${line}.matches("${start}kill( -(s )?(SIG)?(TERM|INT|QUIT|KILL|15|2|3|9))? [0-9$]")`,
  ].join(" || ");
  return {
    fidelity: "approximate",
    misses: [
      "a hook that waits before it makes the sidecar quit is not told",
      "of a script only its first command is looked at",
    ],
    checks: [
      {
        severity: "warn",
        problems: `variables.isJob ? [] : variables.sidecars.filter(c, !${isBare("c")} && (${quits})).map(c, ${sentence`the preStop hook of the native sidecar ${"c.name"} makes it quit as soon as the pod is deleted, while the app still needs it; without the hook it gets SIGTERM after the app has ended`})`,
      },
    ],
  };
};
export default rule;
