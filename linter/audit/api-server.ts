import { setTimeout as wait } from "node:timers/promises";
import { createConfiguration, HttpMethod, RequestContext } from "@kubernetes/client-node";
import { isRecord } from "../../policies/record.ts";
import { printable } from "../color.ts";
import { programError } from "../errors.ts";
import type { Terminal } from "../terminal.ts";
import { credentialsOf, type Credentials } from "./credentials.ts";
import { loadKubeConfig, type ClusterChoice } from "./kube-config.ts";
import { isCut, whyUnreachable } from "./why-unreachable.ts";

/** What an API server answered to a GET; anything that ends a run has been thrown. */
interface Answer {
  readonly status: 200 | 400 | 403 | 404 | 410;
  readonly body: unknown;
  /** What its Status says, where it is one. */
  readonly message: string;
}

/** An API server, as the user of a kubeconfig sees it. It is only ever asked, never told. */
export interface ApiServer {
  /** The context of the kubeconfig. */
  readonly context: string;
  /** `https://10.0.0.1:6443` */
  readonly server: string;
  get(path: string): Promise<Answer>;
  close(): Promise<void>;
}

/** A list of 500 large objects takes seconds on a busy server; what took this long will not come. */
const answerSeconds = 60;
/** How often a server that is busy is asked again. */
const patience = 5;
const longestWaitSeconds = 10;

export async function openApiServer(choice: ClusterChoice, terminal: Terminal): Promise<ApiServer> {
  const chosen = loadKubeConfig(choice, terminal.cwd, terminal.env);
  const { proxyUrl } = chosen.cluster;
  const server = chosen.cluster.server.replace(/\/+$/, "");
  let current = await credentialsOf(chosen, terminal);
  const opened = [current];
  const renewals = new Map<Credentials, Promise<Credentials>>();
  const { httpApi } = createConfiguration({});

  let characters = 0;

  async function send(
    path: string,
    { headers, dispatcher }: Pick<Credentials, "headers" | "dispatcher">,
    isFirst = true,
  ): Promise<{ status: number; retryAfter: string | undefined; text: string }> {
    const request = new RequestContext(`${server}${path}`, HttpMethod.GET);
    for (const [name, value] of Object.entries(headers)) request.setHeaderParam(name, value);
    request.setHeaderParam("Accept", "application/json");
    request.setSignal(AbortSignal.timeout(answerSeconds * 1000));
    if (dispatcher !== undefined) request.setDispatcher(dispatcher);
    try {
      const { httpStatusCode, headers: answered, body } = await httpApi.send(request).toPromise();
      return { status: httpStatusCode, retryAfter: answered["retry-after"], text: await body.text() };
    } catch (cause) {
      // A server may close a connection that it kept just as it is used again.
      if (isFirst && isCut(cause)) return send(path, { headers, dispatcher }, false);
      throw programError("unreachable-cluster", server, whyUnreachable(cause, answerSeconds, proxyUrl));
    }
  }

  /** Once for all that are refused with the same: the credentials made anew, undefined where that changes nothing. */
  async function renewed(refused: Credentials): Promise<Credentials | undefined> {
    const renewal = renewals.get(refused) ?? credentialsOf(chosen, terminal);
    renewals.set(refused, renewal);
    const credentials = await renewal;
    if (!opened.includes(credentials)) opened.push(credentials);
    if (credentials.identity === refused.identity) return undefined;
    if (current === refused) current = credentials;
    return current;
  }

  return {
    context: chosen.name,
    server,
    async get(path) {
      let credentials = current;
      for (let attempt = 1, renewal; ; attempt++) {
        const { status, retryAfter, text } = await send(path, credentials);
        characters += text.length;
        terminal.hasRead(characters);
        const body = parsed(text);
        const message = messageOf(body);
        switch (status) {
          case 200:
            if (body === undefined) throw programError("cluster-refused", server, path, "its answer is no JSON");
            return { status, body, message };
          case 400:
          case 403:
          case 404:
          case 410:
            return { status, body, message };
          case 401:
            if (renewal === undefined && (renewal = await renewed(credentials)) !== undefined) {
              credentials = renewal;
              continue;
            }
            throw programError(
              "cluster-unauthorized",
              server,
              [message, credentials.origin].filter((part) => part !== undefined && part !== "").join("; a token "),
            );
          case 429:
          case 503:
            if (attempt === patience) break;
            await wait(Math.min(Number(retryAfter ?? 1) || 1, longestWaitSeconds) * 1000);
            continue;
          default:
        }
        throw programError("cluster-refused", server, path, `HTTP ${status}${message === "" ? "" : `, ${message}`}`);
      }
    },
    // What is still asked for after a failure has nobody left who waits for it.
    close: async () => {
      for (const { dispatcher } of opened) await dispatcher?.destroy();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const messageOf = (body: unknown): string =>
  isRecord(body) && body["kind"] === "Status" && typeof body["message"] === "string" ? printable(body["message"]) : "";
