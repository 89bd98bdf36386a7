import { delimiter, join, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { closest } from "../../policies/spelling.ts";
import { builtin } from "../builtin.ts";
import { programError, systemSentence } from "../errors.ts";

const { existsSync } = builtin("node:fs");

export interface ClusterChoice {
  /** A file named by the user; otherwise KUBECONFIG, the one at home, then the pod's ServiceAccount. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** The kubeconfig that a run uses, its context chosen; a ProgramError where there is none or it has no such context. */
export function loadKubeConfig(
  { kubeconfig, context }: ClusterChoice,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): KubeConfig {
  const config = new KubeConfig();
  const files = kubeconfig === undefined ? defaultFiles(cwd, env) : [resolve(cwd, kubeconfig)];
  if (files.length > 0) merge(config, files);
  else if (existsSync(serviceAccountToken)) config.loadFromCluster();
  else throw programError("no-cluster", "there is no kubeconfig: name one by --kubeconfig or KUBECONFIG");
  choose(config, context);
  return config;
}

const serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** As kubectl does, files of KUBECONFIG that do not exist are passed over. */
function defaultFiles(cwd: string, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  const files = listed.length > 0 ? listed : home === "" ? [] : [join(home, ".kube", "config")];
  const paths = files.map((file) => resolve(cwd, file)).filter((path) => existsSync(path));
  if (listed.length > 0 && paths.length === 0)
    throw programError("no-cluster", `KUBECONFIG names ${listed.join(", ")}, which does not exist`);
  return paths;
}

/** Of two entries of one name the first holds, as for kubectl. */
function merge(config: KubeConfig, files: readonly string[]): void {
  const parts = files.map((file) => {
    const part = new KubeConfig();
    try {
      part.loadFromFile(file);
    } catch (cause) {
      const why = "code" in (cause as object) ? systemSentence(cause) : `is no kubeconfig: ${(cause as Error).message}`;
      throw programError("no-cluster", `${file} ${why}`);
    }
    return part;
  });
  config.loadFromOptions({
    clusters: firstOfEachName(parts.flatMap(({ clusters }) => clusters)),
    users: firstOfEachName(parts.flatMap(({ users }) => users)),
    contexts: firstOfEachName(parts.flatMap(({ contexts }) => contexts)),
    currentContext: parts.map((part) => part.getCurrentContext()).find((name) => name !== undefined && name !== ""),
  });
}

const firstOfEachName = <T extends { readonly name: string }>(entries: readonly T[]): T[] => [
  ...new Map(entries.toReversed().map((entry) => [entry.name, entry])).values(),
];

function choose(config: KubeConfig, wanted: string | undefined): void {
  const names = config.getContexts().map(({ name }) => name);
  const name = wanted ?? config.getCurrentContext();
  const list = names.length === 0 ? "it has none" : `it has ${names.toSorted().join(", ")}`;
  if (name === undefined || name === "")
    throw programError("no-cluster", `the kubeconfig has no current context; choose one by --context: ${list}`);
  if (!names.includes(name)) {
    const near = closest(name, names);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw programError("no-cluster", `the kubeconfig has no context "${name}": ${list}${hint}`);
  }
  config.setCurrentContext(name);
  if (config.getCurrentCluster() === null)
    throw programError("no-cluster", `the context "${name}" is of a cluster that the kubeconfig does not have`);
}
