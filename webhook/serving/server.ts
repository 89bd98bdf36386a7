import { bodyBudget } from "./body-budget.ts";
import type { Server } from "node:https";
import type { TLSSocket } from "node:tls";
import { fastify, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import type { AdmissionSettings } from "../../policies/admission/decision.ts";
import type { Config } from "../../policies/config.ts";
import type { Rule } from "../../policies/rule.ts";
import { refusal, Refusal } from "../errors.ts";
import { countActivity, type Activity } from "./activity.ts";
import type { Phase } from "./drain.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { shedIdleConnections } from "./idle-connections.ts";
import type { KeyPair } from "./key-pair.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { Live } from "./live-files.ts";
import { logOptions } from "./log.ts";
import { observe, type Metrics } from "./metrics.ts";
import { readiness } from "./readiness.ts";
import { addReviewRoutes, type LargeJudge } from "./review-routes.ts";
import { watchSlowClients } from "./slow-clients.ts";
import { tlsOptions } from "./tls-options.ts";

/** What a server is made of. */
export interface ServerOptions {
  readonly rules: readonly Rule[];
  readonly config: Live<Config>;
  readonly keyPair: Live<KeyPair>;
  readonly preStopToken: AdmissionSettings["preStopToken"];
  readonly phase: () => Phase;
  readonly metrics: Metrics;
  readonly now: () => Date;
  /** Takes the log, a line at a time. */
  readonly writeLog: (line: string) => void;
  readonly residentBytes: () => number;
  /** Who judges large reviews; without it, they are judged like any other, and hold up those that come meanwhile. */
  readonly large?: LargeJudge;
  readonly limits?: Partial<Limits>;
}

export interface WebhookServer {
  readonly app: FastifyInstance<Server>;
  readonly log: FastifyBaseLogger;
  readonly activity: Activity;
  /** New connections get this pair; those that are open stay. */
  readonly useKeyPair: (keyPair: KeyPair) => void;
}

/** Seconds on a clock that never jumps. */
export const monotonicSeconds = (): number => performance.now() / 1000;

/** Makes the TLS server; it listens when it is told to. */
export function buildServer(options: ServerOptions): WebhookServer {
  const { config, keyPair, phase, metrics, now } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const activity = countActivity(monotonicSeconds);
  const app = fastify({
    https: {
      ...tlsOptions(keyPair.value()),
      handshakeTimeout: limits.handshakeSeconds * 1000,
      // Both count from a connection's start too, so a fresh one that the API server pools must outlive its 90 s; what
      // is begun and not completed is ended by watchSlowClients, long before.
      headersTimeout: limits.idleSeconds * 1000,
      requestTimeout: limits.idleSeconds * 1000,
    },
    requestTimeout: limits.idleSeconds * 1000,
    keepAliveTimeout: limits.idleSeconds * 1000,
    bodyLimit: limits.bodyBytes,
    // While connections drain, a review on one that is still open is answered like any other.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    ...logOptions(options.writeLog),
  });
  const { server } = app;
  server.maxConnections = limits.connections;
  server.on("drop", () => metrics.connections.inc({ outcome: "too-many" }));
  server.on("tlsClientError", () => metrics.connections.inc({ outcome: "no-tls" }));
  const slow = watchSlowClients(server, {
    requestSeconds: limits.requestSeconds,
    onSlow: () => metrics.connections.inc({ outcome: "too-slow" }),
  });
  app.addHook("onClose", async () => {
    slow.close();
    options.large?.close();
  });
  const idle = shedIdleConnections(server, {
    connections: limits.connections,
    onShed: () => metrics.connections.inc({ outcome: "idle" }),
  });
  observe(metrics, { config, keyPair, activity, phase, residentBytes: options.residentBytes });

  app.removeAllContentTypeParsers();
  // Not parsed here: most reviews are answered from memory.
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  const budget = bodyBudget({ maxBytes: limits.bodiesBytes, bodyBytes: limits.bodyBytes });
  app.addHook("onRequest", (request, reply, done) => {
    idle.began(request.raw.socket as TLSSocket);
    if (budget.admit(request.raw, reply.raw)) return done();
    // The rest of the body is not waited for.
    void reply.header("retry-after", "1").header("connection", "close");
    done(refusal("too-busy"));
  });
  app.addHook("preHandler", (request, _reply, done) => {
    slow.complete(request.raw.socket as TLSSocket);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    slow.answered(request.raw.socket as TLSSocket);
    idle.answered(request.raw.socket as TLSSocket, request.method === "POST" && reply.statusCode === 200);
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (phase() !== "serving") void reply.header("connection", "close");
    done(null, payload);
  });
  app.setErrorHandler((error, request, reply) => {
    const { code, message, status, reason } = asRefusal(error, limits);
    if (code === "internal") request.log.error({ err: error, path: request.url }, "request failed");
    else {
      metrics.malformed.inc({ reason });
      request.log.info({ path: request.url, outcome: "refused", reason: code, status }, "refused");
    }
    // Whoever writes what cannot be read may not know where it ends.
    if (status === 400) void reply.header("connection", "close");
    void reply.status(status).send({ code, message });
  });
  app.setNotFoundHandler((request, reply) => {
    const { code, message, status } = refusal("not-found", `${request.method} ${request.url.slice(0, 200)}`);
    void reply.status(status).send({ code, message });
  });

  const ready = readiness({
    phase,
    config,
    keyPair,
    now,
    address: () => {
      const address = server.address();
      return address === null || typeof address === "string" ? undefined : address;
    },
  });
  addHealthRoutes(app, ready);
  addReviewRoutes(app, { ...options, activity, maxDepth: limits.depth });
  return {
    app,
    log: app.log,
    activity,
    useKeyPair: (pair) => server.setSecureContext(tlsOptions(pair)),
  };
}

/** Fastify's own errors in our words. */
function asRefusal(error: unknown, limits: Limits): Refusal {
  if (error instanceof Refusal) return error;
  const { code, message, statusCode } = error as { code?: string; message: string; statusCode?: number };
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return refusal("too-large", limits.bodyBytes);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return refusal("wrong-content-type");
    default:
      return statusCode !== undefined && statusCode < 500 ? refusal("bad-request", message) : refusal("internal");
  }
}
