import { quoteAll, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";
import { hadExpired, isComplete } from "../waiver-text.ts";

const prefix = "waive.gracewarden.io/";

const rule: CelRule = ({ ruleIds, today }) => {
  const isKnown = `k.substring(${prefix.length}) in ${quoteAll(ruleIds)}`;
  const incomplete = sentence`the waiver ${"k"} lacks a reason, an owner or a day: write "reason; owner=TEAM; expires=YYYY-MM-DD"`;
  const unknown = sentence`the waiver ${"k"} names no rule: see gracewarden rules`;
  const expired = sentence`the waiver ${"k"} has expired and waives nothing: mend the finding or renew it`;
  const problemsIn = (notes: string): string => {
    const text = `${notes}[k]`;
    const isBad = `!(${isComplete(text)}) || !(${isKnown}) || ${hadExpired(text, today)}`;
    const problem = `!(${isComplete(text)}) ? ${incomplete} : !(${isKnown}) ? ${unknown} : ${expired}`;
    return `${notes}.filter(k, k.startsWith("${prefix}") && (${isBad})).map(k, ${problem})`;
  };
  return {
    fidelity: "approximate",
    misses: [
      "CEL has no clock: a waiver that ends after the day of the export counts until the policies are exported again",
    ],
    checks: [
      {
        severity: "warn",
        // A Pod's own annotations are the pod's.
        problems: `${problemsIn("variables.annotations")} + (object.kind == "Pod" ? [] : ${problemsIn("variables.workloadAnnotations")})`,
      },
    ],
  };
};
export default rule;
