import type { Config } from "../../policies/config.ts";
import { facts } from "../../policies/facts/facts.ts";
import type { ObjectSet } from "../../policies/pods/object-set.ts";
import { builtin } from "../builtin.ts";
import type { Report } from "../judging/report.ts";
import { version } from "../command-line/version.ts";
import { reviewPage } from "./html/page.ts";
import { reviewMarkdown } from "./markdown.ts";
import { openReports } from "./open-reports.ts";
import type { Patch, Review } from "./review.ts";
import type { ReviewFormat } from "./review-format.ts";
import type { ReviewedObject } from "./reviewed-object.ts";
import { rulesOff } from "./rules-off.ts";
import type { Scope } from "./scope.ts";
import { reviewWaivers } from "./waivers.ts";
import { workloadsIn } from "./workloads.ts";

export interface ReviewInput {
  readonly scope: Scope;
  readonly objects: readonly ReviewedObject[];
  /** These, and those that were read for relations. */
  readonly set: ObjectSet;
  readonly report: Report;
  readonly config: Config;
  readonly configFile: string | undefined;
  readonly configBytes: Uint8Array | undefined;
  /** What `lint --print-config` prints. */
  readonly settings: string;
  readonly patches: readonly Patch[];
  readonly notPatched: readonly string[];
  readonly now: Date;
}

/** The text of a review. */
export function renderReview(format: ReviewFormat, input: ReviewInput): string {
  switch (format) {
    case "html":
      return reviewPage(reviewOf(input));
    case "markdown":
      return reviewMarkdown(reviewOf(input));
    case "openreports":
      return openReports(input.report, input.now);
    default:
      return format satisfies never;
  }
}

function reviewOf({ objects, set, report, config, configBytes, settings, now, ...given }: ReviewInput): Review {
  return {
    version,
    date: now,
    scope: given.scope,
    configuration: {
      file: given.configFile,
      fileHash: configBytes && sha256(configBytes),
      settingsHash: sha256(settings),
      presets: config.extends,
      oldestKubelet: `1.${config.kubernetes.oldestMinor}`,
    },
    report,
    facts,
    off: rulesOff(report.rules, config),
    workloads: workloadsIn(objects, set),
    waivers: reviewWaivers(objects, set, report, config, now),
    patches: given.patches,
    notPatched: given.notPatched,
  };
}

const sha256 = (content: string | Uint8Array): string =>
  builtin("node:crypto").createHash("sha256").update(content).digest("hex");
