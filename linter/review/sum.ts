import { formatPath } from "../../policies/path.ts";
import { exactly, formatSeconds, plus } from "../../policies/shutdown/interval.ts";
import type { Term } from "../../policies/shutdown/term.ts";

/** A line of the sum behind a finding. */
export interface SumLine {
  readonly role: "term" | "sum" | "limit";
  readonly name: string;
  readonly seconds: string;
  /** Who says so, and in which field. */
  readonly origin: string;
  /** Where the number is documented. */
  readonly source: string | undefined;
}

/** The terms of a finding's evidence, what they add up to, and what was observed: the grace period that they must fit. */
export function sumLines(evidence: readonly Term[]): readonly SumLine[] {
  const limits = evidence.filter(isLimit);
  const terms = evidence.filter((term) => !isLimit(term));
  const total = terms.map(({ seconds }) => seconds).reduce(plus, exactly(0));
  const sum: SumLine = { role: "sum", name: "required", seconds: formatSeconds(total), origin: "", source: undefined };
  return [
    ...terms.map((term) => lineOf("term", term.term, term)),
    ...(terms.length > 1 ? [sum] : []),
    ...limits.map((term) => lineOf("limit", `observed: ${term.term}`, term)),
  ];
}

const isLimit = ({ term }: Term): boolean => term === "grace period";

const lineOf = (role: SumLine["role"], name: string, { seconds, known, origin }: Term): SumLine => ({
  role,
  name,
  seconds: known || seconds.max !== Infinity ? formatSeconds(seconds) : `${formatSeconds(seconds)}, unknown`,
  origin: origin.at === undefined ? origin.text : `${origin.text} (${formatPath(origin.at)})`,
  source: origin.source,
});
