import type { Readable, Writable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import type { BaseLogger } from "pino";
import { defaultProxySettings } from "../../policies/shutdown/proxy-budget.ts";
import { accessList } from "../access/access-list.ts";
import { createAuthenticate } from "../access/authenticate.ts";
import type { Backend } from "../backends/backend.ts";
import { backendFactory } from "../backends/create-backend.ts";
import type { ProxyConfig } from "../config/config.ts";
import type { ProcessSettings } from "../config/process-settings.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import type { Drainable } from "../front/drainable.ts";
import type { FairShare } from "../fair-share.ts";
import type { WaitingCalls } from "../leaving/waiting-calls.ts";
import { createHttpFront } from "../front/http-front.ts";
import { sealKeys } from "../front/legacy/seal-keys.ts";
import { openStdout } from "../front/stdio/stdio-output.ts";
import { createStdioFront } from "../front/stdio-front.ts";
import { createRelay } from "../relay/create-relay.ts";
import type { ClientRequest, RelayedCall } from "../relay/relay.ts";
import { openListCache } from "../relay/list-cache.ts";
import { version } from "../../linter/command-line/version.ts";
import { backendSet, type BackendSet } from "./backend-set.ts";
import { listen } from "./listen.ts";

export interface AssemblyOptions {
  readonly config: ProxyConfig;
  readonly settings: ProcessSettings;
  /** The client's, where MCP is spoken on them in place of HTTP. */
  readonly stdio: StandardStreams | undefined;
  readonly log: BaseLogger;
  /** For what clients and servers can provoke. */
  readonly paced: BaseLogger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly onCallEnd: (record: CallRecord) => void;
  /** The client of `--stdio` has closed its end. */
  readonly onClientGone: () => void;
}

interface StandardStreams {
  readonly input: Readable;
  readonly output: Writable & { readonly fd: number };
}

interface Front {
  readonly drainable: Drainable;
  readonly counts: () => { readonly sessions: number; readonly streams: number };
  readonly shares: Readonly<Record<string, FairShare>>;
  readonly listen: () => Promise<string | undefined>;
}

/** Fronts, relay and backends, put together; nothing has started yet. */
export interface Assembly {
  readonly fronts: readonly Drainable[];
  readonly backends: BackendSet;
  readonly waitingCalls: WaitingCalls;
  readonly isListed: (backend: Backend) => boolean;
  readonly offered: (backend: Backend) => object;
  readonly counts: Front["counts"];
  /** Limits that clients share, by what they limit. */
  readonly shares: Front["shares"];
  /** A reload. */
  readonly follow: (next: ProxyConfig) => Promise<void>;
  /** Keys of the configuration that a reload has changed and that count at a start alone. */
  readonly waitingForRestart: () => readonly string[];
  /** Where MCP is spoken; undefined on stdio. */
  readonly listen: () => Promise<string | undefined>;
  /** Sends the traces that wait. */
  readonly flush: (seconds: number) => Promise<void>;
}

const proxyInfo = JSON.stringify({ name: "gracewarden-proxy", version });
/** What the proxy passes on to clients that can do it. */
const clientCapabilities = JSON.stringify({ roots: { listChanged: true }, sampling: {}, elicitation: {} });

export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { settings, log, paced, environment, sleep, onCallEnd } = options;
  let { config } = options;
  let waitingForRestart: readonly string[] = [];
  let mayUse = accessList(config.access);
  let authenticate = await createAuthenticate(config.auth, paced);
  const create = backendFactory({
    log,
    client: { capabilities: clientCapabilities, clientInfo: proxyInfo },
    maxMessageBytes: config.maxMessageBytes,
    environment,
  });
  const backends = backendSet({
    create,
    events: () => relay.events,
    drainSeconds: settings.clock.drainSeconds ?? defaultProxySettings.drainSeconds,
    sleep,
    log,
  });
  const traces = config.traces && (await import("../telemetry/traces.ts")).openTraces(config.traces.endpoint);
  const relay = createRelay({
    backends: backends.current,
    sessionBackend: (shared, { session }) => backends.ofSession(shared, session),
    endSession: backends.endSession,
    separator: () => config.separator,
    mayUse: (identity, name) => mayUse(identity, name),
    isShared: () => config.access.length === 0,
    proxyInfo,
    listCache: config.listCache === undefined ? undefined : openListCache(config.listCache, log),
    log: paced,
  });
  const relayed = (request: ClientRequest): RelayedCall => relay.request(request);
  const traced = traces === undefined ? relay : { ...relay, request: traces.traced(relayed) };
  const front = options.stdio === undefined ? overHttp() : overStdio(options.stdio);

  function overHttp(): Front {
    const http = createHttpFront({
      relay: traced,
      host: settings.listen.host,
      port: settings.listen.port,
      settings: () => config,
      sessionKeys: sealKeys(
        { keys: environment["GRACEWARDEN_SESSION_KEYS"], file: environment["GRACEWARDEN_SESSION_KEYS_FILE"] },
        log,
      ),
      authenticate: (request) => authenticate(request),
      onCallEnd,
      log: paced,
    });
    return {
      drainable: http,
      counts: () => http.counts(),
      shares: http.shares,
      listen: async () => `${await listen(settings.listen, () => http.listen())}/mcp`,
    };
  }

  function overStdio(streams: StandardStreams): Front {
    const { maxMessageBytes } = config;
    const stdio = createStdioFront({
      relay: traced,
      input: streams.input,
      output: openStdout(streams.output),
      maxMessageBytes,
      onCallEnd,
      log: paced,
    });
    void stdio.ended.then(options.onClientGone);
    return { drainable: stdio, counts: () => ({ sessions: 1, streams: 1 }), shares: {}, listen: async () => undefined };
  }

  const follow = async (changed: ProxyConfig): Promise<void> => {
    waitingForRestart = onlyAtStart.filter((key) => !isDeepStrictEqual(changed[key], options.config[key]));
    if (waitingForRestart.length > 0)
      log.warn(
        { keys: waitingForRestart },
        `the new configuration is followed, but for a restart: until then the former values of ${waitingForRestart.join(", ")} hold`,
      );
    authenticate = await createAuthenticate(changed.auth, paced);
    config = changed;
    mayUse = accessList(changed.access);
    backends.apply(changed.backends);
    relay.reconfigured();
  };
  /** One after the other: loading what a token needs takes a while, and the newest must not be overtaken by the one before. */
  const followAfter = async (before: Promise<void>, changed: ProxyConfig): Promise<void> => {
    await before;
    try {
      await follow(changed);
    } catch (error) {
      log.error({ err: error }, "the configuration cannot be followed; the former one holds on");
    }
  };
  let following = Promise.resolve();

  return {
    fronts: [front.drainable],
    backends,
    waitingCalls: relay.waitingCalls,
    isListed: (backend) => relay.isListed(backend),
    offered: (backend) => relay.offered(backend),
    counts: front.counts,
    shares: { ...front.shares, waiting: relay.waitingCalls.share },
    waitingForRestart: () => waitingForRestart,
    follow: (changed) => (following = followAfter(following, changed)),
    listen: front.listen,
    flush: async (seconds) => traces?.flush(seconds),
  };
}

const onlyAtStart = ["audit", "listCache", "maxMessageBytes", "traces"] as const;
