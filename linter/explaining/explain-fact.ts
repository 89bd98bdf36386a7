import type { Evidence, Fact, Stage } from "../../policies/facts/fact.ts";
import type { Paint } from "../color.ts";
import { hang, wrap } from "../command-line/wrap.ts";

export interface ExplainStyle {
  readonly paint: Paint;
  readonly width: number;
}

const evidenceWords: Readonly<Record<Evidence, string>> = {
  source: "read in source code",
  documentation: "promised by the documentation",
  proposal: "said by an enhancement proposal",
  issue: "reported or discussed on GitHub",
  measured: "measured by us",
  inferred: "concluded by us, not measured",
  reference: "said by another project's manual",
};

/** A fact with what follows from it, since when, how we know it, and which rules rest on it. */
export function explainFact(
  id: string,
  fact: Fact,
  citedBy: readonly string[],
  { paint, width }: ExplainStyle,
): string {
  const field = (name: string, text: string): string =>
    `${paint("dim", name.padEnd(12))}${hang(wrap(text, width - 12), " ".repeat(12))}`;
  return `${[
    paint("bold", `${fact.ref}  ${id}`),
    "",
    wrap(fact.statement, width),
    "",
    field("so", fact.consequence),
    ...fact.since.map((stage) => field("since", stageText(stage))),
    ...(fact.documentationGap === undefined ? [] : [field("but", fact.documentationGap)]),
    field("known", fact.evidence.map((one) => evidenceWords[one]).join("; ")),
    ...fact.sources.map((source) => `${paint("dim", "source".padEnd(12))}${paint("blue", source)}`),
    ...(citedBy.length === 0 ? [] : [field("rules", citedBy.join(", "))]),
  ].join("\n")}\n`;
}

const stageText = ({ version, stage, note }: Stage): string =>
  `Kubernetes ${version}: ${stage}${note === undefined ? "" : `, ${note}`}`;
