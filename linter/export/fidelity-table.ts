import type { ExportedRule } from "../../policies/cel/exported-rule.ts";
import { hang, wrap } from "../command-line/wrap.ts";

/** A rule a line with how faithful its policy is and what it does, and below what it misses or why there is none. */
export function fidelityTable(exported: readonly ExportedRule[], width: number): string {
  const column = Math.max(...exported.map(({ rule }) => rule.id.length)) + 2;
  return exported
    .flatMap((one) => [
      `${one.rule.id.padEnd(column)}${one.exported.fidelity.padEnd(16)}${actionsOf(one)}`.trimEnd(),
      ...remarks(one).map((remark) => `    ${hang(wrap(remark, width - 4), "    ")}`),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

/** `deny, warn`; nothing where there is no policy. */
export function actionsOf({ exported, checks }: ExportedRule): string {
  if (exported.fidelity === "not-exportable") return "";
  if (checks.length > 0) return [...new Set(checks.map(({ action }) => action))].join(", ");
  return exported.checks.length === 0 ? "nothing to look for" : "off";
}

export function remarks({ exported }: ExportedRule): readonly string[] {
  if (exported.fidelity === "not-exportable") return [exported.why];
  return exported.fidelity === "approximate" ? exported.misses : [];
}
