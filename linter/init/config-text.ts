import type { PresetName } from "../../policies/config.ts";

export interface ConfigTextInput {
  readonly preset: PresetName;
  /** What editors check the file by; undefined where it is nowhere. */
  readonly schema: string | undefined;
  readonly foreign: readonly string[];
}

/** A `gracewarden.yaml` to begin with: what holds, and in comments what else may be said. */
export function configText({ preset, schema, foreign }: ConfigTextInput): string {
  const lines = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    "# How gracewarden judges the pods of this repository. `gracewarden rules` lists the rules, `gracewarden explain RULE`",
    "# tells why and which options it has, `gracewarden lint --print-config` shows what holds in the end.",
    `extends: ${preset} # or strict: each severity one higher; security: signals and isolation alone`,
    "",
    "kubernetes:",
    '  oldest: "1.33" # the oldest kubelet that must run these pods: it decides whether a native preStop sleep will do',
    "",
  ];
  if (foreign.length > 0)
    lines.push(
      "overrides:",
      "  # YAML and JSON of other tools, which Kubernetes could not read either. A manifest among them belongs off this list.",
      "  - match:",
      "      paths:",
      ...foreign.map((file) => `        - ${JSON.stringify(file)}`),
      "    rules: { readable-manifest: off }",
      "",
    );
  lines.push(
    "# rules:",
    "#   prestop-delay: [warn, { minimumSeconds: 5 }] # or off, advice, error",
    "#",
    "# waivers: # what is accepted, by whom, until when; after that day the finding is back",
    "#   - rule: grace-not-zero",
    "#     match: { kinds: [StatefulSet], names: [simulator] }",
    "#     owner: team-simulation",
    "#     reason: keeps no state",
    "#     expires: 2027-01-31",
  );
  return `${lines.join("\n")}\n`;
}
