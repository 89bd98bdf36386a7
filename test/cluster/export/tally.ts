import type { ExportedRule } from "../../../policies/cel/exported-rule.ts";
import { differences } from "./misses.ts";

/** What a rule and its policy said of the objects that both were asked about. */
export interface Tally {
  readonly silent: number;
  readonly both: number;
  readonly differ: readonly { readonly example: string; readonly text: string }[];
}

export const emptyTally: Tally = { silent: 0, both: 0, differ: [] };

/** `rule` and `policy`: the actions that each asks for; empty where it is content. */
export function counted(tally: Tally, example: string, what: string, rule: string, policy: string): Tally {
  if (rule === policy) return rule === "" ? { ...tally, silent: tally.silent + 1 } : { ...tally, both: tally.both + 1 };
  const text = `${example}, ${what}: the rule says ${rule || "nothing"}, its policy ${policy || "nothing"}`;
  return { ...tally, differ: [...tally.differ, { example, text }] };
}

/** Differences that the policy does not say it has. */
export function unexplained({ rule, exported }: ExportedRule, { differ }: Tally): string[] {
  const misses = exported.fidelity === "approximate" ? exported.misses : [];
  const known = differences.filter((one) => one.rule === rule.id && misses.some((miss) => miss.startsWith(one.miss)));
  return differ
    .filter(({ example }) => !known.some(({ examples }) => examples.includes(example)))
    .map(({ text }) => text);
}

/** Entries of the table that nothing shows any more. */
export function stale(tallies: ReadonlyMap<string, Tally>): string[] {
  return differences.flatMap(({ rule, examples }) =>
    examples
      .filter((example) => !tallies.get(rule)?.differ.some((one) => one.example === example))
      .map((example) => `${rule}: ${example}`),
  );
}

/** The table that is printed. */
export function tableOf(all: readonly ExportedRule[], tallies: ReadonlyMap<string, Tally>): string {
  return all
    .map(({ rule, exported }) => {
      const { silent, both, differ } = tallies.get(rule.id) ?? emptyTally;
      const counts =
        exported.fidelity === "not-exportable"
          ? ""
          : `${both} found by both, ${silent} by none, ${differ.length} by one alone`;
      return `${rule.id.padEnd(34)}${exported.fidelity.padEnd(16)}${counts}`.trimEnd();
    })
    .join("\n");
}
