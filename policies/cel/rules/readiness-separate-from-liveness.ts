import { aliveByName, alwaysTrue } from "../../rules/readiness-separate-from-liveness.ts";
import { pattern, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { askTheSame, patienceOf } from "../probes.ts";
import { unseenProxy } from "../variables.ts";

const timeout = (probe: string): string => `${probe}.?timeoutSeconds.orValue(1)`;

const words = (place: string): string => `${place}.?exec.?command.orValue([]).join(" ")`;

const files = (text: string): string =>
  `${text}.findAll("/[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)+").filter(f, !f.matches("^/(bin|usr|dev)/"))`;

/** Exec readiness freezes while a pod leaves on kubelets 1.35 and 1.36 (A38). */
const lastFreezingMinor = 36;

const rule: CelRule = ({ oldestMinor }) => {
  const isProxy = "c.name in variables.proxies";
  const liveness = "c.livenessProbe";
  const readiness = "c.readinessProbe";
  const same = [
    `!(${isProxy})`,
    `c.?livenessProbe.hasValue() && c.?readinessProbe.hasValue()`,
    `!${liveness}.?tcpSocket.hasValue() && !${liveness}.?httpGet.?path.orValue("").matches(${pattern(aliveByName)})`,
    `!${liveness}.?exec.?command.orValue([]).join(" ").matches(${pattern(alwaysTrue)})`,
    askTheSame("c", liveness, readiness),
    `${patienceOf(liveness)} <= ${patienceOf(readiness)} && ${timeout(liveness)} <= ${timeout(readiness)}`,
  ].join(" && ");
  const hook = words("c.?lifecycle.?preStop");
  const frozen =
    `!(${isProxy}) && ${hook}.matches(${pattern(/(?:^|[\s/;&"'])(?:rm|touch|mv|unlink)\s|>/)}) && ` +
    `${files(words("c.?readinessProbe"))}.exists(f, f in ${files(hook)})`;
  const path = `c.?readinessProbe.?httpGet.?path.orValue("/")`;
  const asks = (where: string, text: string): string =>
    `variables.running.filter(c, ${isProxy} && ${where}).map(c, ${text})`;
  const byHttp = "c.?readinessProbe.?httpGet.hasValue()";
  return {
    fidelity: "approximate",
    misses: [unseenProxy],
    checks: [
      {
        severity: "error",
        problems: asks(
          `${byHttp} && ${path} in ["/mcp", "/"]`,
          sentence`the readiness of the proxy ${"c.name"} asks ${path}, by which it never becomes ready; ask /readyz on the admin port`,
        ),
      },
      {
        severity: "warn",
        problems: asks(
          `${byHttp} && !(${path} in ["/mcp", "/", "/readyz"])`,
          sentence`the readiness of the proxy ${"c.name"} asks ${path}, which does not tell whether it takes calls; ask /readyz on the admin port`,
        ),
      },
      {
        severity: "warn",
        problems: asks(
          `c.?readinessProbe.hasValue() && !${byHttp} && !c.readinessProbe.?exec.hasValue()`,
          sentence`the readiness of the proxy ${"c.name"} only looks whether a port is open; ask /readyz on the admin port`,
        ),
      },
      {
        severity: "warn",
        problems: asks(
          `c.?livenessProbe.?httpGet.hasValue() && c.livenessProbe.httpGet.?path.orValue("/") != "/livez"`,
          sentence`the liveness of the proxy ${"c.name"} asks ${`c.livenessProbe.httpGet.?path.orValue("/")`}: a backend that is away, or the end of a drain, restarts it with all calls in it; ask /livez on the admin port`,
        ),
      },
      {
        severity: "advice",
        problems: `variables.running.filter(c, ${same}).map(c, ${sentence`liveness of ${"c.name"} asks what readiness asks and gives up after ${patienceOf(liveness)} s, readiness after ${patienceOf(readiness)} s: what should take the pod out of its Services for a while restarts it; give liveness an endpoint of its own or a higher failureThreshold`})`,
      },
      ...(oldestMinor > lastFreezingMinor
        ? []
        : [
            {
              severity: "advice" as const,
              problems: `variables.running.filter(c, ${frozen}).map(c, ${sentence`preStop of ${"c.name"} changes a file that readiness looks at, but kubelets 1.35 and 1.36 run no exec readiness probe while a pod leaves: it stays ready there; ask by httpGet, tcpSocket or grpc`})`,
            },
          ]),
    ],
  };
};
export default rule;
