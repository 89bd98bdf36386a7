import { mutationMisses } from "../../policies/cel/mutating-policy.ts";
import { hang, wrap } from "../command-line/wrap.ts";

const off = "no policy: prestop-delay is off, or its delay is 0 s, or only what is exact is wanted";

/** What the head of the file says of the mutations. */
export const mutationContents = (policies: readonly object[]): readonly string[] =>
  policies.length === 0
    ? [off]
    : [
        "approximate: what the webhook puts into pods that opt in (label gracewarden.io/inject) or run gracewarden's proxy",
        ...mutationMisses.map((miss) => `misses: ${miss}`),
      ];

/** The same as `--list` has it. */
export function mutationTable(policies: readonly object[], width: number): string {
  if (policies.length === 0) return `${wrap(off, width)}\n`;
  const lines = mutationMisses.map((miss) => `    ${hang(wrap(miss, width - 4), "    ")}`);
  return ["preStop delay and grace period    approximate", ...lines].map((line) => `${line}\n`).join("");
}
