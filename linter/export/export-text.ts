import { exportRules, type ExportedRule } from "../../policies/cel/exported-rule.ts";
import { mutatingPolicies } from "../../policies/cel/mutating-policy.ts";
import { validatingPolicies } from "../../policies/cel/validating-policy.ts";
import { defaultConfig, type Config } from "../../policies/config.ts";
import { yamlDocuments } from "../../policies/manifests/yaml-documents.ts";
import type { Rule } from "../../policies/rule.ts";
import { closest } from "../../policies/spelling.ts";
import type { ExportOptions } from "../commands/export.ts";
import { programError } from "../errors.ts";
import { version } from "../command-line/version.ts";
import { fidelityTable, remarks } from "./fidelity-table.ts";
import { contentsOf, head } from "./head.ts";
import { mutationContents, mutationTable } from "./mutations.ts";

export interface ExportInput {
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly options: ExportOptions;
  readonly now: Date;
  readonly columns: number | undefined;
}

/** What `gracewarden export KIND` prints: YAML documents, or with `--list` a table. */
export function exportText(kind: string, { rules, config, options, now, columns }: ExportInput): string {
  if (kind !== "vap" && kind !== "map") throw programError("option-value", "export", kind, "use vap or map");
  const today = now.toISOString().slice(0, 10);
  const settings = { ...named(options), version, today, workloads: options.workloads, enforcement: config.enforcement };
  const width = Math.max(60, Math.min(columns ?? 100, 120));
  if (kind === "map") {
    const given = options.rules === undefined ? options.workloads && "--workloads" : "--rules";
    if (given !== false) throw programError("options-exclude", "map", given);
    const policies = options.fidelity === "exact" ? [] : mutatingPolicies(config, settings);
    if (options.list) return mutationTable(policies, width);
    return head(kind, mutationContents(policies), config, today) + yamlDocuments(policies);
  }
  const exported = chosen(exportRules(rules, config, today), options);
  if (options.list) return fidelityTable(exported, width);
  const policies = exported.flatMap((one) => validatingPolicies(one, settings));
  return head(kind, contentsOf(exported), config, today) + yamlDocuments(policies);
}

/** How faithful a rule's policy is, and what it misses or why there is none, as a clause. */
export function fidelityOf(id: string, rules: readonly Rule[]): string {
  // No clause tells the day.
  const one = exportRules(rules, defaultConfig, "2026-01-01").find(({ rule }) => rule.id === id);
  if (one === undefined) return "none";
  const { fidelity } = one.exported;
  const clauses = remarks(one).join("; ");
  return fidelity === "exact" ? "exact" : `${fidelity === "approximate" ? "approximate" : "none"}: ${clauses}`;
}

/** The prefix of names and the namespaces, as the API server takes them. */
function named({ name, namespaces }: ExportOptions): { name: string; namespaces: readonly string[] } {
  const names = listed(namespaces);
  for (const [option, each] of [["--name", name], ...names.map((one) => ["--namespaces", one])] as const)
    if (!/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(each ?? ""))
      throw programError(
        "option-value",
        option ?? "",
        each ?? "",
        "use a name of Kubernetes: at most 63 small letters, digits and dashes",
      );
  return { name, namespaces: names };
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
