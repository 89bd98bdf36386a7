import { floorSeconds } from "../shutdown/timeline.ts";
import { double } from "./cel-text.ts";
import {
  annotatedSeconds,
  hasTrafficPort,
  hookOf,
  isIdle,
  isTrafficProxy,
  plainWaitOf,
  standsBeside,
  variableOf,
} from "./containers.ts";

/** The annotation for one container. */
export const ownDrainKey = '"gracewarden.io/drain-seconds." + c.name';

/** CEL: whether a container is gracewarden's proxy, as far as image, label and a plain command tell. */
export const isProxyAmong = (c: string, label: string, main: string): string =>
  `(${c}.?image.orValue("").matches("(^|/)gracewarden-proxy(:[^/]*)?(@.*)?$") || ` +
  `${c}.?command.orValue([]).join(" ").matches("^([^ ]*/)?((tini|dumb-init)( -[^ ]*)* )?([^ ]*/)?gracewarden-proxy( |$)") || ` +
  `${label} == ${c}.name || (${label} == "true" && ${main}.size() == 1 && ${c}.name == ${main}[0].name))`;

/**
 * What the expressions share, in the order in which they may use each other. `root` is where the pod stands in the object.
 * The API server computes a variable once for each request, and only if it is used.
 */
const shared: readonly (readonly [name: string, expression: (root: string) => string])[] = [
  ["pod", (root) => root],
  ["spec", () => "variables.pod.spec"],
  ["labels", () => "variables.pod.?metadata.?labels.orValue({})"],
  ["annotations", () => "variables.pod.?metadata.?annotations.orValue({})"],
  ["writtenGrace", () => "variables.spec.?terminationGracePeriodSeconds.orValue(30)"],
  ["workloadAnnotations", () => "object.metadata.?annotations.orValue({})"],
  // A negative one counts as 1 (A25).
  ["grace", () => "variables.writtenGrace < 0 ? 1 : variables.writtenGrace"],
  ["isJob", () => `variables.spec.?restartPolicy.orValue("Always") != "Always"`],
  [
    "isWindows",
    () =>
      `variables.spec.?os.?name.orValue("") == "windows" || variables.spec.?nodeSelector[?"kubernetes.io/os"].orValue("") == "windows"`,
  ],
  ["shares", () => "variables.spec.?shareProcessNamespace.orValue(false)"],
  ["main", () => "variables.spec.containers"],
  ["inits", () => "variables.spec.?initContainers.orValue([])"],
  ["debuggers", () => "variables.spec.?ephemeralContainers.orValue([])"],
  ["sidecars", () => `variables.inits.filter(c, c.?restartPolicy.orValue("") == "Always")`],
  // The types of the lists differ by name only.
  ["running", () => "dyn(variables.main) + dyn(variables.sidecars)"],
  ["started", () => "dyn(variables.inits) + dyn(variables.main)"],
  ["all", () => "dyn(variables.started) + dyn(variables.debuggers)"],
  [
    "proxies",
    () =>
      `variables.started.filter(c, ${isProxyAmong("c", `variables.labels[?"gracewarden.io/proxy"].orValue("")`, "variables.main")}).map(c, c.name)`,
  ],
  // Lists of names: that of a container is its own in a pod.
  ["hooked", () => `variables.running.filter(c, ${hookOf("c")}.hasValue()).map(c, c.name)`],
  ["mainNames", () => "variables.main.map(c, c.name)"],
  ["beside", () => `variables.main.filter(c, ${standsBeside("c")}).map(c, c.name)`],
  ["companions", () => `variables.main.filter(c, ${isTrafficProxy("c", { companion: true })}).map(c, c.name)`],
  ["apps", () => "variables.mainNames.filter(n, !(n in variables.beside) && !(n in variables.companions))"],
  ["idle", () => `variables.main.filter(c, ${isIdle("c")}).map(c, c.name)`],
  ["open", () => `variables.main.filter(c, ${hasTrafficPort("c")}).map(c, c.name)`],
  // Hooks that only wait, and for how long.
  [
    "waits",
    () =>
      `variables.running.filter(c, ${hookOf("c")}.hasValue())` +
      `.map(c, {"name": dyn(c.name), "seconds": dyn(${plainWaitOf("c")})}).filter(w, w.seconds >= 0)`,
  ],
  // Hooks that leave no more than every process gets anyway (A5, A11).
  [
    "usedUp",
    () =>
      `variables.waits.filter(w, w.seconds > 0 && (variables.grace <= 1 || w.seconds >= variables.grace - ${floorSeconds}))`,
  ],
  // Main containers with what is stated of their hooks and drains; a drain is -1.0 where nobody says.
  [
    "stated",
    () =>
      `variables.main.map(c, {"name": dyn(c.name), "hook": dyn(double((variables.waits.filter(w, w.name == c.name).map(w, w.seconds) + [0])[0])), ` +
      `"drain": dyn(${annotatedSeconds(ownDrainKey, '"gracewarden.io/drain-seconds"')})})`,
  ],
  ["sidecarDrains", () => `variables.sidecars.map(c, ${annotatedSeconds(ownDrainKey)}).filter(d, d > 0.0) + [0.0]`],
  [
    "statedSeconds",
    () =>
      "variables.stated.map(s, double(s.hook) + (s.drain > 0.0 ? double(s.drain) : 0.0)).max() + variables.sidecarDrains.sum()",
  ],
  ["statesDrain", () => "variables.stated.exists(s, s.drain > 0.0) || variables.sidecarDrains.sum() > 0.0"],
  // As a pod's annotation says, or as the proxy does unless it is told not to.
  ["serves", () => annotatedSeconds('"gracewarden.io/serves-after-sigterm-seconds"')],
  [
    "lingering",
    () =>
      `variables.main.filter(c, variables.serves >= 0.0 ? variables.serves > 0.0 : c.name in variables.proxies && ` +
      `${variableOf("c", "GRACEWARDEN_PROPAGATION_SECONDS")} != "0").map(c, c.name)`,
  ],
  [
    "path",
    () =>
      "(variables.open.exists(n, n in variables.apps) ? variables.open.filter(n, n in variables.apps) : " +
      "variables.apps.size() > 0 ? [variables.apps[0]] : " +
      "variables.open.size() > 0 ? variables.open : [variables.mainNames[0]]).filter(n, !(n in variables.idle))",
  ],
];

/** CEL: the hooks that leave their program less than so many seconds, while nobody says how long it needs. */
export const leavesLittle = (leastAppSeconds: number): string =>
  `variables.waits.filter(w, w.seconds > 0 && double(variables.grace - w.seconds) < ${double(leastAppSeconds)} && variables.stated.exists(s, s.name == w.name && s.drain < 0.0))`;

/** A proxy that is one for the linter and not here. */
export const unseenProxy =
  "gracewarden's proxy behind a shell or a wrapper in an image of another name is taken for any other program";

export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** The variables that expressions use, and those that these use in turn. */
export function variablesFor(expressions: readonly string[], root: string): Variable[] {
  const wanted = new Set(expressions.flatMap(namesIn));
  const used: Variable[] = [];
  for (const [name, expression] of shared.toReversed()) {
    if (!wanted.has(name)) continue;
    const text = expression(root);
    used.unshift({ name, expression: text });
    for (const inner of namesIn(text)) wanted.add(inner);
  }
  return used;
}

const namesIn = (expression: string): string[] =>
  [...expression.matchAll(/\bvariables\.([a-zA-Z]+)/g)].map(([, name = ""]) => name);
