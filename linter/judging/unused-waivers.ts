import type { Config } from "../../policies/config.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import { annotationWaivers, hasExpired } from "../../policies/waiver.ts";
import type { LoadedFile } from "../reading/load.ts";
import { placeInDocument } from "./placement.ts";
import type { Report } from "./report.ts";

/** The waivers that waived nothing in this run, one sentence each. What has expired or names no rule is a finding of valid-waivers. */
export function unusedWaivers(
  report: Report,
  files: readonly LoadedFile[],
  config: Config,
  now: Date,
): readonly string[] {
  const used = new Set(report.findings.map(({ waived }) => waived));
  const unused = config.waivers
    .filter((waiver) => !used.has(waiver) && !hasExpired(waiver, now))
    .map(({ rule, owner, reason }) => `the configuration's waiver of ${rule} by ${owner} ("${reason}") waives nothing`);
  const known = new Set(report.rules.map(({ id }) => id));
  for (const file of files) {
    const set = objectSet(file.objects.map(({ object }) => object));
    for (const { object, document, at: objectAt } of file.objects) {
      const seen = new Set<string>();
      for (const pod of [undefined, ...set.podsIn(object)]) {
        for (const { waiver, at } of annotationWaivers(object, pod).waivers) {
          const isUsed = report.findings.some(
            (finding) => finding.object === object && finding.rule === waiver.rule && finding.waived !== undefined,
          );
          const place = at.join("\n");
          if (isUsed || seen.has(place) || hasExpired(waiver, now) || !known.has(waiver.rule)) continue;
          seen.add(place);
          const { file: shown, region } = placeInDocument(file, document, [...objectAt, ...at]);
          unused.push(`${shown}:${region.line} the waiver of ${waiver.rule} by ${waiver.owner} waives nothing`);
        }
      }
    }
  }
  return unused;
}
