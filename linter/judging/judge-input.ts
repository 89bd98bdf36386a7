import type { Config } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { lint } from "./lint.ts";
import type { Input } from "../reading/read-input.ts";
import type { Report } from "./report.ts";

/** Judges what was read; what was met and left out stands in the report as well. */
export function judgeInput({ files, context, skipped }: Input, config: Config, now: Date): Report {
  const report = lint({ files, context, rules, config, now });
  return skipped.length === 0
    ? report
    : { ...report, files: { ...report.files, skipped: [...report.files.skipped, ...skipped] } };
}
