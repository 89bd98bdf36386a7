import { randomBytes } from "node:crypto";
import type { Server } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfigDocument } from "../../policies/config-document.ts";
import { defaultConfig, type Config } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { systemReason } from "../../linter/command-line/system-reason.ts";
import { programError } from "../errors.ts";
import { withoutInlineWaivers } from "../inline-waivers.ts";
import type { Terminal } from "../terminal.ts";
import { batchLines } from "./batch-lines.ts";
import type { DrainTimes, Phase } from "./drain.ts";
import { fixed } from "./fixed.ts";
import { readKeyPair, type KeyPair } from "./key-pair.ts";
import type { ConfigSource } from "./large-review.ts";
import { largeReviews } from "./large-reviews.ts";
import { leave } from "./leave.ts";
import { liveFiles, type Live, type LiveFiles, type LiveFilesOptions } from "./live-files.ts";
import { createMetrics } from "./metrics.ts";
import { buildMetricsServer } from "./metrics-server.ts";
import type { LargeJudge } from "./review-routes.ts";
import { buildServer, monotonicSeconds } from "./server.ts";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string | undefined;
  readonly configFile: string | undefined;
  /** False: annotations waive nothing, whatever the configuration says. */
  readonly inlineWaivers: boolean;
  /** Whether each pod of the proxy gets a token for its `/prestop`. */
  readonly preStopToken: boolean;
  readonly times: DrainTimes;
}

/** The kubelet takes a minute to bring a changed ConfigMap or Secret; this adds little. */
const pollSeconds = 3;

/** What is not said before there is a log, and what the log says after. */
interface Telling<T> {
  onTaken: (value: T, generation: number) => void;
  onRefused: (problem: string) => void;
}

/** Serves until it is told to stop; the exit code says whether a review was cut off. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<number> {
  const { cwd, now, stdout } = terminal;
  const stop = Promise.withResolvers<string>();
  const force = Promise.withResolvers<string>();
  let stops = 0;
  terminal.onStop((signal) => (++stops === 1 ? stop : force).resolve(signal));

  const aboutConfig = silence<Config>();
  const aboutKeyPair = silence<KeyPair>();
  const config = await openConfig(options, cwd, now, aboutConfig);
  const keyPair = await openKeyPair(options, cwd, now, aboutKeyPair);
  let phase: Phase = "serving";
  const metrics = createMetrics();
  const server = buildServer({
    rules,
    config,
    keyPair,
    preStopToken: options.preStopToken ? newToken : undefined,
    metrics,
    now,
    phase: () => phase,
    writeLog: batchLines(stdout.write),
    residentBytes: terminal.residentBytes,
    large: { ...largeReviews({ startThread: terminal.startThread }), configSource: config.configSource },
  });
  const { app, log, activity, useKeyPair } = server;
  aboutConfig.onTaken = (_config, generation) => log.info({ generation }, "configuration reloaded");
  aboutConfig.onRefused = (problem) => log.error({ problem }, "configuration not reloaded; the former one holds on");
  aboutKeyPair.onTaken = (pair) => {
    useKeyPair(pair);
    log.info({ notAfter: pair.notAfter.toISOString() }, "certificate reloaded");
  };
  aboutKeyPair.onRefused = (problem) => log.error({ problem }, "certificate not reloaded; the former one is served on");

  const metricsApp = buildMetricsServer(metrics);
  const port = await listen(app, options.host, options.port);
  const metricsPort = await listen(metricsApp, options.host, options.metricsPort);
  // A change between the first reading and now was only seen, not used.
  useKeyPair(keyPair.value());
  log.info({ port, metricsPort, notAfter: keyPair.value().notAfter.toISOString() }, "listening");

  const signal = await stop.promise;
  log.info({ signal }, "asked to stop");
  const cut = await leave({
    times: options.times,
    activity,
    now: monotonicSeconds,
    sleep: (seconds) => sleep(seconds * 1000, undefined, { ref: false }),
    forced: force.promise,
    onPhase: (next) => {
      phase = next;
      log.info({ phase }, "leaving");
    },
    close: () => app.close(),
    closeNow: () => app.server.closeAllConnections(),
  });
  config.close();
  keyPair.close();
  await metricsApp.close();
  log.info({ cut }, "stopped");
  return cut === 0 ? 0 : 1;
}

function silence<T>(): Telling<T> {
  return { onTaken: () => {}, onRefused: () => {} };
}

const heard = <T>(telling: Telling<T>): Pick<LiveFilesOptions<T>, "onTaken" | "onRefused"> => ({
  onTaken: (value, generation) => telling.onTaken(value, generation),
  onRefused: (problem) => telling.onRefused(problem),
});

/** As hard to guess as a key of 192 bits. */
const newToken = (): string => randomBytes(24).toString("base64url");

async function openConfig(
  { configFile: file, inlineWaivers }: ServeOptions,
  cwd: string,
  now: () => Date,
  telling: Telling<Config>,
): Promise<Live<Config> & Pick<LiveFiles<Config>, "close"> & Pick<LargeJudge, "configSource">> {
  const bytesOf = new WeakMap<Config, Uint8Array>();
  const configSource = (config: Config): ConfigSource => ({ bytes: bytesOf.get(config), inlineWaivers });
  const obeyed = (config: Config): Config => (inlineWaivers ? config : withoutInlineWaivers(config));
  if (file === undefined) return { ...fixed(obeyed(defaultConfig), now()), close: () => {}, configSource };
  const opened = await liveFiles<Config>({
    files: [resolve(cwd, file)],
    pollSeconds,
    now,
    ...heard(telling),
    read: async ([bytes = Buffer.alloc(0)]) => {
      const reading = await readConfigDocument(file, bytes, rules, now());
      if ("problems" in reading) return { problem: reading.problems.join("\n  ") };
      const value = obeyed(reading.config);
      bytesOf.set(value, bytes);
      return { value };
    },
  });
  if ("refused" in opened) throw programError("bad-config", opened.refused);
  return { ...opened, configSource };
}

async function openKeyPair(
  { certFile, keyFile, clientCaFile }: ServeOptions,
  cwd: string,
  now: () => Date,
  telling: Telling<KeyPair>,
): Promise<LiveFiles<KeyPair>> {
  const opened = await liveFiles<KeyPair>({
    files: [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])].map((file) => resolve(cwd, file)),
    pollSeconds,
    now,
    ...heard(telling),
    read: ([cert = Buffer.alloc(0), key = Buffer.alloc(0), clientCa]) => readKeyPair(cert, key, clientCa),
  });
  if ("refused" in opened) throw programError("bad-certificate", opened.refused);
  return opened;
}

interface Listening {
  readonly server: Server;
  readonly listen: (where: { readonly host: string; readonly port: number }) => Promise<string>;
}

/** The port that was taken. A kernel without IPv6 has no `::`; there, all addresses are 0.0.0.0. */
async function listen(app: Listening, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (host === "::" && (code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL")) return listen(app, "0.0.0.0", port);
    throw programError("cannot-listen", `${host} port ${port}`, systemReason(error));
  }
  const address = app.server.address();
  return address === null || typeof address === "string" ? port : address.port;
}
