import { debugging } from "../../pods/image.ts";
import { imageNameOf } from "../containers.ts";
import { pattern, quote, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { unseenProxy, type Variable } from "../variables.ts";

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

/** A row for each container with what the kernel's two questions ask; `place` is its number among the init containers, -1 elsewhere. */
const users: Variable = {
  name: "users",
  expression:
    `(dyn(variables.started) + dyn(variables.debuggers)).map(c, {"name": dyn(c.name), "uid": dyn(${uidOf("c")}), ` +
    `"notRoot": dyn(${mustNotBeRoot("c")}), "all": dyn(${powerOverAll("c")}), ` +
    `"proxy": dyn(c.name in variables.proxies), "target": dyn(c.?targetContainerName.orValue("")), ` +
    `"place": dyn(variables.inits.map(i, i.name).indexOf(c.name)), ` +
    `"lasts": dyn(!variables.inits.exists(i, i.name == c.name && i.?restartPolicy.orValue("") != "Always"))})`,
};

/** CEL: whether one may signal the other: by power, by the same uid, or by an uid that nobody says and may be the same. */
const maySignal =
  "(from.all || (from.uid >= 0 && to.uid >= 0 ? from.uid == to.uid : " +
  "!((from.uid == 0 && to.notRoot) || (to.uid == 0 && from.notRoot))))";

/** Names of those who may signal a container that is, or is not, the proxy; those that have ended by then are nobody's. */
const senders = (wanted: string): string =>
  `variables.users.filter(from, from.lasts && variables.users.exists(to, to.lasts && from.name != to.name && ${wanted} && ${maySignal})).map(from, from.name) + ` +
  // An init container runs beside the native sidecars that are listed before it (A14).
  `variables.users.filter(from, !from.lasts && variables.users.exists(to, to.lasts && to.place >= 0 && to.place < from.place && ${wanted} && ${maySignal})).map(from, from.name)`;

const remedy = "give each container a runAsUser of its own and drop the capability KILL, or do not share";

const sharing = (wanted: string, harm: string): string =>
  `[${senders(wanted)}].filter(names, names.size() > 0).map(names, "all containers share one PID namespace, so " + names.join(", ") + ${quote(` ${harm}: ${remedy}`)})`;

const joining = (wanted: string): string =>
  `variables.shares || variables.isWindows ? [] : variables.users.filter(from, from.target != "" && variables.users.exists(to, to.name == from.target && ${wanted} && ${maySignal}))` +
  `.map(from, ${sentence`${"from.name"} joins the PID namespace of ${"from.target"} and can signal its processes: debug it without a target, or with a runAsUser of its own and without the capability KILL`})`;

const rule: CelRule = () => {
  const shares = "variables.shares && !(variables.isWindows)";
  const overProxy = sharing(
    "to.proxy",
    "can signal the proxy and whatever it has started, and end calls without a drain",
  );
  const overOthers = sharing("!to.proxy", "can signal the processes of other containers and end them without a drain");
  return {
    fidelity: "approximate",
    ephemeral: true,
    misses: [
      unseenProxy,
      "commands that signal PID 1, everybody or a program by its name are not read: they are neither told nor do they weigh more",
    ],
    variables: [users],
    checks: [
      { severity: "error", onProxies: true, problems: `${shares} ? ${overProxy} : []` },
      { severity: "error", onProxies: true, problems: joining("to.proxy") },
      { severity: "advice", problems: `${shares} && ${overProxy}.size() == 0 ? ${overOthers} : []` },
      { severity: "advice", problems: joining("!to.proxy") },
    ],
  };
};
export default rule;
