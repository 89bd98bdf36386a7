import { quote, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

/** Of what cannot be read nothing reaches a policy: the API server refuses it. Our own annotations are left. */
const rule: CelRule = () => {
  const key = `k.startsWith("gracewarden.io/")`;
  const known = `["drain-seconds", "serves-after-sigterm-seconds", "injected"]`;
  const base = `k.substring(15).split(".")[0]`;
  const number = `variables.annotations[k].trim().matches(${quote(String.raw`^\d+(\.\d+)?$`)})`;
  const template = `variables.annotations[k].matches(${quote(String.raw`\{\{|\$\{`)})`;
  const unknown = sentence`the annotation ${"k"} means nothing to gracewarden`;
  const unreadable = sentence`the annotation ${"k"} must be a number of seconds such as "20", but is ${"variables.annotations[k]"}`;
  return {
    fidelity: "exact",
    checks: [
      {
        severity: "error",
        problems: `variables.annotations.filter(k, ${key} && (!(${base} in ${known}) || (${base}.endsWith("seconds") && !${number} && !${template}))).map(k, ${base} in ${known} ? ${unreadable} : ${unknown})`,
      },
    ],
  };
};
export default rule;
