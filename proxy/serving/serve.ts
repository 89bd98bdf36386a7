import type { AddressInfo } from "node:net";
import { setTimeout as sleepMilliseconds } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { buildAdminServer, type Health } from "../admin/admin-server.ts";
import { defaultGateways } from "../admin/node-addresses.ts";
import { preStopGuard } from "../admin/prestop-guard.ts";
import { openAudit, type Audit } from "../access/audit.ts";
import { createLeaving } from "../leaving/leaving.ts";
import { writeTerminationLog } from "../leaving/termination-log.ts";
import { createLog } from "../telemetry/log.ts";
import { createMetrics, observe } from "../telemetry/metrics.ts";
import type { Terminal } from "../terminal.ts";
import { version } from "../../linter/command-line/version.ts";
import { programError } from "../errors.ts";
import type { LiveConfig } from "../config/live-config.ts";
import type { ListenAddress, ProcessSettings } from "../config/process-settings.ts";
import { assemble, type Assembly } from "./assemble.ts";
import { listen } from "./listen.ts";
import { openConfig, type ConfigSource } from "./open-config.ts";
import { standingOf } from "./standing.ts";

export interface ServeOptions extends ProcessSettings {
  readonly source: ConfigSource;
  /** MCP on stdin and stdout in place of HTTP. */
  readonly stdio: boolean;
}

const monotonicSeconds = (): number => performance.now() / 1000;
const sleep = (seconds: number): Promise<void> => sleepMilliseconds(Math.min(seconds, 86_400) * 1000);
/** So many errors that nobody caught are no accident any more. */
const mostFailures = 20;

/** Serves until it has left; the exit code says whether anything was cut or left behind. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<number> {
  const { log, paced, flush: flushLog } = createLog(terminal.stderr.write);
  const assembled = Promise.withResolvers<void>();
  let assembly: Assembly | undefined;
  let audit: Audit | undefined;
  let live: LiveConfig | undefined;
  let isListening = false;
  let isGone = false;

  const standing = standingOf({
    backends: () => assembly?.backends.current() ?? [],
    isListed: (backend) => assembly?.isListed(backend) ?? false,
    isListening: () => isListening,
    phase: () => leaving.phase(),
    isGone: () => isGone,
  });
  const leaving = createLeaving({
    now: monotonicSeconds,
    sleep,
    log,
    clock: options.clock,
    isEndpoint: () => !options.stdio && standing().isStarted,
    assembled: assembled.promise,
    fronts: () => assembly?.fronts ?? [],
    backends: () => assembly?.backends.stoppable() ?? [],
    waitingCalls: {
      count: () => assembly?.waitingCalls.count() ?? 0,
      cut: () => assembly?.waitingCalls.cut() ?? [],
    },
    flush: async (seconds) => {
      await Promise.all([audit?.flush(), assembly?.flush(seconds)]);
    },
  });
  listenToProcess(terminal, {
    onStop(signal, count) {
      log.info({ signal }, count === 1 ? "asked to leave" : "asked again: leaving at once");
      if (count === 1) leaving.begin({ reason: signal, hookTells: false });
      else leaving.force();
    },
    onReload: options.source.path === undefined ? undefined : () => void live?.look(),
    onFailure(error, count) {
      log.fatal({ err: error }, "an error that nobody has caught: a defect of gracewarden; the proxy leaves");
      const failure = error instanceof Error ? error.message : String(error);
      leaving.begin({ reason: "an error of its own", hookTells: false, failure });
      if (count > mostFailures) leaving.force();
    },
  });

  const metrics = createMetrics();
  const config = await openConfig(options.source, terminal, log, (next) => void assembly?.follow(next));
  live = config;
  const auditConfig = config.config().audit;
  if (options.stdio && auditConfig?.to === "stdout")
    throw programError("bad-config", ["audit.to: on --stdio, stdout belongs to MCP: write to stderr or a file"]);
  audit =
    auditConfig &&
    openAudit(auditConfig, { stdout: terminal.stdout.write, stderr: terminal.stderr.write }, log, terminal.now);
  const first = config.config();
  assembly = await assemble({
    config: first,
    settings: options,
    stdio: options.stdio ? terminal.standardStreams() : undefined,
    log,
    paced,
    environment: terminal.env,
    sleep,
    onCallEnd(end) {
      metrics.record(end);
      audit?.record(end);
    },
    onClientGone: () => leaving.begin({ reason: "the end of stdin", hookTells: false }),
  });
  // It may have changed meanwhile.
  if (config.config() !== first) await assembly.follow(config.config());
  const { backends, fronts, counts } = assembly;
  observe(metrics, {
    backends: () => backends.all().map((backend) => backend.health()),
    shared: () => backends.current().map((backend) => backend.health()),
    inFlight: () => fronts.reduce((sum, front) => sum + front.inFlight(), 0),
    waiting: assembly.waitingCalls.count,
    sessions: () => counts().sessions,
    streams: () => counts().streams,
    shares: assembly.shares,
    state: () => standing().state,
    configGeneration: config.generation,
    configFailures: config.failures,
    auditLost: () => audit?.lost() ?? 0,
    residentBytes: terminal.residentBytes,
  });
  const health = (): Health => {
    const shown = backends.all().map((backend) => ({ ...backend.health(), ...assembly?.offered(backend) }));
    const problem = config.problem();
    return {
      ...standing(),
      version,
      config: { generation: config.generation(), changedAt: config.changedAt().toISOString(), problem },
      backends: shown,
      problems: [
        ...(problem === undefined ? [] : [`the configuration was not reloaded: ${problem}`]),
        ...shown.flatMap(({ name, problem: its }) => (its === undefined ? [] : [`backend ${name}: ${its}`])),
        ...(assembly?.waitingForRestart() ?? []).map((key) => `the change of ${key} takes a restart of the proxy`),
        ...((audit?.lost() ?? 0) > 0 ? [`${audit?.lost()} lines of the audit log were lost`] : []),
      ],
    };
  };
  const admin = buildAdminServer({
    standing,
    health,
    registry: metrics.registry,
    guard: preStopGuard(options.preStopToken, [...options.nodeAddresses, ...defaultGateways()]),
    onPreStop() {
      leaving.begin({ reason: "the request of /prestop", hookTells: true });
      return leaving.windowOver;
    },
    log: paced,
  });
  if (leaving.phase() === undefined) {
    const startBackends = (): void => {
      // Not while leaving, which may have begun meanwhile.
      if (leaving.phase() === undefined) backends.apply(config.config().backends);
    };
    // A client on stdio is there already; where a port is taken, nothing that was started would have to be ended.
    if (options.stdio) startBackends();
    const adminUrl =
      options.stdio && !options.isAdminWanted ? undefined : await listenAdmin(admin, options.adminListen);
    const url = await assembly.listen();
    if (!options.stdio) startBackends();
    isListening = true;
    log.info({ url, adminUrl, version, pid: process.pid }, "listening");
    tellWhenReady(
      () => standing().isStarted,
      () => {
        log.info({ seconds: monotonicSeconds() }, "ready");
        terminal.limitYoungSpace();
      },
    );
  }
  assembled.resolve();

  await leaving.begun;
  backends.freeze();
  config.close();
  const { exitCode, text } = await leaving.done;
  isGone = true;
  log[exitCode === 0 ? "info" : "error"]({ exitCode }, text);
  writeTerminationLog(options.terminationLog, `${text}\n`);
  // A disk that hangs has had its time: the exit comes before the kubelet's SIGKILL.
  await Promise.race([audit?.close(), sleep(0.1)]);
  flushLog();
  await Promise.race([admin.close(), sleep(0.1)]);
  return exitCode;
}

async function listenAdmin(admin: FastifyInstance, where: ListenAddress): Promise<string> {
  return listen(where, async () => {
    await admin.listen(where);
    const { address, port } = admin.server.address() as AddressInfo;
    return { host: address, port };
  });
}

function tellWhenReady(isReady: () => boolean, tell: () => void): void {
  const look = setInterval(() => {
    if (!isReady()) return;
    clearInterval(look);
    tell();
  }, 25).unref();
}

interface Heard {
  readonly onStop: (signal: string, count: number) => void;
  /** Undefined where there is no file to read again: then SIGHUP is the terminal that goes. */
  readonly onReload: (() => void) | undefined;
  readonly onFailure: (error: unknown, count: number) => void;
}

function listenToProcess(terminal: Terminal, { onStop, onReload, onFailure }: Heard): void {
  let stops = 0;
  let failures = 0;
  terminal.onSignal((signal) => {
    if (signal === "SIGHUP" && onReload !== undefined) onReload();
    else onStop(signal, ++stops);
  });
  terminal.onFailure((error) => onFailure(error, ++failures));
}
