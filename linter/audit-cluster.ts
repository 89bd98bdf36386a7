import { rules } from "../policies/rules/index.ts";
import { closest } from "../policies/spelling.ts";
import type { AuditOptions } from "./commands/audit.ts";
import { countsAsFailure } from "./counts-as-failure.ts";
import { deliver } from "./deliver.ts";
import { programError } from "./errors.ts";
import { chosenConfig } from "./load-config.ts";
import { reportTargets } from "./report-targets.ts";
import { tellCrashes } from "./tell-crashes.ts";
import type { Terminal } from "./terminal.ts";

/** The `audit` command once its arguments are read; the result is the exit code. */
export async function auditCluster(options: AuditOptions, terminal: Terminal): Promise<number> {
  const { cwd, now, stdout, stderr } = terminal;
  const note = (text: string): unknown => stderr.write(`gracewarden: ${text}\n`);
  const targets = reportTargets(options.format);
  if (targets.some(({ format }) => format === "gitlab"))
    throw programError("option-value", "--format", "gitlab", "it shows lines of files, which a cluster has none of");
  const loaded = await chosenConfig(options, cwd, rules, now);
  for (const text of loaded.notes) note(text);
  // Here, since no other command needs the Kubernetes client.
  const { clusterReport, auditedKindNames } = await import("./audit/cluster-report.ts");
  for (const name of options.without) {
    if (auditedKindNames.includes(name)) continue;
    const near = closest(name, auditedKindNames);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw programError("option-value", "--without", name, `use ${auditedKindNames.join(", ")}${hint}`);
  }
  const report = await clusterReport({
    cluster: { kubeconfig: options.kubeconfig, context: options.context },
    read: { namespaces: [...new Set(options.namespace)], selector: options.selector, without: options.without, note },
    rules,
    config: loaded.config,
    terminal,
  });
  await deliver(report, targets, options, terminal, stdout);
  tellCrashes(report, terminal);
  const refused = report.cluster?.notEvaluated.filter((one) => one.refused !== undefined) ?? [];
  if (refused.length > 0)
    note(
      `not everything may be read, so this is no clean audit: grant ${refused.map(({ grant }) => grant).join("; ")} (deploy/audit.yaml has all of it), or do without by --without KIND`,
    );
  if (report.crashes.length > 0 || refused.length > 0) return 2;
  return report.findings.some((finding) => countsAsFailure(finding, options)) ? 1 : 0;
}
