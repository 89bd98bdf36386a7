import { defaultConfig, type Config } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { fixed } from "../../webhook/serving/fixed.ts";
import { createMetrics, type Metrics } from "../../webhook/serving/metrics.ts";
import { buildServer, type ServerOptions } from "../../webhook/serving/server.ts";
import { makeCertificate, pairOf } from "./certificates.ts";
import type { Target } from "./client.ts";

export interface InProcess extends Target {
  /** Parsed lines of the log. */
  readonly log: readonly Record<string, unknown>[];
  readonly metrics: Metrics;
  readonly connections: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** A server of this process on a free port of loopback, with real TLS; options replace what it is made of. */
export async function startServer(
  options: Partial<ServerOptions> & { readonly settings?: Partial<Config>; readonly clientCaPem?: string } = {},
): Promise<InProcess> {
  const certificate = makeCertificate();
  const log: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const now = new Date();
  const { app } = buildServer({
    rules,
    config: fixed({ ...defaultConfig, ...options.settings }, now),
    keyPair: fixed(pairOf(certificate, options.clientCaPem), now),
    preStopToken: undefined,
    phase: () => "serving",
    metrics,
    now: () => new Date(),
    writeLog: (line) => void log.push(JSON.parse(line) as Record<string, unknown>),
    residentBytes: () => 0,
    ...options,
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    caPem: certificate.caPem,
    log,
    metrics,
    connections: () =>
      new Promise((resolve, reject) =>
        app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    close: async () => {
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
    },
  };
}
