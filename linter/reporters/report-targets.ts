import { closest } from "../../policies/spelling.ts";
import { programError } from "../errors.ts";

export const formats = ["stylish", "json", "sarif", "junit", "github", "gitlab", "checkstyle"] as const;
export type Format = (typeof formats)[number];

/** One report of a run. */
export interface ReportTarget<F extends string> {
  readonly format: F;
  /** Undefined: stdout. */
  readonly file: string | undefined;
}

/** Reads `--format FORMAT` and `--format FORMAT=FILE`, each given any number of times; one report may go to stdout. */
export function reportTargets<F extends string>(
  given: readonly string[],
  known: readonly F[],
): readonly ReportTarget<F | "stylish">[] {
  const targets = given.map((text) => targetOf(text, known));
  if (targets.length === 0) return [{ format: "stylish", file: undefined }];
  const [, second] = targets.filter(({ file }) => file === undefined);
  if (second !== undefined) throw programError("two-reports-on-stdout", second.format);
  return targets;
}

function targetOf<F extends string>(text: string, known: readonly F[]): ReportTarget<F> {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? undefined : text.slice(at + 1);
  const format = known.find((one) => one === name);
  if (format === undefined) {
    const near = closest(name, known);
    const expected = `use ${known.join(", ")}, or FORMAT=FILE${near === undefined ? "" : `; did you mean "${near}"?`}`;
    throw programError("option-value", "--format", text, expected);
  }
  if (file === "") throw programError("option-value", "--format", text, "the name of a file is missing behind the =");
  return { format, file };
}
