import { defaultProxySettings } from "../../shutdown/proxy-budget.ts";
import { hookOf } from "../containers.ts";
import { double, sentence } from "../cel-text.ts";
import { numberOption, type CelCheck, type CelRule } from "../cel-rule.ts";
import { askTheSame, delayOf, secondsToKill } from "../probes.ts";
import { unseenProxy } from "../variables.ts";

const graceOf = (probe: string): string => `c.?${probe}.?terminationGracePeriodSeconds.orValue(0)`;

const check = (severity: CelCheck["severity"], when: string, text: string): CelCheck => ({
  severity,
  problems: `variables.running.filter(c, ${when}).map(c, ${text})`,
});

const rule: CelRule = (settings) => {
  const longGrace = numberOption(settings, "longGraceSeconds");
  const longHook = numberOption(settings, "longHookSeconds");
  const least = settings.budget.leastAppSeconds;
  const { propagationSeconds, backendStopSeconds, flushSeconds, marginSeconds } = defaultProxySettings;
  const isProxy = "c.name in variables.proxies";
  // The proxy's own hook takes its propagation window.
  const wait = `(${isProxy} && ${hookOf("c")}.?httpGet.?path.orValue("") == "/prestop" ? ${propagationSeconds} : (variables.waits.filter(w, w.name == c.name).map(w, w.seconds) + [-1])[0])`;
  const leaving = `(${hookOf("c")}.hasValue() ? ${wait} : ${propagationSeconds})`;
  const rest = backendStopSeconds + flushSeconds + marginSeconds;

  const cut = (probe: string): string => `(${graceOf(probe)} > 0 && ${wait} >= ${graceOf(probe)})`;
  const little = (probe: string): string =>
    `(!(${isProxy}) && ${graceOf(probe)} > 0 && ${wait} >= 0 && ${wait} < ${graceOf(probe)} && double(${graceOf(probe)} - ${wait}) < ${double(least)})`;
  const shortForProxy = (probe: string): string =>
    `(${isProxy} && ${graceOf(probe)} > 0 && ${leaving} >= 0 && ${wait} < ${graceOf(probe)} && ${graceOf(probe)} < ${leaving} + ${backendStopSeconds})`;
  const tooShort = (probe: string): string => `(${cut(probe)} || ${little(probe)} || ${shortForProxy(probe)})`;
  const ownGrace = "c.?livenessProbe.?terminationGracePeriodSeconds.hasValue()";
  const proxyWaits = `(${isProxy} && c.?livenessProbe.hasValue() && !${ownGrace} && ${leaving} >= 0 && variables.grace > ${leaving} + ${rest})`;
  const killsDuringStart = `(c.?livenessProbe.hasValue() && c.?readinessProbe.hasValue() && !c.?startupProbe.hasValue() && ${delayOf("c.readinessProbe")} >= ${secondsToKill("c.livenessProbe")})`;
  const same = askTheSame("c", "c.livenessProbe", "c.readinessProbe");
  // A hook of unknown length leaves a probe's own grace period undetermined, which is no finding but comes first.
  const undetermined = (probe: string): string =>
    `(!(${isProxy}) && ${graceOf(probe)} > 0 && ${hookOf("c")}.hasValue() && ${wait} < 0)`;
  const found = [
    tooShort("livenessProbe"),
    tooShort("startupProbe"),
    proxyWaits,
    killsDuringStart,
    undetermined("livenessProbe"),
    undetermined("startupProbe"),
  ].join(" || ");
  const slow = `!variables.isJob && c.?livenessProbe.hasValue() && !(${found})`;
  const hangs = `(!${ownGrace} && variables.grace > ${longGrace} && !(${isProxy}))`;

  const forProbe = (severity: CelCheck["severity"], when: (probe: string) => string, what: string): CelCheck[] => {
    const text = (probe: string): string =>
      sentence`${"c.name"}: ${`"${probe}"`}.terminationGracePeriodSeconds is ${graceOf(probe)}, ${`"${what}"`}`;
    const first = "livenessProbe";
    const second = "startupProbe";
    const earlier = `(${tooShort(first)} || ${undetermined(first)})`;
    return [check(severity, when(first), text(first)), check(severity, `!${earlier} && ${when(second)}`, text(second))];
  };
  return {
    fidelity: "approximate",
    misses: [
      "a hook that is a script of several commands counts as one of unknown length",
      "the clock of gracewarden's proxy is taken to be the default one",
      unseenProxy,
    ],
    checks: [
      ...forProbe("error", cut, "which the preStop hook uses up: a restart by this probe leaves the process 2 s"),
      ...forProbe("warn", shortForProxy, "too little for its hook and for stopping its backends"),
      ...forProbe("advice", little, `of which the preStop hook leaves the process less than ${least} s`),
      check(
        "warn",
        `!(${tooShort("livenessProbe")} || ${tooShort("startupProbe")}) && ${proxyWaits}`,
        sentence`the liveness probe of ${"c.name"} has no grace period of its own: a proxy that hangs is killed only after the pod's ${"variables.grace"} s`,
      ),
      check(
        "warn",
        `${killsDuringStart} && ${same}`,
        sentence`liveness kills ${"c.name"} if it does not answer within ${secondsToKill("c.livenessProbe")} s of its start, but readiness expects no answer from the same endpoint before ${delayOf("c.readinessProbe")} s; give it a startup probe`,
      ),
      check(
        "advice",
        `${killsDuringStart} && !${same}`,
        sentence`liveness kills ${"c.name"} if it does not answer within ${secondsToKill("c.livenessProbe")} s of its start, but readiness expects no answer before ${delayOf("c.readinessProbe")} s; give it a startup probe`,
      ),
      check(
        "advice",
        `${slow} && ${hangs}`,
        sentence`the liveness probe of ${"c.name"} has no grace period of its own: a process that hangs is killed only after the pod's ${"variables.grace"} s`,
      ),
      check(
        "advice",
        `${slow} && !${hangs} && ${wait} >= ${longHook} && ${wait} < variables.grace`,
        sentence`preStop of ${"c.name"} runs before a restart by liveness too: a container that hangs stays ${wait} s longer each time`,
      ),
    ],
  };
};
export default rule;
