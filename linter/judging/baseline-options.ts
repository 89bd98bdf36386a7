import { programError } from "../errors.ts";

/** For each command that compares its findings with a baseline. */
export const baselineOptions = {
  baseline: {
    value: "FILE",
    text: "Findings that this file knows do not count; an entry that matches nothing any more makes the exit code 1",
  },
  "update-baseline": {
    text: "Write all findings of this run into the baseline; entries of what was not judged stay",
  },
  "prune-baseline": { text: "Take entries that match nothing any more out of the baseline" },
  "allow-stale-baseline": { text: "Do not fail for entries of the baseline that match nothing any more" },
} as const;

export interface BaselineChoice {
  readonly baseline: string | undefined;
  readonly "update-baseline": boolean;
  readonly "prune-baseline": boolean;
  readonly "allow-stale-baseline": boolean;
}

/** Throws a ProgramError where the options about a baseline contradict each other, or there is none. */
export function checkBaselineOptions(options: BaselineChoice): void {
  if (options["update-baseline"] && options["prune-baseline"])
    throw programError("options-exclude", "--update-baseline", "--prune-baseline");
  for (const name of ["update-baseline", "prune-baseline", "allow-stale-baseline"] as const)
    if (options[name] && options.baseline === undefined)
      throw programError("option-needs-option", `--${name}`, "--baseline FILE");
}
