import type { Server } from "node:https";
import type { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AdmissionSettings } from "../../policies/admission/decision.ts";
import type { Config } from "../../policies/config.ts";
import type { Rule } from "../../policies/rule.ts";
import { Refusal, refusal } from "../errors.ts";
import type { Activity } from "./activity.ts";
import { countVerdict, judgeReview, settingsOf, unjudgedReview, type Verdict } from "./judge-review.ts";
import type { KeyPair } from "./key-pair.ts";
import type { ConfigSource } from "./large-review.ts";
import type { LargeReviews } from "./large-reviews.ts";
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
  /** Who judges large reviews; without it, they are judged like any other, and hold up those that come meanwhile. */
  readonly large?: LargeJudge;
}

/** Judges large reviews where they hold up nobody. */
export interface LargeJudge extends LargeReviews {
  readonly configSource: (config: Config) => ConfigSource;
}

/** From here on a review is judged in a thread of its own: below, others wait for the longest decision no more than 30 ms. */
const largeBytes = 128 * 1024;

/** The paths that the API server posts reviews to; a namespace that opted in has its own, since a review does not carry its labels. */
export function addReviewRoutes(app: FastifyInstance<Server>, options: ReviewRoutesOptions): void {
  const { rules, config, preStopToken, now, activity, metrics, keyPair, maxDepth, large } = options;
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
        const settings = settingsOf(path, { rules, config: config.value(), now: now(), preStopToken });
        const answer = (verdict: Verdict): void => {
          void reply.header("content-type", "application/json").send(JSON.stringify(verdict.response));
          const milliseconds = performance.now() - started;
          seconds.observe(milliseconds / 1000);
          countVerdict(path, verdict, metrics);
          logReview(request, path, verdict, milliseconds);
        };
        if (body.length < largeBytes || large === undefined) {
          answer(remembered.of(body, settings, () => judgeReview(path, parseBody(body, maxDepth), settings)));
          return;
        }
        judgeApart(large, { path, body, maxDepth, settings }, () => reply.raw.destroyed).then(
          (verdict) => verdict && answer(verdict),
          (error: unknown) => void reply.send(error),
        );
      },
    });
  }
}

interface Received {
  readonly path: ReviewPath;
  readonly body: Buffer;
  readonly maxDepth: number;
  readonly settings: AdmissionSettings;
}

/** The verdict on a large review, also where it cannot be judged; undefined where nobody waits for it any more. */
async function judgeApart(
  large: LargeJudge,
  { path, body, maxDepth, settings }: Received,
  isGone: () => boolean,
): Promise<Verdict | undefined> {
  const { config, now, preStopToken } = settings;
  try {
    return await large.judge(
      { path, body, maxDepth, now, preStopToken: preStopToken?.(), config: large.configSource(config) },
      isGone,
    );
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return unjudgedReview(path, parseBody(body, maxDepth), settings, error);
  }
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
