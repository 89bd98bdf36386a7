import type { Server } from "node:https";
import type { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AdmissionSettings } from "../../policies/admission/decision.ts";
import type { Config } from "../../policies/config.ts";
import type { Rule } from "../../policies/rule.ts";
import { refusal } from "../errors.ts";
import type { Activity } from "./activity.ts";
import { countVerdict, judgeReview, type Verdict } from "./judge-review.ts";
import type { KeyPair } from "./key-pair.ts";
import type { Live } from "./live-files.ts";
import type { Metrics, ReviewPath } from "./metrics.ts";
import { remember } from "./remembered.ts";
import { parseBody } from "./review-body.ts";

export interface ReviewRoutesOptions {
  readonly rules: readonly Rule[];
  readonly config: Live<Config>;
  readonly keyPair: Live<KeyPair>;
  readonly preStopToken: AdmissionSettings["preStopToken"];
  readonly activity: Activity;
  readonly metrics: Metrics;
  readonly now: () => Date;
  /** Levels of nesting of a body. */
  readonly maxDepth: number;
}

/** From here on, parsing and judging are two turns of the event loop, so that others wait for one of them at most. */
const largeBytes = 256 * 1024;

/** The paths that the API server posts reviews to; a namespace that opted in has its own, since a review does not carry its labels. */
export function addReviewRoutes(app: FastifyInstance<Server>, options: ReviewRoutesOptions): void {
  const { activity, metrics, keyPair, maxDepth } = options;
  for (const path of ["/mutate", "/mutate/namespace", "/validate"] as const) {
    const seconds = metrics.seconds.labels({ path });
    // `/mutate/namespace` remembers for itself, since it patches more.
    const remembered = remember();
    app.post(path, {
      // Before the body is read: a review that is coming in is one in flight.
      onRequest(request, reply, done) {
        activity.began();
        reply.raw.once("close", activity.ended);
        const { authorized } = request.raw.socket as TLSSocket;
        done(keyPair.value().clientCa === undefined || authorized ? undefined : refusal("no-client-certificate"));
      },
      handler(request, reply) {
        const body = request.body as Buffer | undefined;
        if (body === undefined) throw refusal("no-body");
        const started = performance.now();
        const settings = settingsFor(path, options);
        const answer = (verdict: Verdict): void => {
          void reply.header("content-type", "application/json").send(JSON.stringify(verdict.response));
          const milliseconds = performance.now() - started;
          seconds.observe(milliseconds / 1000);
          countVerdict(path, verdict, metrics);
          logReview(request, path, verdict, milliseconds);
        };
        if (body.length < largeBytes) {
          const judge = (): Verdict => judgeReview(path, parseBody(body, maxDepth), settings, metrics);
          answer(remembered.of(body, settings, judge));
          return;
        }
        const value = parseBody(body, maxDepth);
        setImmediate(() => {
          try {
            answer(judgeReview(path, value, settings, metrics));
          } catch (error) {
            void reply.send(error);
          }
        });
      },
    });
  }
}

function settingsFor(path: ReviewPath, { rules, config, preStopToken, now }: ReviewRoutesOptions): AdmissionSettings {
  return {
    config: config.value(),
    rules,
    now: now(),
    namespaceOptedIn: path === "/mutate/namespace",
    preStopToken,
  };
}

/** One line a review. Never what is in the object: it may hold what nobody should read in a log. */
function logReview(
  { log }: FastifyRequest,
  path: ReviewPath,
  { uid, object, dryRun, outcome, reason, rules, crash }: Verdict,
  milliseconds: number,
): void {
  const entry = {
    path,
    uid,
    ...(object === undefined ? {} : { object: `${object.namespace ?? ""}/${object.name}`, kind: object.kind }),
    outcome,
    ...(reason === "" ? {} : { reason }),
    ...(rules.length === 0 ? {} : { rules }),
    ...(dryRun ? { dryRun } : {}),
    ms: Math.round(milliseconds * 100) / 100,
  };
  if (crash === undefined) log.info(entry, "review");
  else log.error({ ...entry, rule: crash.rule, err: crash.cause }, "review");
}
