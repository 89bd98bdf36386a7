import type { MessagePort } from "node:worker_threads";
import { readConfigDocument } from "../../policies/config-document.ts";
import { defaultConfig, type Config } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { Refusal } from "../errors.ts";
import { withoutInlineWaivers } from "../inline-waivers.ts";
import { judgeReview, settingsOf } from "./judge-review.ts";
import type { ConfigSource, LargeAnswer, LargeReview } from "./large-review.ts";
import { parseBody } from "./review-body.ts";

/** Judges the large reviews that come through a port, one after the other. */
export function judgeThread(port: MessagePort): void {
  const configOf = rememberConfig();
  port.on("message", (review: LargeReview) => {
    void answerTo(review, configOf).then((answer) => post(port, answer));
  });
}

async function answerTo(review: LargeReview, configOf: ConfigOf): Promise<LargeAnswer> {
  const { path, body, maxDepth, now, preStopToken: token } = review;
  try {
    const config = await configOf(review.config, now);
    const preStopToken = token === undefined ? undefined : () => token;
    const settings = settingsOf(path, { config, rules, now, preStopToken });
    const { tells: _tells, ...verdict } = judgeReview(path, parseBody(Buffer.from(body), maxDepth), settings);
    return { verdict };
  } catch (error) {
    if (!(error instanceof Refusal)) return { failure: error };
    const { code, message, reason } = error;
    return { refusal: { code, message, reason } };
  }
}

/** What a rule has thrown may be of any kind, also one that cannot be sent. */
function post(port: MessagePort, answer: LargeAnswer): void {
  try {
    port.postMessage(answer);
  } catch (error) {
    port.postMessage({ failure: new Error(String(error)) });
  }
}

type ConfigOf = (source: ConfigSource, now: Date) => Promise<Config>;

/** Reads a configuration again only where it is another. */
function rememberConfig(): ConfigOf {
  let known: { readonly bytes: Uint8Array; readonly config: Config } | undefined;
  return async ({ bytes, inlineWaivers }, now) => {
    const obeyed = (config: Config): Config => (inlineWaivers ? config : withoutInlineWaivers(config));
    if (bytes === undefined) return obeyed(defaultConfig);
    if (known === undefined || Buffer.compare(known.bytes, bytes) !== 0) {
      const reading = await readConfigDocument("configuration", bytes, rules, now);
      if ("problems" in reading) throw new Error(reading.problems.join("; "));
      known = { bytes, config: reading.config };
    }
    return obeyed(known.config);
  };
}
