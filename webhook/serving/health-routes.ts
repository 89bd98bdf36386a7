import type { Server } from "node:https";
import type { FastifyInstance } from "fastify";
import type { Readiness } from "./readiness.ts";

/** `/livez`: the process answers. `/readyz`: reviews should come here. */
export function addHealthRoutes(app: FastifyInstance<Server>, ready: () => Promise<Readiness>): void {
  app.get("/livez", (_request, reply) => {
    void reply.send({ live: true });
  });
  app.get("/readyz", async (_request, reply) => {
    const state = await ready();
    await reply.status(state.ready ? 200 : 503).send(state);
  });
}
