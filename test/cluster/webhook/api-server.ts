import { Agent, request } from "node:https";
import { kubectl } from "../kubectl.ts";

/** What the API server answered. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
  readonly warnings: readonly string[];
}

/** Calls to the API server over connections that stay open, as controllers make them. */
export interface ApiServer {
  /** `groups`: asks as somebody who is in these. */
  post(path: string, body: object, groups?: readonly string[]): Promise<Answer>;
  close(): void;
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly "certificate-authority-data"?: string } },
  ];
  readonly users: readonly [
    {
      readonly user: {
        readonly "client-certificate-data"?: string;
        readonly "client-key-data"?: string;
        readonly token?: string;
      };
    },
  ];
}

/** Opens at most so many connections, as the user of `KUBECONFIG`. */
export async function connect(connections: number): Promise<ApiServer> {
  const {
    clusters: [{ cluster }],
    users: [{ user }],
  } = JSON.parse(await kubectl(["config", "view", "--minify", "--raw", "--flatten", "--output=json"])) as Kubeconfig;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connections,
    ca: pem(cluster["certificate-authority-data"]),
    cert: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  });
  const authorization = user.token === undefined ? {} : { authorization: `Bearer ${user.token}` };
  return {
    post(path, body, groups = []) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const sent = request(
        new URL(path, cluster.server),
        {
          agent,
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "application/json",
            ...authorization,
            ...(groups.length > 0 && { "impersonate-user": "gracewarden-test", "impersonate-group": [...groups] }),
          },
          timeout: 20_000,
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (text += chunk));
          response.once("error", reject);
          response.once("end", () => {
            const { statusCode = 0, headers } = response;
            try {
              resolve({ status: statusCode, body: JSON.parse(text), warnings: warningsIn(headers["warning"]) });
            } catch {
              reject(new Error(`HTTP ${statusCode} with no JSON: ${text.slice(0, 200)}`));
            }
          });
        },
      );
      sent.once("timeout", () => sent.destroy(new Error("no answer within 20 s")));
      sent.once("error", reject);
      sent.end(JSON.stringify(body));
      return promise;
    },
    close: () => agent.destroy(),
  };
}

const pem = (base64: string | undefined): Buffer | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, "base64");

/** `299 - "text", 299 - "text"` */
const warningsIn = (header: string | readonly string[] | undefined): readonly string[] =>
  [...String(header ?? "").matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(.)/g, "$1"),
  );
