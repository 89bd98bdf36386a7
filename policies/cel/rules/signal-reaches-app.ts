import { commandLine, hookCommand } from "../containers.ts";
import { sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const rule: CelRule = () => {
  const wrapped = `${commandLine("c")}.matches("^([^ ]*/)?(tini (-[^ ]* )*|dumb-init (-[^ ]* )*)?([^ ]*/)?((npm|pnpm) (start|run|run-script|test)|npm (exec|x)|npx)( |$)")`;
  // The hook has told the program before.
  const told = `${hookCommand("c")}.exists(w, w.matches("(^|[ ;&|/])(kill|pkill|killall|nginx|httpd|apachectl|apache2ctl)( |$)"))`;
  const found = `(!(variables.isWindows) && ${wrapped} && !${told})`;
  const says = sentence`${"c.name"}: npm and its kind end on the stop signal and the program is killed with them, whatever is left of the grace period of ${"variables.grace"} s; start the program itself`;
  const isProxy = "c.name in variables.proxies";
  const light = `(variables.isJob || variables.grace <= 2 || ${hookCommand("c")}.size() > 0 || c.?lifecycle.?preStop.?httpGet.hasValue())`;
  const check = (when: string): string => `variables.running.filter(c, ${found} && ${when}).map(c, ${says})`;
  return {
    fidelity: "approximate",
    misses: [
      "of what keeps a signal from the program only npm and pnpm as the first command are known: scripts of a shell are not read",
    ],
    checks: [
      { severity: "error", problems: check(isProxy) },
      { severity: "warn", problems: check(`!(${isProxy}) && !${light}`) },
      { severity: "advice", problems: check(`!(${isProxy}) && ${light}`) },
    ],
  };
};
export default rule;
