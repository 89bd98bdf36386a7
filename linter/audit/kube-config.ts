import { delimiter, dirname, join, resolve } from "node:path";
import { KubeConfig, loadYaml, type Cluster } from "@kubernetes/client-node";
import { valueAt } from "../../policies/path.ts";
import { isRecord } from "../../policies/record.ts";
import { closest } from "../../policies/spelling.ts";
import { builtin } from "../builtin.ts";
import { programError, systemSentence } from "../errors.ts";
import type { KubeUser } from "./user-credentials.ts";

const { existsSync, readFileSync } = builtin("node:fs");

export interface ClusterChoice {
  /** A file named by the user; otherwise KUBECONFIG, the one at home, then the pod's ServiceAccount. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** The chosen context of a kubeconfig, with what the client does not keep of it. */
export interface ChosenContext {
  readonly name: string;
  readonly cluster: Cluster;
  readonly user: KubeUser;
  /** The cluster's `client.authentication.k8s.io/exec` extension: what it has to say to credential plugins. */
  readonly pluginConfig: unknown;
}

/** The kubeconfig that a run uses, its context chosen; a ProgramError where there is none or it has no such context. */
export function loadKubeConfig(
  { kubeconfig, context }: ClusterChoice,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): ChosenContext {
  const files = kubeconfig === undefined ? defaultFiles(cwd, env) : [resolve(cwd, kubeconfig)];
  if (files.length > 0) return choose(files.map(readKubeConfig), context);
  if (!existsSync(serviceAccountToken))
    throw programError("no-cluster", "there is no kubeconfig: name one by --kubeconfig or KUBECONFIG");
  const config = new KubeConfig();
  config.loadFromCluster();
  const name = config.getCurrentUser()?.name ?? "";
  const users = [{ name, file: serviceAccountToken, entry: { tokenFile: serviceAccountToken } }];
  return choose([{ config, users, clusters: [] }], context);
}

/** What the client calls the context of a pod's own cluster, which no kubeconfig has. */
export const inCluster = "inClusterContext";

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

interface ReadKubeConfig {
  readonly config: KubeConfig;
  /** As they are written: the client keeps what it knows. */
  readonly users: readonly KubeUser[];
  readonly clusters: readonly { readonly name: string; readonly entry: unknown }[];
}

function readKubeConfig(file: string): ReadKubeConfig {
  const config = new KubeConfig();
  try {
    const text = readFileSync(file, "utf8");
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(file));
    const value = loadYaml(text);
    return {
      config,
      users: named(value, "users").map(({ name, user }) => ({
        name: String(name),
        file,
        entry: isRecord(user) ? user : {},
      })),
      clusters: named(value, "clusters").map(({ name, cluster }) => ({ name: String(name), entry: cluster })),
    };
  } catch (cause) {
    const why = "code" in (cause as object) ? systemSentence(cause) : `is no kubeconfig: ${(cause as Error).message}`;
    throw programError("no-cluster", `${file} ${why}`);
  }
}

function named(value: unknown, key: string): readonly Record<string, unknown>[] {
  const list = valueAt(value, [key]);
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** Of two entries of one name the first holds, as for kubectl. */
const firstOfEachName = <T extends { readonly name: string }>(entries: readonly T[]): T[] => [
  ...new Map(entries.toReversed().map((entry) => [entry.name, entry])).values(),
];

function choose(parts: readonly ReadKubeConfig[], wanted: string | undefined): ChosenContext {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firstOfEachName(parts.flatMap((part) => part.config.clusters)),
    users: firstOfEachName(parts.flatMap((part) => part.config.users)),
    contexts: firstOfEachName(parts.flatMap((part) => part.config.contexts)),
    currentContext: parts
      .map((part) => part.config.getCurrentContext())
      .find((name) => name !== undefined && name !== ""),
  });
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
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw programError("no-cluster", `the context "${name}" is of a cluster that the kubeconfig does not have`);
  // A context without a user asks as nobody.
  const userName = config.getContextObject(name)?.user ?? "";
  const user =
    userName === ""
      ? { name: "", file: "", entry: {} }
      : parts.flatMap((part) => part.users).find((one) => one.name === userName);
  if (user === undefined)
    throw programError(
      "no-cluster",
      `the context "${name}" is of the user "${userName}", which the kubeconfig does not have`,
    );
  const written = parts.flatMap((part) => part.clusters).find((one) => one.name === cluster.name);
  const extension = named(written?.entry, "extensions").find(
    (one) => one["name"] === "client.authentication.k8s.io/exec",
  );
  return { name, cluster, user, pluginConfig: extension?.["extension"] };
}
