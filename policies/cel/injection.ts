import type { Config } from "../config.ts";
import { sleepMinor } from "../shutdown/delay-fix.ts";
import { defaultProxySettings, proxyEnvironment } from "../shutdown/proxy-budget.ts";
import { floorSeconds } from "../shutdown/timeline.ts";
import { double, quote } from "./cel-text.ts";
import { annotatedSeconds, hookOf, isTrafficProxy, variableOf } from "./containers.ts";
import { leavesLittle, ownDrainKey, type Variable } from "./variables.ts";

const whole = (seconds: string): string => `(int(${seconds}) + (double(int(${seconds})) < ${seconds} ? 1 : 0))`;

const setting = (name: keyof typeof defaultProxySettings): string => {
  const text = `${variableOf("c", proxyEnvironment[name])}.trim()`;
  return `(${text}.matches("^[0-9]{1,9}([.][0-9]{1,9})?$") ? double(${text}) : ${defaultProxySettings[name]}.0)`;
};

/** What a container gets and what the pod then needs; all of the pod as it was received. */
export function injectionVariables({ budget, kubernetes, rules }: Config): Variable[] {
  const { delaySeconds, assumedDrainSeconds, leastAppSeconds, marginSeconds, maxGraceSeconds } = budget;
  const sleeps = kubernetes.oldestMinor >= sleepMinor;
  const isProxy = "c.name in variables.proxies";
  const listen = variableOf("c", "GRACEWARDEN_ADMIN_LISTEN");
  const listens = `c.?env.orValue([]).exists(e, e.name == "GRACEWARDEN_ADMIN_LISTEN")`;
  const byFlags = `(c.?command.orValue([]) + c.?args.orValue([])).exists(w, w.matches("^--(admin-port|host)(=|$)"))`;
  const ofImage = `c.?image.orValue("").matches("(^|/)gracewarden-proxy(:[^/]*)?(@.*)?$")`;
  const stated = "variables.stated.filter(s, s.name == c.name)[0].drain";
  const own = annotatedSeconds(ownDrainKey);
  const wait = `(variables.waits.filter(w, w.name == c.name).map(w, w.seconds) + [-1])[0]`;
  const toldBefore = `(c.name in variables.asked || ${hookOf("c")}.?httpGet.?path.orValue("") == "/prestop")`;
  const hook =
    `(${isProxy} && ${toldBefore} ? ${setting("propagationSeconds")} : c.name in variables.hooked ? (${wait} >= 0 ? double(${wait}) : ${delaySeconds}.0) : ` +
    `c.name in variables.delayed ? ${delaySeconds}.0 : c.name in variables.siblings ? double(variables.siblingSeconds) : 0.0)`;
  const unknownDrain = double(Math.max(assumedDrainSeconds, leastAppSeconds));
  const proxyDrain = `(${toldBefore} ? 0.0 : ${setting("propagationSeconds")}) + ${setting("drainSeconds")} + ${setting("backendStopSeconds")} + ${setting("flushSeconds")}`;
  const drain = `(${stated} >= 0.0 ? double(${stated}) : ${isProxy} ? ${proxyDrain} : c.name in variables.companions ? 0.0 : ${unknownDrain})`;
  const afterHook = `(s.hook > 0.0 && s.drain < ${floorSeconds + 1}.0 ? ${floorSeconds + 1}.0 : double(s.drain))`;
  const early = `!(c.name in variables.hooked) && !(c.name in variables.delayed) && !(c.name in variables.beside) && (c.name in variables.open || ${isTrafficProxy("c", { companion: false })}) && !(c.name in variables.lingering)`;
  const least = Math.min(Number(rules["prestop-delay"]?.options?.["minimumSeconds"] ?? 2), delaySeconds);
  const lingers = `(variables.serves >= 0.0 ? variables.serves >= ${double(least)} : n in variables.lingering)`;
  const unsaid = `variables.serves < 0.0 && "gracewarden.io/serves-after-sigterm-seconds" in variables.annotations`;
  return [
    { name: "delaySeconds", expression: String(delaySeconds) },
    {
      name: "planned",
      expression: `variables.path.exists(n, n in variables.hooked) || (variables.apps.exists(n, n in variables.hooked) && variables.path.all(n, n in variables.open)) || (${unsaid})`,
    },
    // The proxy answers its /prestop where the kubelet can reach it.
    {
      name: "asked",
      expression: `variables.main.filter(c, ${isProxy} && !(c.name in variables.hooked) && !${byFlags} && (${listens} ? ${listen}.matches("^.*:[0-9]{1,5}$") && !${listen}.matches("^(127[.]|localhost:|.?::1)") : ${ofImage})).map(c, c.name)`,
    },
    {
      name: "delayed",
      expression: `variables.mainNames.filter(n, !(n in variables.hooked) && (n in variables.proxies || (!variables.planned && n in variables.path && !${lingers}))${sleeps ? "" : " && n in variables.asked"})`,
    },
    {
      name: "siblingSeconds",
      expression: `(variables.waits.filter(w, w.name in variables.apps && w.seconds > 0 && w.seconds < variables.grace - ${floorSeconds}).map(w, int(w.seconds)) + [variables.delayed.exists(n, n in variables.apps) ? ${delaySeconds} : 0]).max()`,
    },
    {
      name: "siblings",
      expression: `variables.main.size() < 2 || variables.siblingSeconds < 1${sleeps ? "" : " || true"} ? [] : variables.main.filter(c, ${early}).map(c, c.name)`,
    },
    {
      name: "stops",
      expression: `variables.main.map(c, {"name": dyn(c.name), "hook": dyn(${hook}), "drain": dyn(${drain})})`,
    },
    // Native sidecars are stopped one after the other behind the main containers; a hook leaves at least what counts as more than nothing.
    {
      name: "sidecarStops",
      expression: `variables.sidecars.map(c, {"hook": dyn(${wait} > 0 ? double(${wait}) : 0.0), "drain": dyn(${own} >= 0.0 ? ${own} : ${isProxy} ? ${proxyDrain} : 0.0)})`,
    },
    {
      name: "needed",
      expression: `[(variables.stops.map(s, double(s.hook) + ${afterHook}) + variables.sidecarStops.map(s, double(s.hook))).max() + (variables.sidecarStops.map(s, ${afterHook}) + [0.0]).sum() + ${double(marginSeconds)}].map(x, ${whole("x")})[0]`,
    },
    // What the rules about the grace period find of hooks and drains that are stated.
    {
      name: "isShort",
      expression: `variables.usedUp.size() > 0 || (variables.statesDrain && variables.statedSeconds + ${double(marginSeconds)} > double(variables.grace)) || ${leavesLittle(leastAppSeconds)}.size() > 0`,
    },
    // No grace period is raised above the limit, and no hook added that would need it.
    { name: "fits", expression: `variables.needed <= ${maxGraceSeconds} || variables.needed <= variables.grace` },
    {
      name: "hooks",
      expression: "variables.fits ? variables.delayed + variables.siblings : []",
    },
    {
      name: "finalGrace",
      expression: `variables.writtenGrace <= 0 ? (variables.fits && variables.needed > 30 ? variables.needed : ${Math.min(30, maxGraceSeconds)}) : variables.fits && (variables.hooks.size() > 0 || variables.isShort) && variables.needed > variables.grace ? variables.needed : variables.grace`,
    },
    {
      name: "told",
      expression: `variables.main.filter(c, ${isProxy}).map(c, {"name": dyn(c.name), "grace": dyn(!c.?env.orValue([]).exists(e, e.name == ${quote(proxyEnvironment.graceSeconds)})), "hook": dyn(!c.?env.orValue([]).exists(e, e.name == ${quote(proxyEnvironment.preStopSeconds)}) && (c.name in variables.hooks || ${toldBefore} || ${wait} >= 0)), "seconds": dyn(${hook}), "token": dyn(${variableOf("c", "GRACEWARDEN_PRESTOP_TOKEN")}), "port": dyn(${listens} ? int(${listen}.find("[0-9]+$")) : 8081)}).filter(t, t.grace || t.hook || t.name in variables.hooks)`,
    },
    {
      name: "changed",
      expression:
        "variables.mainNames.filter(n, n in variables.hooks || variables.told.exists(t, t.name == n && (t.grace || t.hook)))",
    },
  ];
}

const container = "Object.spec.containers";
const preStop = `${container}.lifecycle.preStop`;

/** The names of containers are the keys by which the API server merges their list, those of variables theirs. */
export const injection = `Object{
  ?metadata: (variables.changed.size() > 0 || variables.finalGrace != variables.writtenGrace) &&
      !("gracewarden.io/injected" in variables.annotations)
    ? optional.of(Object.metadata{annotations: {"gracewarden.io/injected": "{\\"rules\\":[\\"prestop-delay\\"]}"}})
    : optional.none(),
  spec: Object.spec{
    ?terminationGracePeriodSeconds: variables.finalGrace != variables.writtenGrace
      ? optional.of(variables.finalGrace) : optional.none(),
    ?containers: variables.changed.size() == 0 ? optional.none() : optional.of(
      variables.main.filter(c, c.name in variables.changed).map(c, ${container}{
        name: c.name,
        ?lifecycle: !(c.name in variables.hooks) ? optional.none() : optional.of(${container}.lifecycle{
          preStop: c.name in variables.asked
            ? ${preStop}{httpGet: ${preStop}.httpGet{
                path: "/prestop",
                port: variables.told.filter(t, t.name == c.name)[0].port,
                ?httpHeaders: variables.told.filter(t, t.name == c.name)[0].token == "" ? optional.none()
                  : optional.of([${preStop}.httpGet.httpHeaders{
                      name: "Authorization",
                      value: "Bearer " + variables.told.filter(t, t.name == c.name)[0].token
                    }])
              }}
            : ${preStop}{sleep: ${preStop}.sleep{
                seconds: c.name in variables.siblings ? variables.siblingSeconds : variables.delaySeconds
              }}
        }),
        ?env: !variables.told.exists(t, t.name == c.name && (t.grace || t.hook)) ? optional.none() : optional.of(
          variables.told.filter(t, t.name == c.name && t.grace).map(t, ${container}.env{
            name: "${proxyEnvironment.graceSeconds}", value: string(variables.finalGrace)
          }) +
          variables.told.filter(t, t.name == c.name && t.hook).map(t, ${container}.env{
            name: "${proxyEnvironment.preStopSeconds}", value: string(t.seconds)
          }))
      }))
  }
}`;
