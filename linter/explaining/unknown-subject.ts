import { rules } from "../../policies/rules/index.ts";
import { closest } from "../../policies/spelling.ts";
import type { ProgramError } from "../command-line/program-error.ts";
import { programError } from "../errors.ts";

/** The error for a name that is neither a rule's nor a fact's, with a guess at what was meant. */
export function unknownSubject(wanted: string, facts: readonly string[]): ProgramError {
  const near = closest(wanted, [...rules.map(({ id }) => id), ...facts]);
  return programError(
    "unknown-subject",
    wanted,
    near === undefined ? ": `gracewarden rules` lists the rules" : `; did you mean "${near}"?`,
  );
}
