import type { ILifecycleHandler } from "kubernetes-models/v1/LifecycleHandler";
import type { Container } from "../pods/pod.ts";
import { commandLineOf, flagValue } from "./recognisers/command-line.ts";
import { variablesOf } from "./recognisers/environment.ts";
import { imageName } from "../pods/image.ts";

/** Where the proxy's admin server listens, if nothing says otherwise. */
const defaultAdminPort = 8081;

/**
 * The preStop hook that a fix or a webhook gives a container without one. Our proxy is told, by the request that it
 * answers when its propagation window is over; all others get a sleep by the kubelet, which needs nothing in the image (B5).
 */
export function delayHook(container: Container, delaySeconds: number): ILifecycleHandler {
  const port = container.isProxy ? reachableAdminPort(container) : undefined;
  return port === undefined ? { sleep: { seconds: delaySeconds } } : { httpGet: { path: "/prestop", port } };
}

/**
 * The proxy's admin port where the kubelet can reach it, from the node (B11); undefined where it is bound to loopback or
 * nobody can tell. As the program itself reads them: flags win over GRACEWARDEN_ADMIN_LISTEN.
 */
export function reachableAdminPort(container: Container): number | undefined {
  const { words: all } = commandLineOf(container);
  // What stands behind `--` is the command of a server behind the proxy.
  const end = all.findIndex(({ text }) => text === "--");
  const words = end < 0 ? all : all.slice(0, end);
  const listen = listenAddress(container);
  const host = flagValue(words, ["--host"])?.text ?? listen?.host;
  const port = Number(flagValue(words, ["--admin-port"])?.text ?? listen?.port);
  // Of any other port the API server would refuse the hook, and the pod with it.
  if (host === undefined || !(Number.isInteger(port) && port >= 1 && port <= 65_535)) return undefined;
  return /^(127\.|localhost$|\[?::1\]?$)/.test(host) ? undefined : port;
}

/** The environment's; the program's own default is loopback, but the image sets 0.0.0.0. */
function listenAddress(container: Container): { readonly host: string; readonly port: string } | undefined {
  const found = variablesOf(container).get("GRACEWARDEN_ADMIN_LISTEN");
  if (found === undefined) {
    const host = imageName(container.image) === "gracewarden-proxy" ? "0.0.0.0" : "127.0.0.1";
    return { host, port: String(defaultAdminPort) };
  }
  const [, host = "", port] = /^(.*):(\d+)$/.exec((found.value ?? "").trim()) ?? [];
  return port === undefined ? undefined : { host, port };
}
