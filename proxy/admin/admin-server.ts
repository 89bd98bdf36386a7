import { fastify, type FastifyInstance } from "fastify";
import type { BaseLogger } from "pino";
import type { Registry } from "prom-client";
import type { BackendHealth } from "../backends/backend.ts";
import type { Guard } from "./prestop-guard.ts";

/** What probes are told. `waitingFor`: what is still missing, a sentence each. */
export interface Standing {
  readonly state: "starting" | "warming" | "ready" | "draining" | "closing" | "stopped";
  readonly isStarted: boolean;
  readonly isReady: boolean;
  readonly waitingFor: readonly string[];
}

/** The body of /health. */
export interface Health extends Standing {
  readonly version: string;
  readonly config: {
    readonly generation: number;
    readonly changedAt: string;
    readonly problem?: string | undefined;
  };
  readonly backends: readonly BackendHealth[];
  /** What is not as it should be, a sentence each. */
  readonly problems: readonly string[];
}

export interface AdminOptions {
  readonly standing: () => Standing;
  readonly health: () => Health;
  readonly registry: Registry;
  readonly guard: Guard;
  /** Leaving begins; settles at the end of the propagation window. */
  readonly onPreStop: () => Promise<void>;
  readonly log: BaseLogger;
}

/** Probes, metrics and the hook, on a port of their own: clients of MCP have no business there. */
export function buildAdminServer({ standing, health, registry, guard, onPreStop, log }: AdminOptions): FastifyInstance {
  // The hook's request takes as long as the window; a grace period is at most a day.
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 1024,
    exposeHeadRoutes: false,
    requestTimeout: 10_000,
  });
  app.get("/livez", async () => "ok\n");
  app.get("/startupz", async (_request, reply) => {
    const { isStarted, waitingFor } = standing();
    return reply.status(isStarted ? 200 : 503).send(isStarted ? "started\n" : lines("not started", waitingFor));
  });
  app.get("/readyz", async (_request, reply) => {
    const { isReady, state, waitingFor } = standing();
    return reply.status(isReady ? 200 : 503).send(isReady ? `${state}\n` : lines(`not ready: ${state}`, waitingFor));
  });
  app.get("/health", async () => health());
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  app.get("/prestop", async (request, reply) => {
    const refused = guard(request.raw);
    if (refused !== undefined) {
      log.warn({ remoteAddress: request.raw.socket.remoteAddress }, `/prestop is not obeyed: ${refused}`);
      return reply.status(403).send(`${refused}\n`);
    }
    await onPreStop();
    return "the propagation window is over\n";
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply
      .status(404)
      .send("see /startupz, /readyz, /livez, /health, /metrics; /prestop is for the hook; MCP has a port of its own\n"),
  );
  return app;
}

const lines = (first: string, more: readonly string[]): string => `${[first, ...more].join("\n")}\n`;
