import type { Container } from "../../pods/pod.ts";
import type { Path } from "../../path.ts";
import { anyDuration, between, exactly } from "../interval.ts";
import {
  defaultProxySettings,
  proxyEnvironment,
  proxySecondsAfterSigterm,
  readProxySettings,
  type ProxySettings,
} from "../proxy-budget.ts";
import type { Recognised, Recogniser } from "../recogniser.ts";
import { variable, variablesOf } from "./environment.ts";

/** Its own drain settings. Grace and hook are left out: grace would feed on itself. */
const drainSettings = ["propagationSeconds", "drainSeconds", "backendStopSeconds", "flushSeconds"] as const;

type Settings =
  | { readonly settings: Partial<ProxySettings>; readonly at: Path | undefined }
  | { readonly problem: string; readonly at: Path };

function settingsOf(container: Container): Settings {
  const variables = variablesOf(container);
  const environment: Record<string, string> = {};
  let place: Path | undefined;
  for (const setting of drainSettings) {
    const found = variables.get(proxyEnvironment[setting]);
    if (found === undefined) continue;
    const { name, value, at } = found;
    if (value === undefined) return { problem: `only the cluster knows ${name}`, at };
    const problem = readProxySettings({ [name]: value }).problems?.[0];
    if (problem !== undefined) return { problem, at };
    environment[name] = value;
    if (place === undefined || setting === "drainSeconds") place = at;
  }
  return { settings: readProxySettings(environment).settings ?? {}, at: place };
}

/** Gracewarden's own MCP proxy. An idle one ends as soon as the propagation window is over. */
export const proxy: Recogniser = {
  name: "gracewarden-proxy",
  recognise: ({ container, hookTells }) => {
    if (!container.isProxy) return undefined;
    const read = settingsOf(container);
    if ("problem" in read) return { seconds: anyDuration, known: false, text: read.problem, at: read.at };
    const { propagationSeconds, drainSeconds, backendStopSeconds, flushSeconds } = {
      ...defaultProxySettings,
      ...read.settings,
    };
    const terms = [
      ...(hookTells ? [] : [`propagation ${propagationSeconds}`]),
      `drain ${drainSeconds}`,
      `backend stop ${backendStopSeconds}`,
      `flush ${flushSeconds}`,
    ];
    return {
      seconds: between(hookTells ? 0 : propagationSeconds, proxySecondsAfterSigterm(read.settings, { hookTells })),
      known: true,
      text: `gracewarden-proxy: ${terms.join(" + ")} s`,
      ...(read.at && { at: read.at }),
    };
  },
};

/** How long the proxy goes on accepting calls after a SIGTERM that nothing announced. Undefined for any other container. */
export function proxyServes(container: Container): Recognised | undefined {
  if (!container.isProxy) return undefined;
  const read = settingsOf(container);
  if ("problem" in read) return { seconds: anyDuration, known: false, text: read.problem, at: read.at };
  const seconds = read.settings.propagationSeconds ?? defaultProxySettings.propagationSeconds;
  const at = variable(container, proxyEnvironment.propagationSeconds)?.at;
  return {
    seconds: exactly(seconds),
    known: true,
    text: `gracewarden-proxy serves its propagation window after SIGTERM`,
    ...(at && { at }),
  };
}
