import { setImmediate as nextTurn } from "node:timers/promises";
import type { HttpBackend } from "../config/config.ts";
import type { Era } from "../message.ts";
import type { Attachment, AttachOptions, Ending } from "./attachment.ts";
import type { Connection, ServerDescription } from "./connection.ts";
import { discoverCall, initialized, shakeHands, type Ask } from "./handshake.ts";
import { HttpConnection } from "./http-connection.ts";
import { HttpEndpoint } from "./http-endpoint.ts";
import { HttpServerStream } from "./http-server-stream.ts";

/** A server that is silent when asked for the modern era; on HTTP none is known. */
const probeSeconds = 5;
/** A server nobody calls is asked so often whether it lives, so that health tells the truth. */
const checkMilliseconds = 30_000;
const checkAnswerMilliseconds = 10_000;
const deleteMilliseconds = 1000;

/** Connects to a Streamable HTTP server of either era. */
export function attachHttp(config: HttpBackend, options: AttachOptions): Attachment {
  const endpoint = new HttpEndpoint(config, options.maxMessageBytes);
  const { promise: lost, resolve: onLost } = Promise.withResolvers<string>();
  let isLost = false;
  let isChecking = false;
  let checks: NodeJS.Timeout | undefined;

  const http = new HttpConnection(endpoint, {
    name: config.name,
    log: options.log,
    unsolicited: options.unsolicited,
    onLost(problem) {
      isLost = true;
      onLost(problem);
    },
    onDoubt: () => void check(),
    async initialize() {
      const description = await handshake("legacy");
      if (connection !== undefined) Object.assign(connection, description);
    },
    onRenewed() {
      if (connection?.era === "legacy") stream.open();
      options.onRenewed();
    },
  });
  const stream = new HttpServerStream(endpoint, http);

  const ask: Ask = (call) => http.request(call).outcome;

  async function handshake(era: Era | undefined): Promise<ServerDescription> {
    http.protocolVersion = undefined;
    const description = await shakeHands(ask, { client: options.client, era, probeSeconds });
    http.protocolVersion = description.protocolVersion;
    if (description.era === "legacy") await http.say(initialized);
    return description;
  }

  const methods: Omit<Connection, keyof ServerDescription> = {
    request: (request) => http.request(request),
    notify: (notification) => void http.say(notification),
    inFlight: () => http.inFlight(),
  };
  // A new session may be one of another version of the server.
  let connection: Connection | undefined;

  async function connect(): Promise<Connection> {
    const description = await handshake(options.era);
    connection = { ...methods, ...description };
    if (description.era === "legacy") stream.open();
    checks = setInterval(() => {
      if (http.inFlight() === 0 && performance.now() - http.lastEnd() >= checkMilliseconds) void check();
    }, checkMilliseconds);
    checks.unref();
    return connection;
  }

  /** Asks whether it lives; one that is not there any more is lost by the question alone. */
  async function check(): Promise<void> {
    if (connection === undefined || isChecking) return;
    isChecking = true;
    const ping = { method: "ping", params: undefined };
    const call = http.request(connection.era === "legacy" ? ping : discoverCall(options.client));
    const late = setTimeout(() => {
      call.cancel("no answer");
      http.lose(
        `${config.url.origin}${config.url.pathname}: it did not answer within ${checkAnswerMilliseconds / 1000} s`,
      );
    }, checkAnswerMilliseconds);
    late.unref();
    await call.outcome;
    clearTimeout(late);
    isChecking = false;
  }

  const connected = connect().catch(async (error: unknown): Promise<never> => {
    const problem = await Promise.race([lost, nextTurn(undefined)]);
    throw problem === undefined ? error : new Error(problem, { cause: error });
  });
  connected.catch(() => {});

  return {
    connected,
    lost,
    pid: undefined,
    lastEnd: () => http.lastEnd(),
    async end(seconds: number, reason: string): Promise<Ending> {
      const began = performance.now();
      clearInterval(checks);
      stream.close();
      const session = http.eraHeaders("");
      // New calls find it out of reach; those under way have their own connections, which may live.
      http.close(reason, !isLost);
      if (isLost) {
        void endpoint.close();
      } else {
        if (http.sessionId !== undefined)
          await deleteSession(endpoint, session, Math.min(seconds * 1000, deleteMilliseconds));
        await endpoint.destroy();
      }
      return { by: "closed", seconds: (performance.now() - began) / 1000, leftBehind: [], checkedForDaemons: true };
    },
  };
}

/** Best effort: the server may forget the session sooner. */
async function deleteSession(endpoint: HttpEndpoint, session: readonly string[], milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const over = (): void => {
      clearTimeout(timer);
      resolve();
    };
    endpoint.send("DELETE", session, null, { event() {}, eventId() {}, retry() {}, ended: over, failed: over });
  });
}
