import { fastify, type FastifyInstance } from "fastify";
import { refusal } from "../errors.ts";
import type { Metrics } from "./metrics.ts";

/** The plain server beside the TLS one: `/metrics`, nothing else. */
export function buildMetricsServer({ registry }: Metrics): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true, requestTimeout: 10_000, bodyLimit: 1024 });
  app.get("/metrics", async (_request, reply) => {
    await reply.type(registry.contentType).send(await registry.metrics());
  });
  app.setNotFoundHandler((request, reply) => {
    const { code, message, status } = refusal("not-found", `${request.method} ${request.url}: see /metrics`);
    void reply.status(status).send({ code, message });
  });
  return app;
}
