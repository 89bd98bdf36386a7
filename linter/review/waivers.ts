import type { Config } from "../../policies/config.ts";
import type { ObjectSet } from "../../policies/pods/object-set.ts";
import { annotationWaivers, hasExpired, type Waiver } from "../../policies/waiver.ts";
import type { Report } from "../judging/report.ts";
import type { ReviewedObject } from "./reviewed-object.ts";
import { describeMatch } from "./rules-off.ts";

/** A waiver, whether it holds, and what it covers. */
export interface ReviewedWaiver extends Waiver {
  /** `expiring`: it holds for 30 days at most. */
  readonly state: "expired" | "expiring" | "holds";
  /** What it is for: its match, or the object whose annotation it is. */
  readonly scope: string;
  /** How many findings it accepts. */
  readonly covers: number;
}

const soonDays = 30;
const order = { expired: 0, expiring: 1, holds: 2 } as const;

/** The waivers of the configuration and of the objects' annotations, those that need somebody first. */
export function reviewWaivers(
  objects: readonly ReviewedObject[],
  set: ObjectSet,
  report: Report,
  config: Config,
  now: Date,
): readonly ReviewedWaiver[] {
  const waived = Map.groupBy(
    report.findings.filter(({ waived: waiver }) => waiver !== undefined),
    ({ waived: waiver }) => key(waiver),
  );
  const reviewed = (waiver: Waiver, scope: string, covers: number): ReviewedWaiver => ({
    ...waiver,
    state: stateOf(waiver, now),
    scope,
    covers,
  });
  const configured = config.waivers.map((waiver) =>
    reviewed(waiver, describeMatch(waiver.match), waived.get(key(waiver))?.length ?? 0),
  );
  const written = objects.flatMap(({ object, placeAt }) => {
    const pods = set.podsIn(object);
    const all = (pods.length === 0 ? [undefined] : pods).flatMap((pod) => annotationWaivers(object, pod).waivers);
    const unique = new Map(all.map((one) => [one.at.join("/"), one]));
    return [...unique.values()].map(({ waiver, at }) => {
      const covers = (waived.get(key(waiver)) ?? []).filter((finding) => finding.object === object).length;
      return reviewed(waiver, `${object.kind}/${object.name || "(unnamed)"}, ${placeAt(at)}`, covers);
    });
  });
  return [...configured, ...written].toSorted(
    (a, b) => order[a.state] - order[b.state] || (a.expires < b.expires ? -1 : Number(a.expires > b.expires)),
  );
}

/** Annotations are read anew for each finding, so waivers are told apart by what they say. */
const key = (waiver: Waiver | undefined): string =>
  waiver === undefined
    ? ""
    : JSON.stringify([waiver.origin, waiver.rule, waiver.owner, waiver.reason, waiver.expires, waiver.match]);

function stateOf(waiver: Waiver, now: Date): ReviewedWaiver["state"] {
  if (hasExpired(waiver, now)) return "expired";
  return hasExpired(waiver, new Date(now.getTime() + soonDays * 86_400_000)) ? "expiring" : "holds";
}
