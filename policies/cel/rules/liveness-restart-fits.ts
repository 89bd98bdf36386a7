import { defaultProxySettings } from "../../shutdown/proxy-budget.ts";
import { double, sentence } from "../cel-text.ts";
import { numberOption, type CelCheck, type CelRule } from "../cel-rule.ts";
import { hookOf } from "../containers.ts";
import { askTheSame, delayOf, secondsToKill } from "../probes.ts";
import { unseenProxy, type Variable } from "../variables.ts";

const { propagationSeconds, backendStopSeconds, flushSeconds, marginSeconds } = defaultProxySettings;

/**
 * A row for each running container with probes: the graces of its probes (0 without), its hook's seconds (-1 where they
 * are not known or there is none), and for the proxy what it takes to leave.
 */
const rows: Variable = {
  name: "rows",
  expression:
    `variables.running.filter(c, c.?livenessProbe.hasValue() || c.?startupProbe.hasValue()).map(c, {` +
    `"c": dyn(c), "proxy": dyn(c.name in variables.proxies), "hooked": dyn(${hookOf("c")}.hasValue()), ` +
    `"liveness": dyn(c.?livenessProbe.?terminationGracePeriodSeconds.orValue(0)), ` +
    `"startup": dyn(c.?startupProbe.?terminationGracePeriodSeconds.orValue(0)), ` +
    // The proxy's own hook takes its propagation window.
    `"wait": dyn(c.name in variables.proxies && ${hookOf("c")}.?httpGet.?path.orValue("") == "/prestop" ? ${propagationSeconds} : ` +
    `(variables.waits.filter(w, w.name == c.name).map(w, w.seconds) + [-1])[0])})`,
};

const leaving = `(r.hooked ? r.wait : ${propagationSeconds})`;
const proxyWaits = `(r.proxy && r.c.?livenessProbe.hasValue() && !r.c.livenessProbe.?terminationGracePeriodSeconds.hasValue() && ${leaving} >= 0 && variables.grace > ${leaving} + ${backendStopSeconds + flushSeconds + marginSeconds})`;
const cut = (grace: string): string => `(${grace} > 0 && r.wait >= ${grace})`;
const shortForProxy = (grace: string): string =>
  `(r.proxy && ${grace} > 0 && ${leaving} >= 0 && r.wait < ${grace} && ${grace} < ${leaving} + ${backendStopSeconds})`;
// A hook of unknown length leaves a probe's own grace period undetermined, which is no finding but comes first.
const undetermined = (grace: string): string => `(!r.proxy && ${grace} > 0 && r.hooked && r.wait < 0)`;
const killsDuringStart = `(r.c.?livenessProbe.hasValue() && r.c.?readinessProbe.hasValue() && !r.c.?startupProbe.hasValue() && ${delayOf("r.c.readinessProbe")} >= ${secondsToKill("r.c.livenessProbe")})`;

const check = (severity: CelCheck["severity"], when: string, text: string): CelCheck => ({
  severity,
  problems: `variables.rows.filter(r, ${when}).map(r, ${text})`,
});

const rule: CelRule = (settings) => {
  const longGrace = numberOption(settings, "longGraceSeconds");
  const longHook = numberOption(settings, "longHookSeconds");
  const least = settings.budget.leastAppSeconds;
  const little = (grace: string): string =>
    `(!r.proxy && ${grace} > 0 && r.wait >= 0 && r.wait < ${grace} && double(${grace} - r.wait) < ${double(least)})`;
  const tooShort = (grace: string): string => `(${cut(grace)} || ${little(grace)} || ${shortForProxy(grace)})`;
  const known = (grace: string): string => `(${tooShort(grace)} || ${undetermined(grace)})`;
  const same = askTheSame("r.c", "r.c.livenessProbe", "r.c.readinessProbe");
  const found = [known("r.liveness"), known("r.startup"), proxyWaits, killsDuringStart].join(" || ");
  const slow = `!variables.isJob && r.c.?livenessProbe.hasValue() && !(${found})`;
  const hangs = `(!r.c.livenessProbe.?terminationGracePeriodSeconds.hasValue() && variables.grace > ${longGrace} && !r.proxy)`;
  const forProbe = (severity: CelCheck["severity"], when: (grace: string) => string, what: string): CelCheck[] => {
    const text = (probe: string, grace: string): string =>
      sentence`${"r.c.name"}: ${`"${probe}"`}.terminationGracePeriodSeconds is ${grace}, ${`"${what}"`}`;
    return [
      check(severity, when("r.liveness"), text("livenessProbe", "r.liveness")),
      check(severity, `!${known("r.liveness")} && ${when("r.startup")}`, text("startupProbe", "r.startup")),
    ];
  };
  const starts = sentence`liveness kills ${"r.c.name"} if it does not answer within ${secondsToKill("r.c.livenessProbe")} s of its start, but readiness expects no answer`;
  const from = sentence` before ${delayOf("r.c.readinessProbe")} s; give it a startup probe`;
  return {
    fidelity: "approximate",
    misses: [
      "a hook that is a script of several commands counts as one of unknown length",
      "the clock of gracewarden's proxy is taken to be the default one",
      unseenProxy,
    ],
    variables: [rows],
    checks: [
      ...forProbe("error", cut, "which the preStop hook uses up: a restart by this probe leaves the process 2 s"),
      ...forProbe("warn", shortForProxy, "too little for its hook and for stopping its backends"),
      ...forProbe("advice", little, `of which the preStop hook leaves the process less than ${least} s`),
      check(
        "warn",
        `!(${tooShort("r.liveness")} || ${tooShort("r.startup")}) && ${proxyWaits}`,
        sentence`the liveness probe of ${"r.c.name"} has no grace period of its own: a proxy that hangs is killed only after the pod's ${"variables.grace"} s`,
      ),
      check("warn", `${killsDuringStart} && ${same}`, `${starts} + " from the same endpoint" + ${from}`),
      check("advice", `${killsDuringStart} && !${same}`, `${starts} + ${from}`),
      check(
        "advice",
        `${slow} && ${hangs}`,
        sentence`the liveness probe of ${"r.c.name"} has no grace period of its own: a process that hangs is killed only after the pod's ${"variables.grace"} s`,
      ),
      check(
        "advice",
        `${slow} && !${hangs} && r.wait >= ${longHook} && r.wait < variables.grace`,
        sentence`preStop of ${"r.c.name"} runs before a restart by liveness too: a container that hangs stays ${"r.wait"} s longer each time`,
      ),
    ],
  };
};
export default rule;
