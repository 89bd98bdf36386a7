import { closest } from "../policies/spelling.ts";
import { programError } from "./errors.ts";

export const formats = ["stylish", "json", "sarif", "junit", "github", "gitlab", "checkstyle"] as const;
export type Format = (typeof formats)[number];

/** One report of a run. */
export interface ReportTarget {
  readonly format: Format;
  /** Undefined: stdout. */
  readonly file: string | undefined;
}

/** Reads `--format FORMAT` and `--format FORMAT=FILE`, each given any number of times; one report may go to stdout. */
export function reportTargets(given: readonly string[]): readonly ReportTarget[] {
  const targets = given.map(targetOf);
  if (targets.length === 0) return [{ format: "stylish", file: undefined }];
  const [, second] = targets.filter(({ file }) => file === undefined);
  if (second !== undefined) throw programError("two-reports-on-stdout", second.format);
  return targets;
}

function targetOf(text: string): ReportTarget {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? undefined : text.slice(at + 1);
  const format = formats.find((one) => one === name);
  if (format === undefined) {
    const near = closest(name, formats);
    const expected = `use ${formats.join(", ")}, or FORMAT=FILE${near === undefined ? "" : `; did you mean "${near}"?`}`;
    throw programError("option-value", "--format", text, expected);
  }
  if (file === "") throw programError("option-value", "--format", text, "the name of a file is missing behind the =");
  return { format, file };
}
