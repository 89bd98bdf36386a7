import { double, sentence } from "../cel-text.ts";
import { numberOption, type CelRule } from "../cel-rule.ts";
import { unseenProxy } from "../variables.ts";

const rule: CelRule = (settings) => {
  const { delaySeconds } = settings.budget;
  const least = Math.min(numberOption(settings, "minimumSeconds"), delaySeconds);
  const serves =
    "variables.open.exists(n, !(n in variables.beside)) || variables.main.exists(c, !(c.name in variables.beside) && " +
    "c.?readinessProbe.hasValue() && !c.?readinessProbe.?exec.hasValue() && (c.name in variables.proxies || c.?ports.orValue([]).size() == 0))";
  const judged = `!(variables.isJob) && (${serves})`;
  const hooked = "variables.path.exists(n, n in variables.hooked)";
  const beside = "variables.apps.exists(n, n in variables.hooked) && variables.path.all(n, n in variables.open)";
  // Who says it serves on, in words that are no seconds, is undetermined.
  const unsaid = `variables.serves < 0.0 && "gracewarden.io/serves-after-sigterm-seconds" in variables.annotations`;
  const lingers = `(variables.serves >= 0.0 ? variables.serves >= ${double(least)} : n in variables.lingering)`;
  const cut = `variables.path.filter(n, !${lingers})`;
  const found = `${judged} && !(${hooked}) && !(${beside}) && !(${unsaid}) ? [${cut}].filter(names, names.size() > 0 && names.exists(n, n in variables.proxies)`;
  const says = sentence`${'names.join(" and ")'} gets SIGTERM at once when the pod is deleted, with no preStop delay: requests that arrive before its endpoints have left can be refused`;
  return {
    fidelity: "approximate",
    misses: [
      unseenProxy,
      "a program that is documented to go on accepting after SIGTERM, as an Istio gateway does, counts as any other",
      "a hook that is a script of several commands counts as the author's own plan",
      "what a container is (a log shipper, a proxy, idle) is told by its name, image and first command alone",
    ],
    checks:
      delaySeconds < 1
        ? []
        : [
            { severity: "error", problems: `${found}).map(names, ${says}) : []` },
            { severity: "advice", problems: `${found} == false).map(names, ${says}) : []` },
            {
              severity: "advice",
              problems: `${judged} ? variables.waits.filter(w, w.name in variables.path && w.seconds > 0 && double(w.seconds) < ${double(least)} && !(${lingers.replaceAll("n in", "w.name in")})).map(w, ${sentence`the preStop delay of ${"w.name"} is ${"w.seconds"} s, less than the ${String(least)} s in which endpoints leave: requests that arrive after SIGTERM may be refused`}) : []`,
            },
          ],
  };
};
export default rule;
