import type { ILifecycleHandler } from "kubernetes-models/v1/LifecycleHandler";
import type { Container } from "../pods/pod.ts";
import { flagValue } from "./recognisers/command-line.ts";
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

/** The proxy's admin port where the kubelet can reach it, from the node (B11); undefined where it is bound to loopback or nobody can tell. */
export function reachableAdminPort(container: Container): number | undefined {
  const words = [...(container.spec.command ?? []), ...(container.spec.args ?? [])];
  const flag = flagValue(
    words.map((text) => ({ text, at: container.at })),
    ["--admin-listen"],
  );
  const found = variablesOf(container).get("GRACEWARDEN_ADMIN_LISTEN");
  if (flag === undefined && found === undefined) {
    // The program's own default is loopback; the image sets 0.0.0.0.
    return imageName(container.image) === "gracewarden-proxy" ? defaultAdminPort : undefined;
  }
  const match = /^(.*):(\d+)$/.exec((flag?.text ?? found?.value ?? "").trim());
  if (match === null) return undefined;
  const [, host = "", port] = match;
  // Of any other port the API server would refuse the hook, and the pod with it.
  if (!(Number(port) >= 1 && Number(port) <= 65_535)) return undefined;
  return /^(127\.|localhost$|\[?::1\]?$)/.test(host) ? undefined : Number(port);
}
