import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestCertificate } from "../../webhook/certificates.ts";

/**
 * What Kubernetes 1.37.2 answered to an audit of deploy/examples/impolite and three pods, by path; pods were asked for two
 * at a time.
 */
const recorded = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8")) as Record<string, object>;

/** An answer as it was recorded, for a test to change. */
export const recordedList = (path: string): { readonly items: readonly Item[] } =>
  structuredClone(recorded[path]) as { readonly items: readonly Item[] };

interface Item {
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Its words for what a test cannot make it do at will. */
export const faults = {
  unauthorized: status(401, "Unauthorized", "Unauthorized"),
  forbidden: status(403, "Forbidden", "poddisruptionbudgets is forbidden"),
  expired: status(410, "Expired", "The provided continue parameter is too old to display a consistent list result."),
  busy: status(429, "TooManyRequests", "the server has received too many requests and has asked us to try again later"),
  failed: status(500, "InternalError", "etcdserver: request timed out"),
} as const;

type Fault = (typeof faults)[keyof typeof faults];

/** An answer that is none. */
export const cut = Symbol("cut");

function status(code: number, reason: string, message: string) {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code } as const;
}

export interface Recording extends AsyncDisposable {
  readonly port: number;
  /** The text of a kubeconfig that leads here. */
  readonly kubeconfig: string;
  /** The paths asked for, in order; the second page of a list as `PATH continued`. */
  readonly asked: readonly string[];
}

/** A server that wants to know who asks. */
export interface Guard {
  readonly certificate: TestCertificate;
  /** Whose client certificates it takes. */
  readonly clientCaPem?: string;
  readonly admits: (request: IncomingMessage) => boolean;
}

/** Plays the recording over HTTP, or over TLS to those whom a guard admits. `fault` may answer instead: for the `count`th time that a path is asked for, from 1. */
export async function playRecording(
  fault: (path: string, count: number) => Fault | typeof cut | string | undefined = () => undefined,
  guard?: Guard,
): Promise<Recording> {
  const asked: string[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (guard?.admits(request) === false) return void answer(response, 401, faults.unauthorized);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const path = `${pathname}${searchParams.has("continue") ? " continued" : ""}`;
    asked.push(path);
    const wrong = fault(path, asked.filter((each) => each === path).length);
    if (wrong === cut) request.socket.destroy();
    else if (typeof wrong === "string") response.writeHead(200).end(wrong);
    else if (wrong !== undefined) answer(response, wrong.code, wrong);
    else if (recorded[path] !== undefined) answer(response, 200, recorded[path]);
    else answer(response, 404, status(404, "NotFound", "the server could not find the requested resource"));
  };
  const server =
    guard === undefined
      ? createServer(listener)
      : createTlsServer(
          {
            cert: guard.certificate.certPem,
            key: guard.certificate.keyPem,
            ca: guard.clientCaPem,
            requestCert: guard.clientCaPem !== undefined,
            rejectUnauthorized: false,
          },
          listener,
        );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const answer = (response: ServerResponse, code: number, body: object): unknown =>
  response.writeHead(code, { "content-type": "application/json", "retry-after": "0" }).end(JSON.stringify(body));

/** JSON is YAML. The client wants it said that HTTP is not to be secured. */
export const kubeconfigFor = (server: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: { token: "secret" } }],
  });
