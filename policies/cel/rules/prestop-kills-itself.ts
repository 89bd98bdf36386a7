import { hookCommand, imageNameOf, isBare } from "../containers.ts";
import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = () => {
  const command = hookCommand("c");
  const atEnd = (text: string): string =>
    `((${command}.size() == 3 && ${command}[0].matches("(^|/)(ba|da|a)?sh$") && ${command}[2].matches("(^|[ ;&/])${text} *;? *$")) || ` +
    `${command}.join(" ").matches("^([^ ]*/)?${text}$")) && !${isBare("c")}`;
  const judged = "variables.isWindows || variables.shares || variables.spec.?hostPID.orValue(false) ? [] : ";
  const term = atEnd("(kill( -(s )?(SIG)?(TERM|15))? 1|nginx -s stop)");
  const graceful = `((${atEnd("(kill -(s )?(SIG)?(QUIT|INT|3|2) 1)")}) || (${atEnd("nginx -s quit")} && !${imageNameOf("c")}.matches("^(nginx|nginx-unprivileged|openresty|php|php-fpm)$")))`;
  return {
    fidelity: "approximate",
    misses: [
      "only kill 1 and nginx -s at the end of the hook are known, no pkill, killall or httpd, and no trap in between",
    ],
    checks: [
      {
        severity: "warn",
        problems: `${judged}variables.main.filter(c, ${graceful}).map(c, ${sentence`the preStop hook of ${"c.name"} starts a graceful stop and returns at once, so SIGTERM follows and may end ${"c.name"} in the middle of its requests: wait behind it, e.g. with a sleep`})`,
      },
      {
        severity: "advice",
        problems: `${judged}variables.main.filter(c, ${term}).map(c, ${sentence`the preStop hook of ${"c.name"} sends SIGTERM itself and returns; the kubelet sends it again at once, which some programs take as "stop now"`})`,
      },
    ],
  };
};
export default rule;
