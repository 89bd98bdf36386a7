import type { Container, Probe } from "./pod.ts";

/** A name counts as the port of that name. */
function portNumber(container: Container, port: string | number | undefined): string | number | undefined {
  return container.spec.ports?.find(({ name }) => name !== undefined && name === port)?.containerPort ?? port;
}

/** What a probe asks, in one spelling, to compare two probes of a container; undefined where it has no handler. */
export function probeTarget(container: Container, probe: Probe): string | undefined {
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec !== undefined) return JSON.stringify(["exec", exec.command ?? []]);
  if (httpGet !== undefined) {
    const { scheme = "HTTP", host = "", port, path = "/", httpHeaders = [] } = httpGet;
    return JSON.stringify(["http", scheme.toUpperCase(), host, portNumber(container, port), path || "/", httpHeaders]);
  }
  if (tcpSocket !== undefined)
    return JSON.stringify(["tcp", tcpSocket.host ?? "", portNumber(container, tcpSocket.port)]);
  return grpc === undefined ? undefined : JSON.stringify(["grpc", grpc.port, grpc.service ?? ""]);
}
