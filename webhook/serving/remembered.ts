import type { AdmissionSettings } from "../../policies/admission/decision.ts";
import { tokenVariable } from "../../policies/admission/proxy-environment.ts";
import type { Config } from "../../policies/config.ts";
import { alike, type Alike } from "./alike.ts";
import type { Verdict } from "./judge-review.ts";

/** Verdicts of one path by what they rest on. Pods of one template come in numbers: a rollout or a scale-up sends the same pod again and again. */
export interface Remembered {
  /** The verdict on a review's body, remembered or made; `judge` is called where it must be made. */
  readonly of: (body: Buffer, settings: AdmissionSettings, judge: () => Verdict) => Verdict;
}

/** Templates in use at a time on a busy cluster … */
const maxEntries = 256;
/** … whose bodies have together no more than this, so that three paths of long ones fit a pod's memory. */
const maxTotalLength = 4 * 1024 * 1024;
const maxLength = 64 * 1024;
/** Waivers expire at the end of a day, which is the end of an hour. */
const hourMilliseconds = 3_600_000;

/** Remembers the verdicts of one path: those on the creation of pods that are alike but for what is generated. */
export function remember(): Remembered {
  let verdicts = new Map<string, Verdict>();
  let totalLength = 0;
  let config: Config | undefined;
  let hour = 0;
  return {
    of(body, settings, judge) {
      const thisHour = Math.floor(settings.now.getTime() / hourMilliseconds);
      if (settings.config !== config || thisHour !== hour) {
        verdicts = new Map();
        totalLength = 0;
        ({ config } = settings);
        hour = thisHour;
      }
      const named = namesMatter(settings.config);
      const review = body.length > maxLength ? undefined : alike(body.toString("latin1"), { named });
      if (review === undefined) return judge();
      const { key } = review;
      const known = verdicts.get(key);
      if (known !== undefined) {
        // The map keeps the order of insertion: what is used again goes last, what is oldest is dropped.
        verdicts.delete(key);
        verdicts.set(key, known);
        return retold(known, review);
      }
      const verdict = judge();
      if (mayBeRetold(verdict, review)) keep(key, verdict);
      return verdict;
    },
  };

  function keep(key: string, verdict: Verdict): void {
    verdicts.set(key, { ...verdict, tells: () => "" });
    totalLength += key.length;
    for (const oldest of verdicts.keys()) {
      if (verdicts.size <= maxEntries && totalLength <= maxTotalLength) return;
      verdicts.delete(oldest);
      totalLength -= oldest.length;
    }
  }
}

function retold(verdict: Verdict, { uid, name }: Alike): Verdict {
  const { response, object } = verdict;
  return {
    ...verdict,
    uid,
    object: object === undefined || name === "" ? object : { ...object, name },
    response: { ...response, response: { ...response.response, uid } },
  };
}

/** What crashed is tried again, a denial names its object, and a token is one pod's. */
function mayBeRetold({ crash, response, tells }: Verdict, { name }: Alike): boolean {
  if (crash !== undefined || !response.response.allowed) return false;
  const text = tells();
  return !text.includes("kube-api-access-") && !text.includes(tokenVariable) && (name === "" || !text.includes(name));
}

/** Whether an override, a waiver or a rule of the configuration's own looks at an object's name. */
const namesMatter = ({ overrides, waivers, customRules }: Config): boolean =>
  customRules.length > 0 || [...overrides, ...waivers].some(({ match }) => match.names !== undefined);
