import { HttpMethod, KubeConfig, RequestContext, type Cluster } from "@kubernetes/client-node";
import { builtin } from "../builtin.ts";
import type { ProgramError } from "../command-line/program-error.ts";
import { programError, systemSentence } from "../errors.ts";
import type { Terminal } from "../terminal.ts";
import type { ChosenContext } from "./kube-config.ts";
import { userCredentials } from "./user-credentials.ts";

const { readFileSync } = builtin("node:fs");

/** What each request to an API server carries. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** The connections, by the kubeconfig's certificates, names and proxy; undefined: undici's own. */
  readonly dispatcher: ReturnType<RequestContext["getDispatcher"]>;
  /** What tells them from others of the same user. */
  readonly identity: string;
  /** Of a token that may have expired. */
  readonly origin: string | undefined;
}

/** Works out the credentials of a context, as often as it is asked: tokens expire. */
export async function credentialsOf(
  { cluster: written, user: asked, pluginConfig }: ChosenContext,
  terminal: Pick<Terminal, "cwd" | "env" | "stderr" | "now">,
): Promise<Credentials> {
  const cluster = readCluster(written);
  const clusterInfo = {
    server: cluster.server,
    "tls-server-name": cluster.tlsServerName,
    "insecure-skip-tls-verify": cluster.skipTLSVerify || undefined,
    "certificate-authority-data": cluster.caData,
    "proxy-url": cluster.proxyUrl,
    config: pluginConfig,
  };
  const { user, origin } = await userCredentials(asked, clusterInfo, terminal);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: "audited", cluster: cluster.name, user: user.name }],
    currentContext: "audited",
  });
  const context = new RequestContext(cluster.server, HttpMethod.GET);
  try {
    await config.applySecurityAuthentication(context);
  } catch (cause) {
    throw refused(cluster, (cause as Error).message);
  }
  const { token = "", certData = "" } = user;
  return {
    headers: context.getHeaders(),
    dispatcher: context.getDispatcher(),
    identity: `${token} ${certData}`,
    origin,
  };
}

/** A cluster with its certificate in place of the file's name, and nothing that the client would only stumble over. */
function readCluster({ caFile, ...cluster }: Cluster): Cluster {
  const { server, skipTLSVerify, proxyUrl } = cluster;
  if (server.startsWith("http:") && !skipTLSVerify)
    throw refused(cluster, `its server ${server} is without TLS, which takes insecure-skip-tls-verify: true`);
  if (proxyUrl !== undefined && !/^(https?|socks[45][ah]?):\/\/[^/]/.test(proxyUrl))
    throw refused(cluster, `its proxy-url is no address of a proxy by http, https or socks5`);
  if (cluster.caData !== undefined || caFile === undefined) return cluster;
  try {
    return { ...cluster, caData: readFileSync(caFile).toString("base64") };
  } catch (cause) {
    throw refused(cluster, `its certificate-authority ${caFile} ${systemSentence(cause)}`);
  }
}

const refused = ({ name }: Cluster, why: string): ProgramError =>
  programError("no-cluster", `the cluster ${name} of the kubeconfig cannot be asked: ${why}`);
