import { delimiter } from "node:path";
import type { Configuration, KubeConfig, V1MutatingWebhookConfiguration } from "@kubernetes/client-node";
import { Conflict, type Cluster, type ConfigurationObject, type ConfigurationReference } from "./cluster.ts";
import { certsError } from "./errors.ts";

/** 0.7 s to load, so it is loaded by what talks to an API server and by nothing else. */
type Client = typeof import("@kubernetes/client-node");

/** An answer takes milliseconds; what took this long will not come. */
const answerSeconds = 30;

/** An API server, and the namespace that the kubeconfig or the pod's ServiceAccount is in. */
export interface Connection {
  readonly namespace: string | undefined;
  open(namespace: string): Cluster;
}

/** Connects by `KUBECONFIG` where it is set, in a pod by its ServiceAccount. */
export async function connect(env: NodeJS.ProcessEnv): Promise<Connection> {
  const client = await import("@kubernetes/client-node");
  const config = loadConfig(client, env["KUBECONFIG"] ?? "");
  return {
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    open: (namespace) => new ApiServer(client, config, namespace),
  };
}

function loadConfig(client: Client, files: string): KubeConfig {
  const config = new client.KubeConfig();
  try {
    const [first, ...others] = files.split(delimiter).filter((file) => file !== "");
    if (first === undefined) config.loadFromDefault();
    else config.loadFromFile(first);
    for (const file of others) {
      const other = new client.KubeConfig();
      other.loadFromFile(file);
      config.mergeConfig(other);
    }
  } catch (cause) {
    throw certsError("no-kubeconfig", files, (cause as Error).message);
  }
  if (config.getCurrentCluster() === null) throw certsError("no-kubeconfig", files, "it names no current cluster");
  return config;
}

class ApiServer implements Cluster {
  readonly #client: Client;
  readonly #namespace: string;
  readonly #server: string;
  readonly #core;
  readonly #admission;

  constructor(client: Client, config: KubeConfig, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#server = config.getCurrentCluster()?.server ?? "";
    const configuration = configurationFor(client, config, this.#server);
    this.#core = new client.CoreV1Api(configuration);
    this.#admission = new client.AdmissionregistrationV1Api(configuration);
  }

  async readSecret(name: string) {
    const namespace = this.#namespace;
    const secret = await this.#read(this.#secret(name), this.#core.readNamespacedSecret({ name, namespace }));
    if (secret === undefined) return undefined;
    const values = Object.entries(secret.data ?? {}).map(([key, value]) => [key, fromBase64(value)]);
    return { name, resourceVersion: secret.metadata?.resourceVersion ?? "", values: Object.fromEntries(values) };
  }

  async createSecret(name: string, type: string, values: Readonly<Record<string, string>>) {
    const namespace = this.#namespace;
    const metadata = { name, labels: { "app.kubernetes.io/managed-by": "gracewarden-webhook-certs" } };
    const body = { metadata, type, data: dataOf(values) };
    const creating = this.#core.createNamespacedSecret({ namespace, body });
    await this.#call("create", `secrets in the namespace ${namespace}`, creating, () =>
      certsError("namespace-missing", namespace),
    );
  }

  async changeSecret(
    { name, resourceVersion }: { readonly name: string; readonly resourceVersion: string },
    values: Readonly<Record<string, string>>,
  ) {
    const body = { metadata: { resourceVersion }, data: dataOf(values) };
    const patching = this.#core.patchNamespacedSecret({ name, namespace: this.#namespace, body });
    await this.#call("patch", this.#secret(name), patching, gone);
  }

  async readConfiguration(reference: ConfigurationReference) {
    const { kind, name } = reference;
    const reading: Promise<V1MutatingWebhookConfiguration> =
      kind === "MutatingWebhookConfiguration"
        ? this.#admission.readMutatingWebhookConfiguration({ name })
        : this.#admission.readValidatingWebhookConfiguration({ name });
    const read = await this.#read(resource(reference), reading);
    if (read === undefined) return undefined;
    const webhooks = (read.webhooks ?? []).map((webhook) => ({
      name: webhook.name,
      caBundle: fromBase64(webhook.clientConfig.caBundle ?? ""),
    }));
    return { kind, name, resourceVersion: read.metadata?.resourceVersion ?? "", webhooks };
  }

  async setBundle(configuration: ConfigurationObject, pem: string) {
    const { kind, name, resourceVersion } = configuration;
    const caBundle = toBase64(pem);
    // A strategic merge finds webhooks by their names and leaves everything else of them as it is.
    const webhooks = configuration.webhooks.map((webhook) => ({ name: webhook.name, clientConfig: { caBundle } }));
    const body = { metadata: { resourceVersion }, webhooks };
    const patching: Promise<unknown> =
      kind === "MutatingWebhookConfiguration"
        ? this.#admission.patchMutatingWebhookConfiguration({ name, body })
        : this.#admission.patchValidatingWebhookConfiguration({ name, body });
    await this.#call("patch", resource(configuration), patching, gone);
  }

  #secret(name: string): string {
    return `the Secret ${name} in the namespace ${this.#namespace}`;
  }

  #read<T>(what: string, reading: Promise<T>): Promise<T | undefined> {
    return this.#call<T | undefined>("get", what, reading, () => undefined);
  }

  /** Waits for an answer; `notFound` says what an absent object means. */
  async #call<T>(verb: string, what: string, answer: Promise<T>, notFound: () => T | Error): Promise<T> {
    try {
      return await answer;
    } catch (cause) {
      if (!(cause instanceof this.#client.ApiException))
        throw certsError("unreachable", this.#server, whyUnreachable(cause));
      switch (cause.code) {
        case 401:
          throw certsError("unauthorized", this.#server);
        case 403:
          throw certsError("forbidden", verb, what, messageOf(cause.body));
        case 404: {
          const meaning = notFound();
          if (meaning instanceof Error) throw meaning;
          return meaning;
        }
        case 409:
          throw new Conflict(messageOf(cause.body), { cause });
        default:
          throw certsError("refused", verb, what, messageOf(cause.body));
      }
    }
  }
}

function configurationFor(client: Client, config: KubeConfig, server: string): Configuration {
  return client.createConfiguration({
    baseServer: new client.ServerConfiguration(server, {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: async (context) => {
          context.setSignal(AbortSignal.timeout(answerSeconds * 1000));
          if (context.getHttpMethod() === client.HttpMethod.PATCH)
            context.setHeaderParam("Content-Type", client.PatchStrategy.StrategicMergePatch);
          return context;
        },
        post: async (context) => context,
      },
    ],
  });
}

/** Deleted since it was read. */
const gone = (): Conflict => new Conflict("it is gone");

const resource = ({ kind, name }: ConfigurationReference): string => `the ${kind} ${name}`;

function whyUnreachable(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return `no answer in ${answerSeconds} s`;
  return cause instanceof Error ? cause.message : message;
}

/** What a Status says; the client gives it as text or as an object. */
function messageOf(body: unknown): string {
  try {
    const status: unknown = typeof body === "string" ? JSON.parse(body) : body;
    const { message } = status as { readonly message?: unknown };
    return typeof message === "string" ? message : JSON.stringify(status);
  } catch {
    return String(body);
  }
}

const dataOf = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, toBase64(value)]));

const toBase64 = (text: string): string => Buffer.from(text).toString("base64");
const fromBase64 = (data: string): string => Buffer.from(data, "base64").toString();
