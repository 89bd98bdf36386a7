import { sentence } from "../cel-text.ts";
import { numberOption, type CelRule } from "../cel-rule.ts";
import { delayOf, secondsToKill } from "../probes.ts";
import { unseenProxy } from "../variables.ts";

const has = (probe: string): string => `c.?${probe}.hasValue()`;

const among = (when: string, text: string): string =>
  `variables.isJob ? [] : variables.running.filter(c, ${when}).map(c, ${text})`;

/** A shorter delay is over before a startup probe of default numbers has run once. */
const worthMentioning = 10;

const rule: CelRule = (settings) => {
  const connect = numberOption(settings, "connectSeconds");
  const longDelay = numberOption(settings, "longDelaySeconds");
  const isProxy = "c.name in variables.proxies";
  const noStartup = `${isProxy} && !${has("startupProbe")} && ${has("livenessProbe")} && ${secondsToKill("c.livenessProbe")} <= ${connect}`;
  const onlyAlive = `c.livenessProbe.?httpGet.?path.orValue("") == "/livez"`;
  const missing = sentence`the proxy ${"c.name"} has no startup probe, and its backends may take ${String(connect)} s to connect; ask /startupz with periodSeconds 1 and failureThreshold ${String(2 * connect)}`;
  const useless = (probe: string): string =>
    among(
      `${has("startupProbe")} && ${has(probe)} && ${delayOf(`c.${probe}`)} >= ${worthMentioning}`,
      sentence`${`"${probe}"`}.initialDelaySeconds of ${"c.name"} is ${delayOf(`c.${probe}`)} beside a startup probe: it counts from the container's start; leave it out`,
    );
  return {
    fidelity: "approximate",
    misses: [unseenProxy],
    checks: [
      {
        severity: "warn",
        problems: among(
          `${isProxy} && ${has("startupProbe")} && ${secondsToKill("c.startupProbe")} < ${connect}`,
          sentence`the startup probe of the proxy ${"c.name"} gives up after ${secondsToKill("c.startupProbe")} s, but its backends may take ${String(connect)} s to connect: then it is restarted and connects them all again`,
        ),
      },
      { severity: "warn", problems: among(`${noStartup} && !(${onlyAlive})`, missing) },
      { severity: "advice", problems: among(`${noStartup} && ${onlyAlive}`, missing) },
      {
        severity: "advice",
        problems: among(
          `!(${isProxy}) && ${has("livenessProbe")} && !${has("startupProbe")} && ${delayOf("c.livenessProbe")} >= ${longDelay}`,
          sentence`liveness of ${"c.name"} looks away for ${delayOf("c.livenessProbe")} s after every start, and still kills a start that takes more than ${secondsToKill("c.livenessProbe")} s; a startup probe covers the start`,
        ),
      },
      { severity: "advice", problems: useless("livenessProbe") },
      { severity: "advice", problems: useless("readinessProbe") },
    ],
  };
};
export default rule;
