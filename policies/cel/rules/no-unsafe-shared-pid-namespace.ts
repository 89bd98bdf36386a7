import { debugging } from "../../pods/image.ts";
import { imageNameOf } from "../containers.ts";
import { pattern, quote, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { unseenProxy } from "../variables.ts";

const joining = (wanted: string): string =>
  `variables.shares || variables.isWindows ? [] : variables.debuggers.filter(from, variables.started.exists(to, to.name == from.?targetContainerName.orValue("") && ${wanted} && ${maySignal("from", "to")}))` +
  `.map(from, ${sentence`${"from.name"} joins the PID namespace of ${"from.targetContainerName"} and can signal its processes: debug it without a target, or with a runAsUser of its own and without the capability KILL`})`;

/** CEL: capabilities by their names without a prefix. */
const capabilities = (c: string, list: "add" | "drop"): string =>
  `${c}.?securityContext.?capabilities.?${list}.orValue([]).map(n, n.upperAscii().replace("CAP_", ""))`;

const uidOf = (c: string): string =>
  `${c}.?securityContext.?runAsUser.orValue(variables.spec.?securityContext.?runAsUser.orValue(-1))`;
const mustNotBeRoot = (c: string): string =>
  `${c}.?securityContext.?runAsNonRoot.orValue(variables.spec.?securityContext.?runAsNonRoot.orValue(false))`;

/** CEL: whether a container may signal everybody: privileged, root with CAP_KILL, CAP_KILL, or a debug image as root. */
function powerOverAll(c: string): string {
  const added = (name: string): string => `${quote(name)} in ${capabilities(c, "add")}`;
  const dropped = (name: string): string => `${quote(name)} in ${capabilities(c, "drop")}`;
  const isDropped = `(${dropped("KILL")} || (!(${added("KILL")}) && ${dropped("ALL")}))`;
  const isAdded = `(!(${dropped("KILL")}) && (${added("KILL")} || (!(${dropped("ALL")}) && ${added("ALL")})))`;
  const isDebug = `(${imageNameOf(c)}.matches(${pattern(debugging)}) || ${c}.?image.orValue("").matches("[:_-]debug(@|$)"))`;
  return (
    `(${c}.?securityContext.?privileged.orValue(false) || (${uidOf(c)} == 0 && !${isDropped}) || ${isAdded} || ` +
    `(${uidOf(c)} == -1 && !${mustNotBeRoot(c)} && !${isDropped} && ${isDebug}))`
  );
}

/** CEL: whether one may signal the other: by power, by the same uid, or by an uid that nobody says and may be the same. */
const maySignal = (from: string, to: string): string =>
  `(${powerOverAll(from)} || (${uidOf(from)} >= 0 && ${uidOf(to)} >= 0 ? ${uidOf(from)} == ${uidOf(to)} : ` +
  `!((${uidOf(from)} == 0 && ${mustNotBeRoot(to)}) || (${uidOf(to)} == 0 && ${mustNotBeRoot(from)}))))`;

const rule: CelRule = () => {
  const lasting = "(dyn(variables.running) + dyn(variables.debuggers))";
  const isProxy = "variables.proxies.exists(n, n == to.name)";
  /** Names of those who may signal a container that is, or is not, the proxy. */
  const senders = (wanted: string): string =>
    `(${lasting}.filter(from, ${lasting}.exists(to, from.name != to.name && ${wanted} && ${maySignal("from", "to")})).map(from, from.name) + ` +
    // An init container runs beside the native sidecars that are listed before it (A14).
    `variables.inits.filter(from, from.?restartPolicy.orValue("") != "Always" && variables.inits.exists(to, to.?restartPolicy.orValue("") == "Always" && ` +
    `variables.inits.map(i, i.name).indexOf(to.name) < variables.inits.map(i, i.name).indexOf(from.name) && ${wanted} && ${maySignal("from", "to")})).map(from, from.name))`;
  const shares = "variables.shares && !(variables.isWindows)";
  const remedy = "give each container a runAsUser of its own and drop the capability KILL, or do not share";
  const shared = (wanted: string, harm: string): string =>
    `[${senders(wanted)}].filter(names, names.size() > 0).map(names, "all containers share one PID namespace, so " + names.join(", ") + ${quote(` ${harm}: ${remedy}`)})`;
  const overProxy = shared(isProxy, "can signal the proxy and whatever it has started, and end calls without a drain");
  const overOthers = shared(`!${isProxy}`, "can signal the processes of other containers and end them without a drain");
  return {
    fidelity: "approximate",
    ephemeral: true,
    misses: [
      unseenProxy,
      "commands that signal PID 1, everybody or a program by its name are not read: they are neither told nor do they weigh more",
    ],
    checks: [
      { severity: "error", onProxies: true, problems: `${shares} ? ${overProxy} : []` },
      { severity: "error", onProxies: true, problems: joining(isProxy) },
      { severity: "advice", problems: `${shares} && ${overProxy}.size() == 0 ? ${overOthers} : []` },
      { severity: "advice", problems: joining(`!${isProxy}`) },
    ],
  };
};
export default rule;
