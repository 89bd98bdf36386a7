import { exportRules, type ExportedRule } from "../../policies/cel/exported-rule.ts";
import { validatingPolicies } from "../../policies/cel/validating-policy.ts";
import type { Config } from "../../policies/config.ts";
import { yamlDocuments } from "../../policies/manifests/yaml-documents.ts";
import type { Rule } from "../../policies/rule.ts";
import { closest } from "../../policies/spelling.ts";
import type { ExportOptions } from "../commands/export.ts";
import { programError } from "../errors.ts";
import { version } from "../version.ts";
import { fidelityTable } from "./fidelity-table.ts";
import { head } from "./head.ts";

export interface ExportInput {
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly options: ExportOptions;
  readonly now: Date;
  readonly columns: number | undefined;
}

/** What `gracewarden export KIND` prints: YAML documents, or with `--list` a table. */
export function exportText(kind: string, { rules, config, options, now, columns }: ExportInput): string {
  if (kind !== "vap") throw programError("option-value", "export", kind, "use vap");
  const names = listed(options.namespaces);
  const name = options.name ?? "gracewarden";
  for (const each of [...names, name])
    if (!/^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/.test(each))
      throw programError(
        "option-value",
        each === name ? "--name" : "--namespaces",
        each,
        "use a name of Kubernetes: small letters, digits and dashes",
      );
  const today = now.toISOString().slice(0, 10);
  const exported = chosen(exportRules(rules, config, today), options);
  if (options.list) return fidelityTable(exported, Math.max(60, Math.min(columns ?? 100, 120)));
  const settings = {
    name,
    version,
    today,
    namespaces: names,
    workloads: options.workloads,
    enforcement: config.enforcement,
  };
  return (
    head(kind, exported, config, today) + yamlDocuments(exported.flatMap((one) => validatingPolicies(one, settings)))
  );
}

function chosen(all: readonly ExportedRule[], { rules, fidelity }: ExportOptions): readonly ExportedRule[] {
  const ids = listed(rules);
  for (const id of ids) {
    if (all.some(({ rule }) => rule.id === id)) continue;
    const near = closest(
      id,
      all.map(({ rule }) => rule.id),
    );
    throw programError(
      "option-value",
      "--rules",
      id,
      near === undefined ? "`gracewarden rules` lists the rules" : `did you mean "${near}"?`,
    );
  }
  return all
    .filter(({ rule }) => ids.length === 0 || ids.includes(rule.id))
    .filter(({ exported }) => fidelity === "approximate" || exported.fidelity === "exact");
}

const listed = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
