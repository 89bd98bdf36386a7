import { memo } from "../memo.ts";
import { repositoryOf } from "./image.ts";
import type { Container } from "./pod.ts";

/** A program that requests pass through on their way into or out of the pod. */
interface TrafficProxy {
  readonly name: string;
  readonly names: RegExp;
  /** Image repositories, without tag or digest. */
  readonly images: RegExp;
  /** Base names of the program, where the manifest names one. */
  readonly programs: RegExp;
  /** A word of the command line or `NAME=value` that makes it wait for its connections after SIGTERM. */
  readonly waits?: RegExp;
  /** True for a server that may just as well be the app itself. */
  readonly front?: true;
}

export const never = /^(?!)/;

export const trafficProxies: readonly TrafficProxy[] = [
  {
    name: "istio-proxy",
    names: /^istio-proxy$/,
    images: /(^|\/)proxyv2$/,
    programs: /^pilot-agent$/,
    waits: /^EXIT_ON_ZERO_ACTIVE_CONNECTIONS=true$/i,
  },
  {
    name: "linkerd-proxy",
    names: /^linkerd-proxy$/,
    images: /(^|\/)linkerd\/proxy$/,
    programs: /^linkerd2-proxy/,
  },
  {
    name: "Envoy",
    names: /^(envoy|envoy-sidecar|envoy-proxy|appmesh-envoy|consul-dataplane)$/,
    images: /(^|\/)(envoyproxy\/envoy([\w-]*)|aws-appmesh-envoy|consul-dataplane)$/,
    programs: /^(envoy|consul-dataplane)$/,
    waits: /^-+shutdown-drain-listeners(=true)?$/,
  },
  {
    name: "the Cloud SQL proxy",
    names: /^(cloud-?sql-?proxy|cloudsql)$/,
    images: /(^|\/)(cloud-sql-proxy|cloudsql-docker\/gce-proxy|alloydb-auth-proxy)$/,
    programs: /^(cloud_sql_proxy|cloud-sql-proxy|alloydb-auth-proxy)$/,
    waits:
      /^(-+(max-sigterm-delay|min-sigterm-delay|term_timeout|wait-before-start)(=|$)|CSQL_PROXY_(MAX|MIN)_SIGTERM_DELAY=)/,
  },
  {
    name: "PgBouncer",
    names: /^pg-?bouncer$/,
    images: /(^|\/)pgbouncer$/,
    programs: /^pgbouncer$/,
  },
  {
    name: "the Dapr sidecar",
    names: /^daprd$/,
    images: /(^|\/)daprd$/,
    programs: /^daprd$/,
    waits: /^-+dapr-block-shutdown-duration(=|$)/,
  },
  {
    name: "nginx",
    names: never,
    images: /(^|\/)(nginx|nginx-unprivileged|openresty)$/,
    programs: /^(nginx|openresty)$/,
    front: true,
  },
  { name: "HAProxy", names: never, images: /(^|\/)haproxy(-alpine)?$/, programs: /^haproxy$/, front: true },
];

/** The well-known proxy that a container is, by its name, image or program. */
export const trafficProxyOf = memo(({ name, image, process }: Container): TrafficProxy | undefined => {
  const repository = repositoryOf(image);
  return trafficProxies.find(
    (proxy) =>
      proxy.names.test(name) ||
      proxy.images.test(repository) ||
      (process.program !== undefined && proxy.programs.test(process.program)),
  );
});

/** A proxy that serves the app beside it, as meshes and database proxies do; undefined for all else. */
export function companionProxyOf(container: Container): TrafficProxy | undefined {
  const proxy = trafficProxyOf(container);
  return proxy?.front === true ? undefined : proxy;
}

/** True where a setting makes the proxy wait for its connections after SIGTERM. */
export function waitsForConnections({ waits }: TrafficProxy, { spec }: Container): boolean {
  const words = [
    ...(spec.command ?? []),
    ...(spec.args ?? []),
    ...(spec.env ?? []).map((variable) => `${variable.name}=${variable.value ?? ""}`),
  ];
  return waits !== undefined && words.some((word) => waits.test(word));
}
