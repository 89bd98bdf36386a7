import { formatPath } from "../../policies/path.ts";
import { formatSeconds, plus, exactly } from "../../policies/shutdown/interval.ts";
import type { Term } from "../../policies/shutdown/term.ts";
import { printable, type Paint } from "../color.ts";
import { regionOf } from "../judging/positions.ts";
import type { PlacedFinding } from "../judging/report.ts";
import { wrap } from "../command-line/wrap.ts";

/** The sum behind a finding, a line a term with where it comes from, and what it is held against. */
export function budgetLines(finding: PlacedFinding, width: number, paint: Paint): string[] {
  const terms = finding.evidence.filter((term) => !isGrace(term));
  const grace = finding.evidence.find(isGrace);
  const sum = terms.map(({ seconds }) => seconds).reduce(plus, exactly(0));
  const rows: Row[] = terms.map((term) => ({
    seconds: amount(term),
    name: term.term,
    origin: originOf(term, finding),
  }));
  const closing: Row[] = [];
  if (terms.length > 1) closing.push({ seconds: formatSeconds(sum), name: "needed", origin: "" });
  if (grace !== undefined)
    closing.push({ seconds: amount(grace), name: "grace period", origin: originOf(grace, finding) });
  const all = [...rows, ...closing];
  const numbers = Math.max(0, ...all.map(({ seconds }) => seconds.length));
  const names = Math.max(0, ...all.map(({ name }) => name.length));
  const hanging = " ".repeat(numbers + names + 4);
  const draw = ({ seconds, name, origin }: Row): string[] => {
    const [first = "", ...others] = wrap(origin, Math.max(20, width - hanging.length)).split("\n");
    return [
      `${seconds.padStart(numbers)}  ${name.padEnd(names)}  ${paint("dim", first)}`.trimEnd(),
      ...others.map((line) => `${hanging}${paint("dim", line)}`),
    ];
  };
  return [
    ...rows.flatMap(draw),
    ...(terms.length > 1 ? [paint("dim", "─".repeat(numbers))] : []),
    ...closing.flatMap(draw).map((line) => paint("bold", line)),
  ];
}

const isGrace = ({ term }: Term): boolean => term === "grace period";

interface Row {
  readonly seconds: string;
  readonly name: string;
  readonly origin: string;
}

const amount = ({ seconds, known }: Term): string =>
  known || seconds.max !== Infinity ? formatSeconds(seconds) : seconds.min === 0 ? "?" : `${formatSeconds(seconds)}, ?`;

/** `sleep.seconds, line 14`: the end of a long path says enough next to its line. */
function originOf({ term, origin }: Term, { document, objectAt, rendered }: PlacedFinding): string {
  if (origin.text === term) return "";
  if (origin.at === undefined) return printable(origin.text);
  const path = formatPath(origin.at);
  const line =
    // Lines of a text that stands in no file would be looked for in the file.
    document === undefined || rendered !== undefined
      ? undefined
      : regionOf(document.source, document.locate([...objectAt, ...origin.at], "key")).line;
  const where = line === undefined ? path : `line ${line}`;
  return printable(`${origin.text}, ${where}`);
}
