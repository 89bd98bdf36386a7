import { parseValue } from "../../manifests/parse-document.ts";
import { valueAt, type Path } from "../../path.ts";
import { parseSeconds } from "../duration.ts";
import { anyDuration, between, exactly } from "../interval.ts";
import type { Recogniser, Subject } from "../recogniser.ts";

const source = "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig";
const annotation = "proxy.istio.io/config";

interface ProxyConfig {
  readonly value: unknown;
  readonly at: Path;
}

/** Istio's sidecar or gateway: the agent drains Envoy, which goes on accepting, for terminationDrainDuration and then kills it. */
export const istio: Recogniser = {
  name: "istio-proxy",
  recognise: (subject) => {
    const { container, pod, program, repository, variables } = subject;
    if (container.name !== "istio-proxy" && program !== "pilot-agent" && !/(^|\/)proxyv2$/.test(repository))
      return undefined;
    const configs = configsOf(subject);
    if (configs === undefined)
      return {
        seconds: anyDuration,
        known: false,
        text: `${annotation} is no YAML that can be read`,
        at: [...pod.metadataAt, "annotations", annotation],
        source,
      };
    const metadata = (name: string): { value: string | undefined; at: Path } | undefined =>
      variables.get(name) ?? find(configs, ["proxyMetadata", name]);
    const exits = metadata("EXIT_ON_ZERO_ACTIVE_CONNECTIONS");
    if (exits !== undefined && exits.value?.toLowerCase() !== "false") {
      const least = parseSeconds(metadata("MINIMUM_DRAIN_DURATION")?.value ?? "5s", "s") ?? 0;
      return {
        seconds: between(least, Infinity),
        known: false,
        text: "istio-proxy waits for its last connection (EXIT_ON_ZERO_ACTIVE_CONNECTIONS)",
        servesSeconds: least,
        at: exits.at,
        source,
      };
    }
    const found = find(configs, ["terminationDrainDuration"]);
    if (found === undefined)
      return {
        seconds: exactly(5),
        known: true,
        text: "documented default of istio-proxy terminationDrainDuration",
        servesSeconds: 5,
        source,
      };
    const seconds = parseSeconds(found.value, "s");
    if (seconds === undefined)
      return {
        seconds: anyDuration,
        known: false,
        text: "the value of istio-proxy terminationDrainDuration cannot be read",
        at: found.at,
        source,
      };
    return {
      seconds: exactly(seconds),
      known: true,
      text: "istio-proxy terminationDrainDuration",
      servesSeconds: seconds,
      at: found.at,
      source,
    };
  },
};

/** The pod's annotation wins over what the injector wrote into the container. Undefined where one cannot be read. */
function configsOf({ container, pod, variables }: Subject): readonly ProxyConfig[] | undefined {
  const injected = variables.get("PROXY_CONFIG");
  const written = [
    { text: pod.annotations[annotation], at: [...pod.metadataAt, "annotations", annotation] },
    { text: injected?.value, at: injected?.at ?? container.at },
  ];
  try {
    return written.flatMap(({ text, at }) =>
      text === undefined || text.trim() === "" ? [] : [{ value: parseValue(text).value, at }],
    );
  } catch {
    return undefined;
  }
}

function find(configs: readonly ProxyConfig[], path: Path): { readonly value: string; readonly at: Path } | undefined {
  for (const { value: config, at } of configs) {
    const value = valueAt(config, path);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return { value: String(value), at };
  }
  return undefined;
}
